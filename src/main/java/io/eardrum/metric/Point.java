package io.eardrum.metric;

/**
 * A value at a time. The series is given elsewhere.
 *
 * @param timestamp the timestamp, whole seconds since 1970 by convention
 * @param value the value, finite
 */
public record Point(long timestamp, double value) {

}
