/**
 * The TCP port and its limits: wires it, and shows it to the rest of the program.
 */
@org.jspecify.annotations.NullMarked
package io.eardrum.server;
