/**
 * Functions that make another value of each value, or of it and those beside it.
 */
@org.jspecify.annotations.NullMarked
package io.eardrum.web.graphite.function.transform;
