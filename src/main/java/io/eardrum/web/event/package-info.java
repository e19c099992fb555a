/**
 * What happens on the HTTP ports, for the meters.
 */
@org.jspecify.annotations.NullMarked
package io.eardrum.web.event;
