/**
 * Functions that combine several series into one, value by value.
 */
@org.jspecify.annotations.NullMarked
package io.eardrum.web.graphite.function.combine;
