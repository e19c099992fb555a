/**
 * The limits of points in time: how long they are kept, and which timestamps are
 * accepted.
 */
@org.jspecify.annotations.NullMarked
package io.eardrum.storage.time;
