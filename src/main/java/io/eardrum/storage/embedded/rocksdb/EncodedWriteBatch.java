package io.eardrum.storage.embedded.rocksdb;

import io.eardrum.storage.embedded.codec.ByteWriter;

/**
 * A RocksDB write batch that is built in Java, so that one call into the native library
 * writes any number of entries. The layout is that of RocksDB's write-ahead log, and
 * RocksDB can therefore not change it: a sequence number (set by RocksDB) and the number
 * of entries, and then each entry with its type, column family, key and value.
 * <p>
 * Not safe for use by several threads at once.
 */
public final class EncodedWriteBatch {

	private static final int HEADER_BYTES = 12;

	private static final int COUNT_OFFSET = 8;

	/** The values of RocksDB's {@code kTypeColumnFamily…}. */
	private static final int DELETE = 0x04;

	private static final int PUT = 0x05;

	private static final int DELETE_RANGE = 0x0E;

	private final ByteWriter bytes;

	private int count;

	public EncodedWriteBatch(int capacity) {
		this.bytes = new ByteWriter(capacity);
		clear();
	}

	public void clear() {
		this.bytes.clear();
		for (int i = 0; i < HEADER_BYTES; i++) {
			this.bytes.writeByte(0);
		}
		this.count = 0;
	}

	/**
	 * Removes all entries, and releases memory beyond a limit.
	 * @param limit the number of bytes that may be kept
	 */
	public void clear(int limit) {
		this.bytes.clear(limit);
		clear();
	}

	public boolean isEmpty() {
		return this.count == 0;
	}

	public int size() {
		return this.bytes.size();
	}

	public void put(ColumnFamily family, byte[] key, byte[] value, int valueLength) {
		begin(PUT, family);
		write(key, key.length);
		write(value, valueLength);
	}

	public void put(ColumnFamily family, long key, byte[] value, int valueLength) {
		begin(PUT, family);
		this.bytes.writeByte(Long.BYTES);
		this.bytes.writeLongBigEndian(key);
		write(value, valueLength);
	}

	public void delete(ColumnFamily family, byte[] key) {
		begin(DELETE, family);
		write(key, key.length);
	}

	/**
	 * Deletes all entries whose key is a number in a range.
	 * @param family where they are
	 * @param from the first number
	 * @param to the number behind the last one
	 */
	public void deleteRange(ColumnFamily family, long from, long to) {
		begin(DELETE_RANGE, family);
		this.bytes.writeByte(Long.BYTES);
		this.bytes.writeLongBigEndian(from);
		this.bytes.writeByte(Long.BYTES);
		this.bytes.writeLongBigEndian(to);
	}

	public byte[] toByteArray() {
		this.bytes.setIntLittleEndian(COUNT_OFFSET, this.count);
		return this.bytes.toByteArray();
	}

	private void begin(int type, ColumnFamily family) {
		this.count++;
		this.bytes.writeByte(type);
		this.bytes.writeVarint(family.number());
	}

	private void write(byte[] source, int length) {
		this.bytes.writeVarint(length);
		this.bytes.writeBytes(source, 0, length);
	}

}
