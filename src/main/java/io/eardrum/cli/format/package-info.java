/**
 * The formats that imports read: each turns the lines of a file into points, and says of
 * the others why they aren't points.
 */
@org.jspecify.annotations.NullMarked
package io.eardrum.cli.format;
