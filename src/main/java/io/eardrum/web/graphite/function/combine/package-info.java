/**
 * Functions that make one series of several, value by value.
 */
@org.jspecify.annotations.NullMarked
package io.eardrum.web.graphite.function.combine;
