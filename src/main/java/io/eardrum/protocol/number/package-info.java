/**
 * Numbers and characters of the protocol, read and written without allocation. It is
 * plain Java, shared by server and client.
 */
@org.jspecify.annotations.NullMarked
package io.eardrum.protocol.number;
