/**
 * The files of a store, RocksDB's formats included, read and judged without RocksDB; none
 * is changed.
 */
@NullMarked
package io.eardrum.storage.embedded.directory.examination;

import org.jspecify.annotations.NullMarked;
