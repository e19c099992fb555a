/**
 * Opens a store, whatever state it was left in, and brings into memory what it holds.
 */
@NullMarked
package io.eardrum.storage.embedded.recovery;

import org.jspecify.annotations.NullMarked;
