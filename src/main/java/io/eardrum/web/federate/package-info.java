/**
 * Last values for a Prometheus to scrape.
 */
@org.jspecify.annotations.NullMarked
package io.eardrum.web.federate;
