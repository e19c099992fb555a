/**
 * Functions that compute each value from a window of values.
 */
@org.jspecify.annotations.NullMarked
package io.eardrum.web.graphite.function.calculate;
