/**
 * Regular expressions in Python's syntax, whose work is known before they run.
 */
@org.jspecify.annotations.NullMarked
package io.eardrum.web.graphite.function.regex;
