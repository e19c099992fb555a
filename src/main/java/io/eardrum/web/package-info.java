/**
 * The wiring of the HTTP ports: which filters and valves guard the port for data, and
 * which guard the port of Actuator, if it has its own.
 */
@org.jspecify.annotations.NullMarked
package io.eardrum.web;
