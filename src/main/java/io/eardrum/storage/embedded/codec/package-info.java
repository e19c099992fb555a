/**
 * The bytes and bits of records and chunks: written, compressed and read again.
 */
@NullMarked
package io.eardrum.storage.embedded.codec;

import org.jspecify.annotations.NullMarked;
