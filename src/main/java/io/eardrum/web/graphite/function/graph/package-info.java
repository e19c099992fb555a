/**
 * Functions that say how Graphite draws series. Answers have no pictures, so all that
 * most of them change is a name.
 */
@org.jspecify.annotations.NullMarked
package io.eardrum.web.graphite.function.graph;
