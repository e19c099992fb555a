/**
 * The HTTP API: lists series, reads points and stores points.
 */
@org.jspecify.annotations.NullMarked
package io.eardrum.web.api;
