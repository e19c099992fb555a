/**
 * A put waits for room, becomes durable in the log, and then visible in memory.
 */
@NullMarked
package io.eardrum.storage.embedded.log;

import org.jspecify.annotations.NullMarked;
