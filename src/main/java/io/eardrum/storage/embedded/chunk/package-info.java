/**
 * The compressed points on disk: written by checkpoints, read for clients.
 */
@NullMarked
package io.eardrum.storage.embedded.chunk;

import org.jspecify.annotations.NullMarked;
