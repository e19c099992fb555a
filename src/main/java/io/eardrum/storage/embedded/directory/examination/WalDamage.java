package io.eardrum.storage.embedded.directory.examination;

/**
 * Damage in a file of RocksDB's write-ahead log, or in a MANIFEST, which has the same
 * form.
 *
 * @param position the position of the first record that can't be read
 * @param bytes how many bytes there are from there on
 * @param readableRecords how many complete records behind it can be read
 * @param unfinished whether only the end of the file is missing: the file ends within
 * that record, or has only zeros from there on
 */
public record WalDamage(long position, long bytes, int readableRecords, boolean unfinished) {
}
