/**
 * Sends each frame through Spring Integration's inbound gateway to the service activator,
 * and takes the reply back. No other package knows the framework, except the classes that
 * wire the ports.
 */
@org.jspecify.annotations.NullMarked
package io.eardrum.server.gateway;
