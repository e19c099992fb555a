/**
 * Functions that fit under none of Graphite's other headings.
 */
@org.jspecify.annotations.NullMarked
package io.eardrum.web.graphite.function.special;
