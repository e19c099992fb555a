/**
 * What an operator is told when the server can't start.
 */
@org.jspecify.annotations.NullMarked
package io.eardrum.startup;
