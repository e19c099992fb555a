/**
 * The path of a put: it waits for memory, becomes durable in the log, and then visible in
 * memory.
 */
@NullMarked
package io.eardrum.storage.embedded.log;

import org.jspecify.annotations.NullMarked;
