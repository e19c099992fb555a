/**
 * Files by the names that were given, what is written into them, and what is wrong with
 * them.
 */
@org.jspecify.annotations.NullMarked
package io.eardrum.cli.file;
