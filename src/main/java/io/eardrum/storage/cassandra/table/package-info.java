/**
 * The tables: the statements that use them, and how keys, timestamps and places become
 * cells and buckets.
 */
@org.jspecify.annotations.NullMarked
package io.eardrum.storage.cassandra.table;
