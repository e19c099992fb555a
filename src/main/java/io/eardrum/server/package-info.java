/**
 * The TCP port: connections, frames, the gateway with its service activator, and limits.
 */
@org.jspecify.annotations.NullMarked
package io.eardrum.server;
