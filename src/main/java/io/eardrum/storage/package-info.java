/**
 * The port to the engines that store points. The engines are in packages below it, and so
 * is what they share.
 */
@org.jspecify.annotations.NullMarked
package io.eardrum.storage;
