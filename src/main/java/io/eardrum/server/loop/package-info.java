/**
 * One thread serves many connections: it reads what has arrived, executes all frames,
 * commits their puts together, and answers. Another thread takes over before it blocks.
 */
@org.jspecify.annotations.NullMarked
package io.eardrum.server.loop;
