/**
 * The durable storage engine. All of its state is in one RocksDB next to the server.
 */
@org.jspecify.annotations.NullMarked
package io.eardrum.storage.embedded;
