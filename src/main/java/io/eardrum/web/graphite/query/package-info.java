/**
 * What a request in Graphite's language asks for: targets, times and intervals. Plain
 * Java.
 */
@org.jspecify.annotations.NullMarked
package io.eardrum.web.graphite.query;
