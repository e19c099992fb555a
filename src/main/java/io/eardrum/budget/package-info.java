/**
 * What requests may take: the heap and the file descriptors, in sum over all clients, and
 * for each request its work and its time.
 */
@org.jspecify.annotations.NullMarked
package io.eardrum.budget;
