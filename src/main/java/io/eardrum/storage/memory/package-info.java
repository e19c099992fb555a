/**
 * The engine that keeps points in memory and forgets them when the process ends.
 */
@org.jspecify.annotations.NullMarked
package io.eardrum.storage.memory;
