/**
 * Bodies of requests. They are read and decompressed as they arrive, within bounds on
 * their length and on how slowly a client may send.
 */
@org.jspecify.annotations.NullMarked
package io.eardrum.web.http.body;
