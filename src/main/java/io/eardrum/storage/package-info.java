/**
 * The port to the engines that keep points. What engines share is in rooms of its own
 * below it, beside the engines.
 */
@org.jspecify.annotations.NullMarked
package io.eardrum.storage;
