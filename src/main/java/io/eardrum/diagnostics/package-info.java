/**
 * Reports to the operator: why the server cannot start, why it ends, and how much of its
 * log is left out.
 */
@org.jspecify.annotations.NullMarked
package io.eardrum.diagnostics;
