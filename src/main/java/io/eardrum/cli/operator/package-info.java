/**
 * The commands for operators, which talk to the HTTP port.
 */
@NullMarked
package io.eardrum.cli.operator;

import org.jspecify.annotations.NullMarked;
