/**
 * Patterns for keys, read and matched; pure Java.
 */
@org.jspecify.annotations.NullMarked
package io.eardrum.metric.pattern;
