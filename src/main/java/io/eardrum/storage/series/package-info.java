/**
 * The data structures in which engines keep series and their points in memory.
 */
@org.jspecify.annotations.NullMarked
package io.eardrum.storage.series;
