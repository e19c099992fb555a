/**
 * The port to the engines that keep points, and what they share.
 */
@org.jspecify.annotations.NullMarked
package io.eardrum.storage;
