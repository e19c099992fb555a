/**
 * Graphite's read API over the stored series, as Grafana and other programs ask for it.
 */
@org.jspecify.annotations.NullMarked
package io.eardrum.web.graphite;
