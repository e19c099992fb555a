package io.eardrum.storage.cassandra;

import java.nio.ByteBuffer;

import com.datastax.oss.driver.api.core.cql.Row;

import io.eardrum.metric.SeriesKey;

/**
 * Turns cells into values and back without the driver's codecs, which look up the type of
 * each cell again, and make a text of a key whose bytes are all that is needed.
 */
final class Cells {

	private Cells() {
	}

	static ByteBuffer of(SeriesKey key) {
		byte[] bytes = new byte[key.length()];
		key.copyTo(bytes, 0);
		return ByteBuffer.wrap(bytes);
	}

	static ByteBuffer of(long value) {
		return ByteBuffer.allocate(Long.BYTES).putLong(0, value);
	}

	static ByteBuffer of(double value) {
		return ByteBuffer.allocate(Double.BYTES).putDouble(0, value);
	}

	static ByteBuffer of(int value) {
		return ByteBuffer.allocate(Integer.BYTES).putInt(0, value);
	}

	static long toLong(Row row, int column) {
		ByteBuffer bytes = bytes(row, column);
		return bytes.getLong(bytes.position());
	}

	static double toDouble(Row row, int column) {
		ByteBuffer bytes = bytes(row, column);
		return bytes.getDouble(bytes.position());
	}

	static SeriesKey toKey(Row row, int column) {
		ByteBuffer bytes = bytes(row, column);
		byte[] key = new byte[bytes.remaining()];
		bytes.get(bytes.position(), key);
		return SeriesKey.of(key, 0, key.length);
	}

	private static ByteBuffer bytes(Row row, int column) {
		ByteBuffer bytes = row.getBytesUnsafe(column);
		if (bytes == null) {
			throw new IllegalStateException("a row of the store lacks its column " + column);
		}
		return bytes;
	}

}
