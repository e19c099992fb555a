package io.eardrum.storage.embedded.codec;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * Writes bytes into a buffer that grows and is reused.
 * <p>
 * Not safe for use by several threads at once.
 */
public final class ByteWriter {

	/**
	 * How many bytes are reserved beyond those asked for, so that 8 bytes can always be
	 * stored.
	 */
	private static final int SLACK = Long.BYTES;

	private static final VarHandle LITTLE_LONG = MethodHandles.byteArrayViewVarHandle(long[].class,
			ByteOrder.LITTLE_ENDIAN);

	private static final VarHandle BIG_LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

	private byte[] buffer;

	private int size;

	public ByteWriter(int capacity) {
		this.buffer = new byte[capacity + SLACK];
	}

	public byte[] buffer() {
		return this.buffer;
	}

	public int size() {
		return this.size;
	}

	public void clear() {
		this.size = 0;
	}

	/**
	 * Removes all bytes, and releases the buffer if it has grown beyond a limit.
	 * @param limit the capacity that may be kept, in bytes
	 */
	public void clear(int limit) {
		this.size = 0;
		if (this.buffer.length > limit + SLACK) {
			this.buffer = new byte[limit + SLACK];
		}
	}

	public byte[] toByteArray() {
		return Arrays.copyOf(this.buffer, this.size);
	}

	/**
	 * Makes room for a number of bytes.
	 * @param bytes the number of bytes
	 */
	public void reserve(int bytes) {
		int needed = this.size + bytes + SLACK;
		if (needed > this.buffer.length) {
			this.buffer = Arrays.copyOf(this.buffer, Math.max(needed, this.buffer.length * 2));
		}
	}

	public void writeByte(int value) {
		reserve(1);
		this.buffer[this.size++] = (byte) value;
	}

	public void writeVarint(long value) {
		reserve(10);
		byte[] target = this.buffer;
		int position = this.size;
		long rest = value;
		while ((rest & ~0x7FL) != 0) {
			target[position++] = (byte) (rest | 0x80);
			rest >>>= 7;
		}
		target[position++] = (byte) rest;
		this.size = position;
	}

	public void writeZigzag(long value) {
		writeVarint(zigzag(value));
	}

	public void writeLongLittleEndian(long value) {
		reserve(Long.BYTES);
		LITTLE_LONG.set(this.buffer, this.size, value);
		this.size += Long.BYTES;
	}

	public void writeLongBigEndian(long value) {
		reserve(Long.BYTES);
		BIG_LONG.set(this.buffer, this.size, value);
		this.size += Long.BYTES;
	}

	public void writeBytes(byte[] source, int offset, int length) {
		reserve(length);
		System.arraycopy(source, offset, this.buffer, this.size, length);
		this.size += length;
	}

	/**
	 * Stores 8 bytes, of which only some count. Used to pack bits.
	 * @param value the bytes, the first one lowest
	 * @param bytes how many of them count, 0 to 8
	 */
	void writeLowBytes(long value, int bytes) {
		LITTLE_LONG.set(this.buffer, this.size, value);
		this.size += bytes;
	}

	/**
	 * Overwrites 4 bytes, lowest first.
	 * @param position where they stand
	 * @param value their new value
	 */
	public void setIntLittleEndian(int position, int value) {
		for (int i = 0; i < Integer.BYTES; i++) {
			this.buffer[position + i] = (byte) (value >>> (i * Byte.SIZE));
		}
	}

	static long zigzag(long value) {
		return (value << 1) ^ (value >> 63);
	}

}
