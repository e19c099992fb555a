/**
 * The steps of series: what people say of them, and what is learnt from their points.
 */
@org.jspecify.annotations.NullMarked
package io.eardrum.web.graphite.step;
