/**
 * What happens on the ports, for the meters.
 */
@org.jspecify.annotations.NullMarked
package io.eardrum.server.event;
