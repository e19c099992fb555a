/**
 * The one RocksDB of a store. It is opened, guarded while it is in use, and closed.
 */
@NullMarked
package io.eardrum.storage.embedded.rocksdb;

import org.jspecify.annotations.NullMarked;
