/**
 * The directory of a store, read and examined without RocksDB: which files must be there,
 * how long they must be, and to which store they belong. Nothing in the directory is
 * changed before the examination has ended.
 */
@NullMarked
package io.eardrum.storage.embedded.directory;

import org.jspecify.annotations.NullMarked;
