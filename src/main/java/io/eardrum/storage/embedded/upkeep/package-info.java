/**
 * The threads that move points into chunks, and the work of removing, copying and
 * repairing what a store holds.
 */
@NullMarked
package io.eardrum.storage.embedded.upkeep;

import org.jspecify.annotations.NullMarked;
