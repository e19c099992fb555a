/**
 * The client library: puts points to a server and gets them back, over one connection.
 * Needs nothing besides the JDK.
 */
@org.jspecify.annotations.NullMarked
package io.eardrum.client;
