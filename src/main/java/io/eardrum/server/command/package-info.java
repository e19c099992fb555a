/**
 * Executes the commands of a frame, and gathers their replies until the commit group of
 * their puts has been stored.
 */
@org.jspecify.annotations.NullMarked
package io.eardrum.server.command;
