/**
 * Requests are admitted here, take turns on the processors, reserve memory, and end when
 * they take too much of anything.
 */
@org.jspecify.annotations.NullMarked
package io.eardrum.web.http.admission;
