/**
 * The command line: what telnet is too bare for.
 */
@org.jspecify.annotations.NullMarked
package io.eardrum.cli;
