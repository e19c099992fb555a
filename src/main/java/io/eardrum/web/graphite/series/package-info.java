/**
 * Series on a grid of regular steps, which is what Graphite's functions work on: how they
 * are read from the store, laid beside each other and made shorter.
 */
@org.jspecify.annotations.NullMarked
package io.eardrum.web.graphite.series;
