/**
 * Reads and examines the files of a store, including RocksDB's formats, without RocksDB
 * and without changing any.
 */
@NullMarked
package io.eardrum.storage.embedded.directory.examination;

import org.jspecify.annotations.NullMarked;
