/**
 * Points, batches, keys and time ranges, in plain Java.
 */
@org.jspecify.annotations.NullMarked
package io.eardrum.metric;
