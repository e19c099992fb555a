/**
 * Problems of requests: what the client reads of them, and what the log says.
 */
@org.jspecify.annotations.NullMarked
package io.eardrum.web.http.problem;
