package io.eardrum.metric;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The key of a series: one or more bytes of UTF-8. It arrives, is compared and leaves in
 * this form. The protocol checks whether the bytes are well formed. Keys are ordered by
 * their bytes, without signs, which is the order of their characters.
 * <p>
 * Immutable, and therefore safe for any thread.
 */
public final class SeriesKey implements Comparable<SeriesKey> {

	private final byte[] bytes;

	private final int hash;

	private SeriesKey(byte[] bytes, int hash) {
		this.bytes = bytes;
		this.hash = hash;
	}

	/**
	 * Returns the key that a text stands for.
	 * @param text the key, not empty
	 * @return the key
	 * @throws IllegalArgumentException if the text is empty, or contains half a surrogate
	 * pair, which UTF-8 can't encode
	 */
	public static SeriesKey of(String text) {
		byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
		if (!StandardCharsets.UTF_8.newEncoder().canEncode(text)) {
			throw new IllegalArgumentException("the key '" + text + "' is not well-formed text");
		}
		return of(bytes, 0, bytes.length);
	}

	/**
	 * Returns the key whose bytes are in an array. They are copied.
	 * @param source the array
	 * @param offset where the key starts
	 * @param length how many bytes it has, 1 or more
	 * @return the key
	 * @throws IllegalArgumentException if the length is 0
	 */
	public static SeriesKey of(byte[] source, int offset, int length) {
		if (length == 0) {
			throw new IllegalArgumentException("a key has at least one byte");
		}
		return new SeriesKey(Arrays.copyOfRange(source, offset, offset + length), hash(source, offset, length));
	}

	/**
	 * Returns the hash of a key's bytes. It differs from process to process.
	 * @param source the array that holds the bytes
	 * @param offset where they start
	 * @param length how many there are
	 * @return the same as {@link #hashCode()} of that key
	 */
	public static int hash(byte[] source, int offset, int length) {
		return KeyHash.of(source, offset, length);
	}

	/**
	 * Returns the number of bytes.
	 * @return the length in bytes
	 */
	public int length() {
		return this.bytes.length;
	}

	/**
	 * Returns the first part of this key.
	 * @param length how many bytes of it; the last one must be the end of a character
	 * @return the text
	 */
	public String beginning(int length) {
		return new String(this.bytes, 0, length, StandardCharsets.UTF_8);
	}

	/**
	 * Copies the bytes of this key into an array.
	 * @param target the array
	 * @param offset where the first byte goes
	 * @return the offset after the last byte
	 */
	public int copyTo(byte[] target, int offset) {
		System.arraycopy(this.bytes, 0, target, offset, this.bytes.length);
		return offset + this.bytes.length;
	}

	/**
	 * Returns a copy of the bytes of this key.
	 * @return the key in UTF-8
	 */
	public byte[] toBytes() {
		return this.bytes.clone();
	}

	/**
	 * Returns whether this key begins with the given bytes.
	 * @param beginning the bytes
	 * @return whether the first bytes of this key are the same
	 */
	public boolean startsWith(byte[] beginning) {
		return this.bytes.length >= beginning.length
				&& Arrays.equals(this.bytes, 0, beginning.length, beginning, 0, beginning.length);
	}

	/**
	 * Returns whether this key begins with the first bytes of an array.
	 * @param source the array
	 * @param length how many bytes of it
	 * @return whether the first bytes of this key are the same
	 */
	public boolean startsWith(byte[] source, int length) {
		return this.bytes.length >= length && Arrays.equals(this.bytes, 0, length, source, 0, length);
	}

	/**
	 * Compares the bytes of this key with the first bytes of an array.
	 * @param source the array
	 * @param length how many bytes of it
	 * @return less than 0, 0 or more than 0, if this key comes before them, is the same
	 * or comes after them
	 */
	public int compareTo(byte[] source, int length) {
		return Arrays.compareUnsigned(this.bytes, 0, this.bytes.length, source, 0, length);
	}

	@Override
	public int compareTo(SeriesKey other) {
		return Arrays.compareUnsigned(this.bytes, other.bytes);
	}

	/**
	 * Returns whether the bytes of this key are the given ones.
	 * @param other an array
	 * @param offset where the bytes start in it
	 * @param length how many there are
	 * @return whether they are the same
	 */
	public boolean matches(byte[] other, int offset, int length) {
		return Arrays.equals(this.bytes, 0, this.bytes.length, other, offset, offset + length);
	}

	@Override
	public boolean equals(Object other) {
		return other instanceof SeriesKey key && key.hash == this.hash && Arrays.equals(key.bytes, this.bytes);
	}

	@Override
	public int hashCode() {
		return this.hash;
	}

	@Override
	public String toString() {
		return new String(this.bytes, StandardCharsets.UTF_8);
	}

}
