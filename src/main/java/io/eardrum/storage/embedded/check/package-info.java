/**
 * Checks a store that no server is using, down to each point.
 */
@NullMarked
package io.eardrum.storage.embedded.check;

import org.jspecify.annotations.NullMarked;
