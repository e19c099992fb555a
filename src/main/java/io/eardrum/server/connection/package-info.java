/**
 * One client's connection: it receives frames, has them executed, sends their replies,
 * and ends. It has no thread of its own.
 */
@org.jspecify.annotations.NullMarked
package io.eardrum.server.connection;
