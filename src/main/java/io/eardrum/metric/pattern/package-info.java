/**
 * Patterns for keys, read and matched, in plain Java.
 */
@org.jspecify.annotations.NullMarked
package io.eardrum.metric.pattern;
