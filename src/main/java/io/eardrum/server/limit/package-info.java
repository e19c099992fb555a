/**
 * How much memory clients may hold, how they are turned away, and how often their
 * failures are logged.
 */
@org.jspecify.annotations.NullMarked
package io.eardrum.server.limit;
