package io.eardrum.metric;

/**
 * A value at a time, of a series that is told elsewhere.
 *
 * @param timestamp the timestamp, whole seconds since 1970 by convention
 * @param value the value, finite
 */
public record Point(long timestamp, double value) {

}
