/**
 * The small files that Eardrum writes beside those of RocksDB, which say whose store it
 * is, what it held and what of it was safe; and how they become safe themselves.
 */
@NullMarked
package io.eardrum.storage.embedded.directory.seal;

import org.jspecify.annotations.NullMarked;
