/**
 * The application class.
 */
@org.jspecify.annotations.NullMarked
package io.eardrum;
