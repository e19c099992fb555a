/**
 * The protocol of the TCP port: parsing, formatting and limits; pure Java, shared by
 * server and client.
 */
@org.jspecify.annotations.NullMarked
package io.eardrum.protocol;
