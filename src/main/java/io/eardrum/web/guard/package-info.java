/**
 * Filters and valves guard the HTTP ports: they see each request before anything else
 * does.
 */
@org.jspecify.annotations.NullMarked
package io.eardrum.web.guard;
