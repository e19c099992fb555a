/**
 * Functions that leave series or values out, or change the order of series.
 */
@org.jspecify.annotations.NullMarked
package io.eardrum.web.graphite.function.filter;
