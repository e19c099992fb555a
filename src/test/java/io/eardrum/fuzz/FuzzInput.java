package io.eardrum.fuzz;

import java.util.Arrays;

/**
 * The bytes that a fuzzer has made up, read as whatever a target wants of them. Where
 * they end, zeros follow, so that every input is good for something.
 * <p>
 * For one thread.
 */
public final class FuzzInput {

	private final byte[] data;

	private int position;

	public FuzzInput(byte[] data) {
		this.data = data;
	}

	/**
	 * Tells whether there is more than the zeros.
	 * @return whether the next byte is one of the input
	 */
	public boolean hasMore() {
		return this.position < this.data.length;
	}

	/**
	 * Takes a byte.
	 * @return its value, 0 to 255
	 */
	public int nextByte() {
		return hasMore() ? this.data[this.position++] & 0xFF : 0;
	}

	/**
	 * Takes eight bytes.
	 * @return their value, the first byte highest
	 */
	public long nextLong() {
		long value = 0;
		for (int i = 0; i < Long.BYTES; i++) {
			value = (value << Byte.SIZE) | nextByte();
		}
		return value;
	}

	/**
	 * Takes all that is left.
	 * @return the bytes, a new array
	 */
	public byte[] rest() {
		byte[] rest = Arrays.copyOfRange(this.data, this.position, this.data.length);
		this.position = this.data.length;
		return rest;
	}

}
