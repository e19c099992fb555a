/**
 * Points, batches, keys and patterns for them, time ranges; pure Java.
 */
@org.jspecify.annotations.NullMarked
package io.eardrum.metric;
