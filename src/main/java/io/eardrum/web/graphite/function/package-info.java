/**
 * Evaluates targets with Graphite's functions, which are listed in a table. The functions
 * are in the packages below, by the headings under which Graphite lists them.
 */
@org.jspecify.annotations.NullMarked
package io.eardrum.web.graphite.function;
