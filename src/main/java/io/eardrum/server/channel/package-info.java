/**
 * Bytes to and from a client, plain or in TLS, without ever blocking.
 */
@org.jspecify.annotations.NullMarked
package io.eardrum.server.channel;
