/**
 * The load generator: puts a server under load and measures what it acknowledges.
 */
@org.jspecify.annotations.NullMarked
package io.eardrum.cli.load;
