/**
 * What an operator is told when the server can't start, and its end when it can't go on.
 */
@org.jspecify.annotations.NullMarked
package io.eardrum.startup;
