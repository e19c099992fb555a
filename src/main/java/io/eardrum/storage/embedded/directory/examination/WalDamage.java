package io.eardrum.storage.embedded.directory.examination;

/**
 * Where a file of RocksDB's write-ahead log, or a MANIFEST, which has the same form,
 * can't be read.
 *
 * @param position where the first record begins that can't be read
 * @param bytes how much there is from there on
 * @param readableRecords how many whole records can be read behind it
 * @param unfinished whether it is only the end that lacks: the file ends within that
 * record, or there are nothing but zeros from there on
 */
public record WalDamage(long position, long bytes, int readableRecords, boolean unfinished) {
}
