/**
 * Graphite's functions over series: what they are called, what they take, and what they
 * do.
 */
@org.jspecify.annotations.NullMarked
package io.eardrum.web.graphite.function;
