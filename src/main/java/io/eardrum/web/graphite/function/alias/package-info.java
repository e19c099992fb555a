/**
 * Functions that rename series.
 */
@org.jspecify.annotations.NullMarked
package io.eardrum.web.graphite.function.alias;
