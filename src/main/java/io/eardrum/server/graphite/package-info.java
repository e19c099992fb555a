/**
 * Graphite's plaintext protocol on TCP and UDP.
 */
@org.jspecify.annotations.NullMarked
package io.eardrum.server.graphite;
