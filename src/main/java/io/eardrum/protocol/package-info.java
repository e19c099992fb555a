/**
 * The protocol of the TCP port: commands, replies and limits; pure Java, shared by server
 * and client.
 */
@org.jspecify.annotations.NullMarked
package io.eardrum.protocol;
