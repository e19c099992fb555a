/**
 * A function is declared with its parameters, and called with arguments that have been
 * checked; it knows neither the other functions nor where series come from.
 */
@org.jspecify.annotations.NullMarked
package io.eardrum.web.graphite.function.call;
