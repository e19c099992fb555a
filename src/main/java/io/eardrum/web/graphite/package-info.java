/**
 * Graphite's read API over the stored series, as Grafana and other programs use it.
 */
@org.jspecify.annotations.NullMarked
package io.eardrum.web.graphite;
