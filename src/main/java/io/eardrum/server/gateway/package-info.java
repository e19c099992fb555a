/**
 * Sends each frame through Spring Integration's inbound gateway to the service activator,
 * and takes the reply back. No other room knows the framework, except what wires the
 * ports.
 */
@org.jspecify.annotations.NullMarked
package io.eardrum.server.gateway;
