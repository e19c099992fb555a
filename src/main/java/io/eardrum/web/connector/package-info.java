/**
 * Limits the connections of the HTTP ports: their number, their memory, their addresses,
 * and the time that the head of a request may take. This is the only package that knows
 * how the container keeps connections.
 */
@org.jspecify.annotations.NullMarked
package io.eardrum.web.connector;
