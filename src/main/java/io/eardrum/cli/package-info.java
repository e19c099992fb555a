/**
 * The commands of the command line, and the class that runs them.
 */
@org.jspecify.annotations.NullMarked
package io.eardrum.cli;
