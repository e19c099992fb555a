package io.eardrum.storage.embedded;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;

import org.jspecify.annotations.Nullable;

import io.eardrum.metric.Point;

/**
 * The points of one series that came in one epoch, that is, between two checkpoints, in
 * the order in which they were put. Appending is all that ever happens to them; what is
 * late or comes twice is sorted out by whoever reads.
 * <p>
 * One thread appends at a time, any number read without a lock: the size is stored with
 * release semantics after the point, so that a reader finds what is below the size it
 * saw. Timestamp and value stand side by side in one array, which makes one cache line of
 * them, and one object fewer.
 * <p>
 * Memory: 16 bytes a point, at most half as much again for growth, and 56 bytes.
 */
final class Head {

	/** This object and the header of its array. */
	private static final int FIXED_BYTES = 32 + 16;

	private static final int BYTES_PER_POINT = 2 * Long.BYTES;

	private static final int MIN_CAPACITY = 4;

	/**
	 * The most points to make room for at once, because the epoch before had so many.
	 */
	private static final int MAX_FORESIGHT = 256;

	private static final VarHandle SIZE;

	private static final VarHandle NEWEST;

	static {
		try {
			NEWEST = MethodHandles.lookup().findVarHandle(Head.class, "newest", int.class);
			SIZE = MethodHandles.lookup().findVarHandle(Head.class, "size", int.class);
		}
		catch (ReflectiveOperationException ex) {
			throw new ExceptionInInitializerError(ex);
		}
	}

	private static final int ASCENDING = -1;

	private final int epoch;

	/** The head of the epoch before, until its points are in chunks. */
	private volatile @Nullable Head previous;

	private volatile long[] cells;

	private int size;

	/**
	 * The index of the point with the highest timestamp, the last one that was put of
	 * those; or {@link #ASCENDING}, in which case it is the last point.
	 */
	private int newest = ASCENDING;

	Head(int epoch, @Nullable Head previous) {
		this.epoch = epoch;
		this.previous = previous;
		int expected = (previous != null) ? Math.min(previous.size(), MAX_FORESIGHT) : 0;
		this.cells = new long[2 * Math.max(MIN_CAPACITY, expected)];
	}

	int epoch() {
		return this.epoch;
	}

	@Nullable Head previous() {
		return this.previous;
	}

	void forgetPrevious() {
		this.previous = null;
	}

	/**
	 * Tells how much memory this takes.
	 * @return the number of bytes
	 */
	long bytes() {
		return FIXED_BYTES + (long) this.cells.length * Long.BYTES;
	}

	/**
	 * Appends a point. One thread at a time.
	 * @param timestamp its timestamp
	 * @param value its value
	 * @return by how many bytes this grew
	 */
	int append(long timestamp, double value) {
		long[] target = this.cells;
		int index = this.size;
		int grown = 0;
		if (index * 2 == target.length) {
			int capacity = index + Math.max(MIN_CAPACITY, index / 2);
			grown = (capacity - index) * BYTES_PER_POINT;
			target = Arrays.copyOf(target, capacity * 2);
			this.cells = target;
		}
		target[index * 2] = timestamp;
		target[index * 2 + 1] = Double.doubleToRawLongBits(value);
		int highest = this.newest;
		if (highest != ASCENDING) {
			if (timestamp >= target[highest * 2]) {
				NEWEST.setRelease(this, index);
			}
		}
		else if (index > 0 && timestamp <= target[index * 2 - 2]) {
			NEWEST.setRelease(this, (timestamp == target[index * 2 - 2]) ? index : index - 1);
		}
		SIZE.setRelease(this, index + 1);
		return grown;
	}

	/**
	 * Tells how many points there are; those below this number may be read from
	 * {@link #cells()} if that is called afterwards.
	 * @return the number of points
	 */
	int size() {
		return (int) SIZE.getAcquire(this);
	}

	/**
	 * Returns the points: the timestamp of each and the bits of its value, in turn.
	 * @return the array itself, which is not to be changed
	 */
	long[] cells() {
		return this.cells;
	}

	/**
	 * Tells whether the points ascend strictly whose number {@link #size()} told before.
	 * @return whether they do, for sure
	 */
	boolean isAscending() {
		return (int) NEWEST.getAcquire(this) == ASCENDING;
	}

	/**
	 * Returns the point with the highest timestamp, the last one that was put of those.
	 * @return the point, or {@code null} if there is none yet
	 */
	@Nullable Point last() {
		int count = size();
		int highest = (int) NEWEST.getAcquire(this);
		int index = (highest != ASCENDING) ? highest : count - 1;
		if (index < 0) {
			return null;
		}
		long[] source = this.cells;
		return new Point(source[index * 2], Double.longBitsToDouble(source[index * 2 + 1]));
	}

}
