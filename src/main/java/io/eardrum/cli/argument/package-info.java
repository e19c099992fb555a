/**
 * Reads the command line and the environment: words as they were typed, defaults, times,
 * sizes, and the server to talk to.
 */
@org.jspecify.annotations.NullMarked
package io.eardrum.cli.argument;
