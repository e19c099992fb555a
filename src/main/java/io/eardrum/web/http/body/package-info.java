/**
 * Bodies of requests are read as they come: decompressed, within their bounds, and not
 * more slowly than a client may send.
 */
@org.jspecify.annotations.NullMarked
package io.eardrum.web.http.body;
