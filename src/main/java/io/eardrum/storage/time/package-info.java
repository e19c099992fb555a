/**
 * What bounds points in time: how long they are kept, and the check of their timestamps
 * before they are stored.
 */
@org.jspecify.annotations.NullMarked
package io.eardrum.storage.time;
