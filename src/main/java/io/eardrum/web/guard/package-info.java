/**
 * Filters and valves that guard the HTTP ports. They see each request before anything
 * else does.
 */
@org.jspecify.annotations.NullMarked
package io.eardrum.web.guard;
