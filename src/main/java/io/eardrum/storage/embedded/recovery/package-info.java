/**
 * Opens a store, whatever state it was left in, and loads its series and its log into
 * memory.
 */
@NullMarked
package io.eardrum.storage.embedded.recovery;

import org.jspecify.annotations.NullMarked;
