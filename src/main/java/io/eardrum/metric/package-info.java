/**
 * Points, batches, keys and time ranges; pure Java.
 */
@org.jspecify.annotations.NullMarked
package io.eardrum.metric;
