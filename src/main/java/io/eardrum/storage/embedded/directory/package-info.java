/**
 * The directory of a store, read and judged without RocksDB: which files have to be
 * there, how long they have to be, and whose they are. Nothing in it is changed before
 * there is a verdict.
 */
@NullMarked
package io.eardrum.storage.embedded.directory;

import org.jspecify.annotations.NullMarked;
