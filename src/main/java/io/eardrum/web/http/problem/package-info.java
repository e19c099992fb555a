/**
 * Problems of requests: what the client is told, and what is logged.
 */
@org.jspecify.annotations.NullMarked
package io.eardrum.web.http.problem;
