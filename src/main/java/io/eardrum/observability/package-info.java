/**
 * Meters and health, which show how the server is doing. This package knows the others,
 * and none of them knows it.
 */
@org.jspecify.annotations.NullMarked
package io.eardrum.observability;
