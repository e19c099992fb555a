package io.eardrum.metric;

import java.util.Arrays;
import java.util.BitSet;

import org.jspecify.annotations.Nullable;

/**
 * Points on their way into a store, in the order in which they were put. The key,
 * timestamp and value of each are kept in columns, so a batch that is cleared and filled
 * again allocates nothing.
 * <p>
 * Not safe for use by several threads at once. A batch grows with what is added and never
 * shrinks, so its owner limits what goes in.
 */
public final class PointBatch {

	private static final int INITIAL_POINTS = 16;

	private static final int INITIAL_KEY_BYTES = 256;

	private static final int POINT_BYTES = 2 * Integer.BYTES + Long.BYTES + Double.BYTES;

	private byte[] keyBytes = new byte[INITIAL_KEY_BYTES];

	/** Where each key ends; it starts where the one before it ends. */
	private int[] keyEnds = new int[INITIAL_POINTS];

	private int[] keyHashes = new int[INITIAL_POINTS];

	private long[] timestamps = new long[INITIAL_POINTS];

	private double[] values = new double[INITIAL_POINTS];

	private int size;

	private final BitSet refused = new BitSet();

	/** The refused points whose timestamp is the reason. */
	private final BitSet inFuture = new BitSet();

	private int refusedCount;

	/**
	 * Adds a point.
	 * @param source the array that holds the bytes of the key, which are copied
	 * @param keyOffset where the key starts
	 * @param keyLength how many bytes it has, 1 or more
	 * @param timestamp the timestamp
	 * @param value the value, finite
	 */
	public void add(byte[] source, int keyOffset, int keyLength, long timestamp, double value) {
		int keyStart = makeRoom(keyLength);
		System.arraycopy(source, keyOffset, this.keyBytes, keyStart, keyLength);
		append(keyStart + keyLength, SeriesKey.hash(source, keyOffset, keyLength), timestamp, value);
	}

	/**
	 * Adds a point.
	 * @param key the key
	 * @param timestamp the timestamp
	 * @param value the value, finite
	 */
	public void add(SeriesKey key, long timestamp, double value) {
		int keyStart = makeRoom(key.length());
		append(key.copyTo(this.keyBytes, keyStart), key.hashCode(), timestamp, value);
	}

	/**
	 * Moves the last points of this batch to the end of another one. None of them has
	 * been refused.
	 * @param from the number of the first one that is moved, from 0
	 * @param target takes them
	 */
	public void moveTo(int from, PointBatch target) {
		int count = this.size - from;
		int keysFrom = keyOffset(from);
		int keysLength = keyOffset(this.size) - keysFrom;
		target.reserve(count, keysLength);
		int targetKeys = target.keyOffset(target.size);
		System.arraycopy(this.keyBytes, keysFrom, target.keyBytes, targetKeys, keysLength);
		for (int i = 0; i < count; i++) {
			target.keyEnds[target.size + i] = this.keyEnds[from + i] - keysFrom + targetKeys;
		}
		System.arraycopy(this.keyHashes, from, target.keyHashes, target.size, count);
		System.arraycopy(this.timestamps, from, target.timestamps, target.size, count);
		System.arraycopy(this.values, from, target.values, target.size, count);
		target.size += count;
		this.size = from;
	}

	private void reserve(int points, int keysLength) {
		if (this.size + points > this.timestamps.length) {
			resizePoints(Math.max(this.size + points, grown(this.timestamps.length)));
		}
		int keyEnd = keyOffset(this.size) + keysLength;
		if (keyEnd > this.keyBytes.length) {
			this.keyBytes = Arrays.copyOf(this.keyBytes, Math.max(keyEnd, grown(this.keyBytes.length)));
		}
	}

	private int makeRoom(int keyLength) {
		if (this.size == this.timestamps.length) {
			resizePoints(grown(this.size));
		}
		int keyStart = keyOffset(this.size);
		int keyEnd = keyStart + keyLength;
		if (keyEnd > this.keyBytes.length) {
			this.keyBytes = Arrays.copyOf(this.keyBytes, Math.max(keyEnd, grown(this.keyBytes.length)));
		}
		return keyStart;
	}

	// It grows by half, so that a full batch has little empty room.
	private static int grown(int length) {
		return length + length / 2;
	}

	/**
	 * Returns how much more memory this batch takes once a point has been added.
	 * @param keyLength the length of its key
	 * @return the growth in bytes, usually 0; see {@link #heldBytes()}
	 */
	public long growthToAdd(int keyLength) {
		int keyEnd = keyOffset(this.size) + keyLength;
		long growth = (keyEnd > this.keyBytes.length)
				? Math.max(keyEnd, grown(this.keyBytes.length)) - this.keyBytes.length : 0;
		return growth
				+ ((this.size == this.timestamps.length) ? (long) (grown(this.size) - this.size) * POINT_BYTES : 0);
	}

	/**
	 * Returns how long all keys together are.
	 * @return the length in bytes
	 */
	public int keyBytesLength() {
		return keyOffset(this.size);
	}

	private void append(int keyEnd, int keyHash, long timestamp, double value) {
		int index = this.size;
		this.keyEnds[index] = keyEnd;
		this.keyHashes[index] = keyHash;
		this.timestamps[index] = timestamp;
		this.values[index] = value;
		this.size = index + 1;
	}

	/**
	 * Marks a point as one that is not stored. The client that has put it is told so. A
	 * point that has been refused stays refused, for the first reason.
	 * @param index the number of the point, from 0
	 * @param reason why
	 */
	public void refuse(int index, Refusal reason) {
		if (!this.refused.get(index)) {
			this.refused.set(index);
			this.inFuture.set(index, reason == Refusal.TIMESTAMP_IN_FUTURE);
			this.refusedCount++;
		}
	}

	/**
	 * Returns whether a point has been refused.
	 * @param index the number of the point, from 0
	 * @return whether it has
	 */
	public boolean isRefused(int index) {
		return this.refusedCount > 0 && this.refused.get(index);
	}

	/**
	 * Returns why a point has been refused.
	 * @param index the number of the point, from 0
	 * @return the reason, or {@code null} if it has not been refused
	 */
	public @Nullable Refusal refusal(int index) {
		if (!isRefused(index)) {
			return null;
		}
		return this.inFuture.get(index) ? Refusal.TIMESTAMP_IN_FUTURE : Refusal.TOO_MANY_SERIES;
	}

	/**
	 * Returns how many points have been refused.
	 * @return the number of points
	 */
	public int refusedCount() {
		return this.refusedCount;
	}

	/**
	 * Returns how many points there are.
	 * @return the number of points
	 */
	public int size() {
		return this.size;
	}

	/**
	 * Returns whether there is no point.
	 * @return whether this batch is empty
	 */
	public boolean isEmpty() {
		return this.size == 0;
	}

	/**
	 * Returns the array that holds the bytes of all keys. It is not a copy, must not be
	 * changed, and is valid until the next point is added.
	 * @return the bytes of the keys
	 */
	public byte[] keyBytes() {
		return this.keyBytes;
	}

	/**
	 * Returns where the key of a point starts.
	 * @param index the number of the point, from 0
	 * @return an offset into {@link #keyBytes()}
	 */
	public int keyOffset(int index) {
		return (index == 0) ? 0 : this.keyEnds[index - 1];
	}

	/**
	 * Returns how long the key of a point is.
	 * @param index the number of the point, from 0
	 * @return the length in bytes
	 */
	public int keyLength(int index) {
		return this.keyEnds[index] - keyOffset(index);
	}

	/**
	 * Returns the hash of the key of a point.
	 * @param index the number of the point, from 0
	 * @return the same as {@link SeriesKey#hashCode()} of that key
	 */
	public int keyHash(int index) {
		return this.keyHashes[index];
	}

	/**
	 * Returns the key of a point as an object of its own.
	 * @param index the number of the point, from 0
	 * @return a new key
	 */
	public SeriesKey key(int index) {
		return SeriesKey.of(this.keyBytes, keyOffset(index), keyLength(index));
	}

	/**
	 * Returns the timestamp of a point.
	 * @param index the number of the point, from 0
	 * @return the timestamp
	 */
	public long timestamp(int index) {
		return this.timestamps[index];
	}

	/**
	 * Returns the value of a point.
	 * @param index the number of the point, from 0
	 * @return the value
	 */
	public double value(int index) {
		return this.values[index];
	}

	/**
	 * Returns how much memory this batch takes, however many points it has.
	 * @return the length of its columns, in bytes
	 */
	public long heldBytes() {
		return this.keyBytes.length + (long) this.timestamps.length * POINT_BYTES;
	}

	/**
	 * Removes all points, and keeps the memory for the next ones.
	 */
	public void clear() {
		this.size = 0;
		if (this.refusedCount > 0) {
			this.refused.clear();
			this.inFuture.clear();
			this.refusedCount = 0;
		}
	}

	private void resizePoints(int capacity) {
		this.keyEnds = Arrays.copyOf(this.keyEnds, capacity);
		this.keyHashes = Arrays.copyOf(this.keyHashes, capacity);
		this.timestamps = Arrays.copyOf(this.timestamps, capacity);
		this.values = Arrays.copyOf(this.values, capacity);
	}

	/**
	 * Why a valid point is not stored.
	 */
	public enum Refusal {

		/**
		 * It would be the first of its series, and there are as many series as are
		 * allowed.
		 */
		TOO_MANY_SERIES,

		/** Its timestamp is further ahead of the server's clock than is allowed. */
		TIMESTAMP_IN_FUTURE

	}

}
