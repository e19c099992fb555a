/**
 * The small files that Eardrum writes beside those of RocksDB. They say which store it
 * is, what it held and what of it was safe. This package also makes files safe against
 * power loss.
 */
@NullMarked
package io.eardrum.storage.embedded.directory.seal;

import org.jspecify.annotations.NullMarked;
