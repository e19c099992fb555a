/**
 * The HTTP API: lists of series, points to read and to put.
 */
@org.jspecify.annotations.NullMarked
package io.eardrum.web.api;
