/**
 * The one RocksDB of a store: opened, guarded while it is used, and closed.
 */
@NullMarked
package io.eardrum.storage.embedded.rocksdb;

import org.jspecify.annotations.NullMarked;
