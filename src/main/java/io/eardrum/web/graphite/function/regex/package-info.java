/**
 * Regular expressions as Python writes them, whose work is known before it is done.
 */
@org.jspecify.annotations.NullMarked
package io.eardrum.web.graphite.function.regex;
