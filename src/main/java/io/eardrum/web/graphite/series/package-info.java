/**
 * Series on a grid of regular steps, on which Graphite's functions work: how they are
 * read from the store, aligned and consolidated.
 */
@org.jspecify.annotations.NullMarked
package io.eardrum.web.graphite.series;
