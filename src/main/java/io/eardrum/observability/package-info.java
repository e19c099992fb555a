/**
 * Meters and health: what shows how the server is doing. It looks at the others; none of
 * them knows it.
 */
@org.jspecify.annotations.NullMarked
package io.eardrum.observability;
