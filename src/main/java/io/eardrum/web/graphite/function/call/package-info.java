/**
 * Declarations and calls of functions. A function declares its parameters, and gets
 * arguments that have been checked. It knows neither the other functions nor where series
 * come from.
 */
@org.jspecify.annotations.NullMarked
package io.eardrum.web.graphite.function.call;
