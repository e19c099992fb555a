/**
 * Numbers and characters of the protocol, read and written without allocation; pure Java,
 * shared by server and client.
 */
@org.jspecify.annotations.NullMarked
package io.eardrum.protocol.number;
