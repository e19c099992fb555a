/**
 * The encoding of records and chunks, which are written, compressed and read here.
 */
@NullMarked
package io.eardrum.storage.embedded.codec;

import org.jspecify.annotations.NullMarked;
