/**
 * The points since the last checkpoint, which are in memory. They are appended, and
 * sorted and copied for readers.
 */
@NullMarked
package io.eardrum.storage.embedded.head;

import org.jspecify.annotations.NullMarked;
