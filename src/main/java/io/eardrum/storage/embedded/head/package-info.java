/**
 * The points since the last checkpoint, in memory: appended, sorted and copied for those
 * that read.
 */
@NullMarked
package io.eardrum.storage.embedded.head;

import org.jspecify.annotations.NullMarked;
