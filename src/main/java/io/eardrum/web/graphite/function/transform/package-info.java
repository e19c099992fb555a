/**
 * Functions that compute a new value from each value, or from it and its neighbours.
 */
@org.jspecify.annotations.NullMarked
package io.eardrum.web.graphite.function.transform;
