/**
 * Says what has started.
 */
@org.jspecify.annotations.NullMarked
package io.eardrum.observability.start;
