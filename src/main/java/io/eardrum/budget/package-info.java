/**
 * What requests may take, in sum over all who ask: the heap, and for each request its
 * work and its time.
 */
@org.jspecify.annotations.NullMarked
package io.eardrum.budget;
