package io.eardrum.storage.embedded.head;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Objects;

import org.jspecify.annotations.Nullable;

import io.eardrum.metric.Point;

/**
 * The points of one series that were put in one epoch, that is, between two checkpoints,
 * in the order in which they were put. Readers sort out late and repeated points, with
 * one exception: a point with the timestamp of the one before it takes its place. A
 * client that keeps putting to one timestamp therefore takes no memory.
 * <p>
 * One thread appends at a time, and any number of threads read without a lock. The size
 * is stored with release semantics after the point and after the block that contains it,
 * so that a reader finds all points below the size it saw. Timestamp and value stand side
 * by side, so that they share a cache line.
 * <p>
 * Memory: 16 bytes per point, at most half as much again for growth, and 88 bytes; 32
 * more for each further block.
 */
public final class Head {

	/** The size of this object in a JVM with compressed references. */
	private static final int OBJECT_BYTES = 48;

	/** An entry in the list of touched series, which may just have grown. */
	private static final int LISTED_BYTES = 8;

	private static final int MIN_BLOCK_POINTS = 4;

	/** How much memory a new head takes, unless many points are expected. */
	public static final int MIN_BYTES = OBJECT_BYTES + LISTED_BYTES + HeadBlock.OBJECT_BYTES
			+ MIN_BLOCK_POINTS * HeadBlock.BYTES_PER_POINT;

	private static final int MAX_BLOCK_POINTS = 1024;

	/**
	 * How many points a new head makes room for at most, because the epoch before had as
	 * many.
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

	/** The head of the previous epoch, until its points are in chunks. */
	private volatile @Nullable Head previous;

	private final HeadBlock first;

	/** Where older points have been deleted. */
	private final @Nullable DeletedRanges deleted;

	/** The block that takes the next point. Used by the thread that appends. */
	private HeadBlock last;

	/** The highest timestamp. Used by the thread that appends. */
	private long highest = Long.MIN_VALUE;

	private int size;

	/**
	 * The index of the point with the highest timestamp, and of several such points the
	 * one that was put last; or {@link #ASCENDING}, which means that it is the last
	 * point.
	 */
	private int newest = ASCENDING;

	/**
	 * Creates a head without points.
	 * @param epoch the epoch
	 * @param previous the head of the previous epoch, if its points are not in chunks yet
	 * @param memory provides the memory for the points
	 */
	public Head(int epoch, @Nullable Head previous, HeadArena memory) {
		this(epoch, previous, memory, null);
	}

	/**
	 * Creates a head without points, before which points have been deleted.
	 * @param epoch the epoch
	 * @param previous the head of the previous epoch, if its points are not in chunks yet
	 * @param memory provides the memory for the points
	 * @param deleted where the points of earlier epochs have been deleted, or
	 * {@code null}
	 */
	Head(int epoch, @Nullable Head previous, HeadArena memory, @Nullable DeletedRanges deleted) {
		this.epoch = epoch;
		this.deleted = deleted;
		this.previous = previous;
		int expected = (previous != null && !memory.isTight()) ? Math.min(previous.size(), MAX_FORESIGHT) : 0;
		this.first = memory.take(0, Math.max(MIN_BLOCK_POINTS, expected), MIN_BLOCK_POINTS);
		this.last = this.first;
	}

	public int epoch() {
		return this.epoch;
	}

	public @Nullable Head previous() {
		return this.previous;
	}

	/**
	 * Returns where the points of earlier epochs have been deleted.
	 * @return the ranges, or {@code null} if none have been deleted in this epoch
	 */
	public @Nullable DeletedRanges deleted() {
		return this.deleted;
	}

	void forgetPrevious() {
		this.previous = null;
	}

	/**
	 * Returns how much memory this head takes as long as it has no second block.
	 * @return the number of bytes
	 */
	public int bytes() {
		return OBJECT_BYTES + LISTED_BYTES + this.first.bytes();
	}

	/**
	 * Appends a point. Called by one thread at a time.
	 * @param timestamp its timestamp
	 * @param value its value
	 * @param memory provides another block if the last one is full
	 * @return by how many bytes this head grew
	 */
	public int append(long timestamp, double value, HeadArena memory) {
		int index = this.size;
		HeadBlock target = this.last;
		if (index > 0 && target.timestamp(index - 1) == timestamp) {
			target.replace(index - 1, value);
			SIZE.setRelease(this, index);
			return 0;
		}
		int grown = 0;
		if (index == target.end()) {
			int points = Math.min(MAX_BLOCK_POINTS, Math.max(MIN_BLOCK_POINTS, index / 2));
			HeadBlock added = memory.take(index, points, MIN_BLOCK_POINTS);
			target.setNext(added);
			this.last = added;
			target = added;
			grown = added.bytes();
		}
		target.set(index, timestamp, value);
		long before = this.highest;
		if (index == 0 || timestamp >= before) {
			this.highest = timestamp;
		}
		if (this.newest != ASCENDING) {
			if (timestamp >= before) {
				NEWEST.setRelease(this, index);
			}
		}
		else if (index > 0 && timestamp <= before) {
			NEWEST.setRelease(this, (timestamp == before) ? index : index - 1);
		}
		SIZE.setRelease(this, index + 1);
		return grown;
	}

	/**
	 * Returns how many points there are. The points below this number may then be read
	 * from the blocks.
	 * @return the number of points
	 */
	public int size() {
		return (int) SIZE.getAcquire(this);
	}

	/**
	 * Passes points on in the order in which they were put, a block at a time.
	 * @param count how many, from the first on; no more than {@link #size()} has returned
	 * @param visitor takes the points
	 */
	public void visit(int count, CellVisitor visitor) {
		visit(0, count, visitor);
	}

	/**
	 * Passes points on in the order in which they were put, a block at a time.
	 * @param from the number of the first
	 * @param to the number behind the last; no more than {@link #size()} has returned
	 * @param visitor takes the points
	 */
	void visit(int from, int to, CellVisitor visitor) {
		for (HeadBlock block = this.first; block != null && block.start() < to; block = block.next()) {
			int end = Math.min(block.end(), to);
			int skipped = Math.max(0, from - block.start());
			int points = end - block.start() - skipped;
			if (points > 0) {
				visitor.accept(block.cells(), block.offset() + 2 * skipped, points);
			}
			if (end == to) {
				return;
			}
		}
	}

	/**
	 * Finds where a timestamp stands or would stand. The points must be strictly
	 * ascending.
	 * @param count how many points are searched, from the first on; no more than
	 * {@link #size()} has returned
	 * @param timestamp the timestamp
	 * @return the number of the first point that is not before the timestamp
	 */
	int indexOf(int count, long timestamp) {
		if (timestamp == Long.MIN_VALUE) {
			return 0;
		}
		for (HeadBlock block = this.first; block != null && block.start() < count; block = block.next()) {
			int end = Math.min(block.end(), count);
			if (block.timestamp(end - 1) >= timestamp) {
				return indexOf(block, end, timestamp);
			}
			if (end == count) {
				break;
			}
		}
		return count;
	}

	private static int indexOf(HeadBlock block, int end, long timestamp) {
		int low = block.start();
		int high = end;
		while (low < high) {
			int middle = (low + high) >>> 1;
			if (block.timestamp(middle) < timestamp) {
				low = middle + 1;
			}
			else {
				high = middle;
			}
		}
		return low;
	}

	/**
	 * Finds the end of a range. The points must be strictly ascending.
	 * @param from the number of the first point of the range
	 * @param count how many points are searched
	 * @param timestamp the last timestamp of the range
	 * @return the number behind its last point, {@code from} or more
	 */
	int indexBehind(int from, int count, long timestamp) {
		return (timestamp == Long.MAX_VALUE) ? count : Math.max(from, indexOf(count, timestamp + 1));
	}

	/**
	 * Returns the timestamp of the first point. Must not be called while there is no
	 * point.
	 * @return the timestamp
	 */
	long firstTimestamp() {
		return this.first.timestamp(0);
	}

	/**
	 * Returns whether the points that {@link #size()} has counted before are strictly
	 * ascending.
	 * @return {@code true} only if they are
	 */
	public boolean isAscending() {
		return (int) NEWEST.getAcquire(this) == ASCENDING;
	}

	/**
	 * Returns whether all points have timestamps below a given one. Called when the epoch
	 * has ended.
	 * @param timestamp the timestamp
	 * @return whether they have
	 */
	boolean isBefore(long timestamp) {
		Point newest = last();
		return newest == null || newest.timestamp() < timestamp;
	}

	/**
	 * Returns the point with the highest timestamp up to a given one, and of several such
	 * points the one that was put last. Looks at all points.
	 * @param timestamp the last timestamp that counts
	 * @return the point, or {@code null} if there is none
	 */
	public @Nullable Point lastUpTo(long timestamp) {
		return lastUpTo(timestamp, null);
	}

	/**
	 * Returns the point with the highest timestamp up to a given one that has not been
	 * deleted later, and of several such points the one that was put last. Looks at all
	 * points.
	 * @param timestamp the last timestamp that counts
	 * @param without where points have been deleted, or {@code null}
	 * @return the point, or {@code null} if there is none
	 */
	public @Nullable Point lastUpTo(long timestamp, @Nullable DeletedRanges without) {
		int count = size();
		long highest = Long.MIN_VALUE;
		double value = Double.NaN;
		boolean found = false;
		HeadBlock block = this.first;
		for (int i = 0; i < count; i++) {
			if (i == block.end()) {
				block = Objects.requireNonNull(block.next());
			}
			long candidate = block.timestamp(i);
			if (candidate <= timestamp && candidate >= highest && (without == null || !without.contains(candidate))) {
				highest = candidate;
				value = block.value(i);
				found = true;
			}
		}
		return found ? new Point(highest, value) : null;
	}

	/**
	 * Returns the point with the highest timestamp, and of several such points the one
	 * that was put last.
	 * @return the point, or {@code null} if there is none yet
	 */
	public @Nullable Point last() {
		int count = size();
		int found = (int) NEWEST.getAcquire(this);
		int index = (found != ASCENDING) ? found : count - 1;
		for (HeadBlock block = this.first; block != null && index >= 0; block = block.next()) {
			if (index < block.end()) {
				return new Point(block.timestamp(index), block.value(index));
			}
		}
		return null;
	}

}
