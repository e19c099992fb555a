/**
 * The threads that move points into chunks, remove, copy and repair what a store holds.
 */
@NullMarked
package io.eardrum.storage.embedded.upkeep;

import org.jspecify.annotations.NullMarked;
