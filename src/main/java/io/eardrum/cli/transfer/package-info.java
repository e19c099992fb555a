/**
 * Imports: the lines of a file become points, and a state says from where the next import
 * goes on.
 */
@org.jspecify.annotations.NullMarked
package io.eardrum.cli.transfer;
