/**
 * The durable engine: all of its state in one RocksDB next to the server.
 */
@org.jspecify.annotations.NullMarked
package io.eardrum.storage.embedded;
