package io.eardrum.storage.cassandra.table;

import java.nio.ByteBuffer;

import com.datastax.oss.driver.api.core.cql.Row;

import io.eardrum.metric.SeriesKey;

/**
 * Turns cells into values and back without the driver's codecs. Those look up the type of
 * each cell again, and make a text from a key although only its bytes are needed.
 */
public final class Cells {

	private Cells() {
	}

	/**
	 * Returns the cell of a key.
	 * @param key the key
	 * @return its bytes
	 */
	public static ByteBuffer of(SeriesKey key) {
		byte[] bytes = new byte[key.length()];
		key.copyTo(bytes, 0);
		return ByteBuffer.wrap(bytes);
	}

	/**
	 * Returns the cell of a number of type {@code bigint}.
	 * @param value the number
	 * @return its 8 bytes
	 */
	public static ByteBuffer of(long value) {
		return ByteBuffer.allocate(Long.BYTES).putLong(0, value);
	}

	/**
	 * Returns the cell of a number of type {@code double}.
	 * @param value the number
	 * @return its 8 bytes
	 */
	public static ByteBuffer of(double value) {
		return ByteBuffer.allocate(Double.BYTES).putDouble(0, value);
	}

	/**
	 * Returns the cell of a number of type {@code int}.
	 * @param value the number
	 * @return its 4 bytes
	 */
	public static ByteBuffer of(int value) {
		return ByteBuffer.allocate(Integer.BYTES).putInt(0, value);
	}

	/**
	 * Returns the number of type {@code bigint} in a cell.
	 * @param row the row
	 * @param column the index of the column
	 * @return the number
	 * @throws IllegalStateException if the row lacks the column
	 */
	public static long toLong(Row row, int column) {
		ByteBuffer bytes = bytes(row, column);
		return bytes.getLong(bytes.position());
	}

	/**
	 * Returns the number of type {@code double} in a cell.
	 * @param row the row
	 * @param column the index of the column
	 * @return the number
	 * @throws IllegalStateException if the row lacks the column
	 */
	public static double toDouble(Row row, int column) {
		ByteBuffer bytes = bytes(row, column);
		return bytes.getDouble(bytes.position());
	}

	/**
	 * Returns the key in a cell.
	 * @param row the row
	 * @param column the index of the column
	 * @return the key
	 * @throws IllegalStateException if the row lacks the column
	 */
	public static SeriesKey toKey(Row row, int column) {
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
