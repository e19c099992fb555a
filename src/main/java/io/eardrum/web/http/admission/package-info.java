/**
 * Admission of requests: their number, their turns on the processors, the memory that
 * they reserve, and the limits at which they end.
 */
@org.jspecify.annotations.NullMarked
package io.eardrum.web.http.admission;
