/**
 * Standard input and output, and what they show: points as rows, progress, sparklines.
 */
@org.jspecify.annotations.NullMarked
package io.eardrum.cli.terminal;
