/**
 * How the embedded store is to work: directory, fsync, memory, limits.
 */
@NullMarked
package io.eardrum.storage.embedded.settings;

import org.jspecify.annotations.NullMarked;
