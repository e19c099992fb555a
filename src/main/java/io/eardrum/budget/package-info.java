/**
 * Limits on what requests may take: the heap and the file descriptors over all clients,
 * and the work and time of each request.
 */
@org.jspecify.annotations.NullMarked
package io.eardrum.budget;
