/**
 * The protocol of the TCP port: commands, replies and limits. It is plain Java, shared by
 * server and client.
 */
@org.jspecify.annotations.NullMarked
package io.eardrum.protocol;
