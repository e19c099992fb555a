/**
 * The compressed points on disk. Checkpoints write them, and clients read them.
 */
@NullMarked
package io.eardrum.storage.embedded.chunk;

import org.jspecify.annotations.NullMarked;
