package io.eardrum.storage.embedded.directory.seal;

/**
 * What a store holds, as noted in the ledger.
 *
 * @param writes the number of RocksDB's last write
 * @param series how many series there are
 */
public record ClosingFacts(long writes, long series) {
}
