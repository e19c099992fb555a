package io.eardrum.storage.embedded.codec;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Reads what a {@link ByteWriter} wrote.
 * <p>
 * Not safe for use by several threads at once. Bytes that are not valid throw a
 * {@link CorruptStoreException}, never an {@link ArrayIndexOutOfBoundsException}.
 */
public final class ByteReader {

	/**
	 * How many more bytes the array must have behind the last one, because eight are read
	 * at a time.
	 */
	public static final int SLACK = Long.BYTES;

	private static final VarHandle LITTLE_LONG = MethodHandles.byteArrayViewVarHandle(long[].class,
			ByteOrder.LITTLE_ENDIAN);

	private byte[] buffer = new byte[SLACK];

	private int position;

	private int end;

	/**
	 * Starts to read an array.
	 * @param source the bytes, and {@link #SLACK} more behind them
	 * @param length the number of bytes
	 */
	public void reset(byte[] source, int length) {
		this.buffer = source;
		this.position = 0;
		this.end = length;
	}

	public int remaining() {
		return this.end - this.position;
	}

	int readByte() {
		require(1);
		return this.buffer[this.position++] & 0xFF;
	}

	public long readVarint() {
		long result = 0;
		for (int shift = 0; shift < 64; shift += 7) {
			if (this.position == this.end) {
				break;
			}
			byte next = this.buffer[this.position++];
			result |= (next & 0x7FL) << shift;
			if (next >= 0) {
				return result;
			}
		}
		throw new CorruptStoreException("a number is cut off");
	}

	public long readZigzag() {
		return unzigzag(readVarint());
	}

	public long readLongLittleEndian() {
		require(Long.BYTES);
		long result = (long) LITTLE_LONG.get(this.buffer, this.position);
		this.position += Long.BYTES;
		return result;
	}

	/**
	 * Reads numbers that all have the same width in bits.
	 * @param width the width, 0 to 56, or 64
	 * @param target takes the numbers
	 * @param from the index of the first
	 * @param count how many there are
	 */
	void readBits(int width, long[] target, int from, int count) {
		int bytes = (int) (((long) width * count + 7) / 8);
		require(bytes);
		if (width == Long.SIZE) {
			for (int i = 0; i < count; i++) {
				target[from + i] = (long) LITTLE_LONG.get(this.buffer, this.position + i * Long.BYTES);
			}
		}
		else {
			long mask = (1L << width) - 1;
			byte[] source = this.buffer;
			int bit = this.position * Byte.SIZE;
			for (int i = 0; i < count; i++, bit += width) {
				target[from + i] = ((long) LITTLE_LONG.get(source, bit >>> 3) >>> (bit & 7)) & mask;
			}
		}
		this.position += bytes;
	}

	private void require(int bytes) {
		if (bytes > this.end - this.position) {
			throw new CorruptStoreException("a value is cut off");
		}
	}

	static long unzigzag(long value) {
		return (value >>> 1) ^ -(value & 1);
	}

}
