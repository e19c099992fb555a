/**
 * Parses requests in Graphite's language: targets, times and intervals. Plain Java.
 */
@org.jspecify.annotations.NullMarked
package io.eardrum.web.graphite.query;
