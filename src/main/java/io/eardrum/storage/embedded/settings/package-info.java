/**
 * The settings of the embedded store: directory, fsync, memory and limits.
 */
@NullMarked
package io.eardrum.storage.embedded.settings;

import org.jspecify.annotations.NullMarked;
