/**
 * Functions that give series other names.
 */
@org.jspecify.annotations.NullMarked
package io.eardrum.web.graphite.function.alias;
