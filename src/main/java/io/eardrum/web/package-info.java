/**
 * The wiring of the HTTP ports: which filters and valves guard the one for data, and
 * which the one of Actuator, if it has its own.
 */
@org.jspecify.annotations.NullMarked
package io.eardrum.web;
