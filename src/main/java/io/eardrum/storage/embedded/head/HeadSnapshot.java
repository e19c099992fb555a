package io.eardrum.storage.embedded.head;

import org.jspecify.annotations.Nullable;

import io.eardrum.storage.embedded.codec.PointColumns;

/**
 * The points that a series had in memory at one moment, strictly ascending, with the last
 * put of each timestamp.
 * <p>
 * A snapshot is a copy, although the points hardly ever change. Heads share large arrays,
 * and a client that reads slowly would keep arrays whose points have long been in chunks.
 * Points that did not come in order of time are sorted some at a time, so that sorting
 * takes the same memory for any number of points. Only if there are too many points for a
 * copy do they stay in the heads until they have been read.
 * <p>
 * Used by one thread at a time.
 */
public final class HeadSnapshot {

	/** How many points are sorted at a time. */
	public static final int SORTED_POINTS = 2 * CopiedCells.ARRAY_POINTS;

	private static final long[] NO_CELLS = {};

	/** All points, if they are ascending. */
	private @Nullable CopiedCells copy;

	/** The number of the next array of the copy, if the points are ascending. */
	private int nextArray;

	/** All points, if they are not ascending and have to be sorted some at a time. */
	private CellWindows.@Nullable Source unsorted;

	private int unsortedCount;

	private @Nullable CellWindows windows;

	/** The first timestamp that counts. */
	private long from = Long.MIN_VALUE;

	/** The next points: each timestamp is followed by the bits of its value. */
	private long[] cells = NO_CELLS;

	private int size;

	private int next;

	private final long bytes;

	/** Where the points in chunks have been deleted. */
	private final @Nullable DeletedRanges deletedInChunks;

	private HeadSnapshot(Plan plan) {
		this.bytes = plan.bytesToTake();
		this.deletedInChunks = plan.deletedInChunks();
		if (plan.copied()) {
			CopiedCells all = new CopiedCells(plan.count());
			plan.visit(all::add);
			this.copy = plan.ascending() ? all : null;
			this.unsorted = plan.ascending() ? null : all::visit;
		}
		else {
			this.unsorted = plan::visit;
		}
		this.unsortedCount = plan.count();
	}

	// Few points that were not ascending and have been sorted.
	private HeadSnapshot(CellSort sorted, @Nullable DeletedRanges deletedInChunks) {
		this.deletedInChunks = deletedInChunks;
		this.cells = sorted.cells();
		this.size = sorted.size();
		this.bytes = (long) this.cells.length * Long.BYTES;
	}

	/**
	 * Plans a snapshot of all points as of now.
	 * @param head the newest head of the series, or {@code null} if all points are in
	 * chunks
	 * @param most how many bytes a copy may take
	 * @return the plan, with the points that this head and the one behind it have now
	 */
	public static Plan plan(@Nullable Head head, long most) {
		return plan(head, Long.MIN_VALUE, Long.MAX_VALUE, most);
	}

	/**
	 * Plans a snapshot as of now, without points that are not asked for if they can be
	 * left out cheaply.
	 * @param head the newest head of the series, or {@code null} if all points are in
	 * chunks
	 * @param from the first timestamp that is asked for
	 * @param to the last timestamp that is asked for
	 * @param most how many bytes a copy may take
	 * @return the plan, with the points that this head and the one behind it have now
	 */
	public static Plan plan(@Nullable Head head, long from, long to, long most) {
		if (head == null) {
			return new Plan(null, 0, 0, null, 0, 0, 0, true, true);
		}
		Head previous = head.previous();
		int size = head.size();
		int olderSize = (previous != null) ? previous.size() : 0;
		boolean ascending = isAscending(previous, head, size);
		int deleted = (previous != null) ? countDeleted(previous, olderSize, head.deleted()) : 0;
		boolean cut = ascending && deleted == 0;
		int olderFrom = (cut && previous != null) ? previous.indexOf(olderSize, from) : 0;
		int olderTo = (cut && previous != null) ? previous.indexBehind(olderFrom, olderSize, to) : olderSize;
		int newerFrom = cut ? head.indexOf(size, from) : 0;
		int newerTo = cut ? head.indexBehind(newerFrom, size, to) : size;
		Plan copied = new Plan(previous, olderFrom, olderTo, head, newerFrom, newerTo, deleted, ascending, true);
		return (copied.bytesToTake() <= most) ? copied
				: new Plan(previous, olderFrom, olderTo, head, newerFrom, newerTo, deleted, ascending, false);
	}

	private static int countDeleted(Head previous, int size, @Nullable DeletedRanges deleted) {
		if (deleted == null) {
			return 0;
		}
		int[] kept = new int[1];
		previous.visit(size, deleted.without((cells, offset, points) -> kept[0] += points));
		return size - kept[0];
	}

	private static boolean isAscending(@Nullable Head previous, Head head, int size) {
		return head.isAscending() && (previous == null
				|| (previous.isAscending() && (size == 0 || previous.isBefore(head.firstTimestamp()))));
	}

	/**
	 * Copies the points of a series in a range if there are few, and if all points are
	 * ascending. That takes no memory but that of the target.
	 * @param head the newest head of the series, or {@code null} if all points are in
	 * chunks
	 * @param from the first timestamp of the range
	 * @param to the last timestamp of the range
	 * @param most how many points are few
	 * @param target takes the points
	 * @return whether they have been copied; if not, the target has not changed
	 */
	public static boolean copyFew(@Nullable Head head, long from, long to, int most, PointColumns target) {
		if (head == null) {
			return true;
		}
		Head previous = head.previous();
		int size = head.size();
		int olderSize = (previous != null) ? previous.size() : 0;
		if (!isAscending(previous, head, size) || head.deleted() != null
				|| (previous != null && previous.deleted() != null)) {
			return false;
		}
		int olderFrom = (previous != null) ? previous.indexOf(olderSize, from) : 0;
		int olderTo = (previous != null) ? previous.indexBehind(olderFrom, olderSize, to) : 0;
		int newerFrom = head.indexOf(size, from);
		int newerTo = head.indexBehind(newerFrom, size, to);
		if (olderTo - olderFrom + newerTo - newerFrom > most) {
			return false;
		}
		if (previous != null) {
			previous.visit(olderFrom, olderTo, target::addCells);
		}
		head.visit(newerFrom, newerTo, target::addCells);
		return true;
	}

	/**
	 * Takes a snapshot of any size.
	 * @param head the newest head of the series
	 * @return its points and those of the head behind it
	 */
	public static HeadSnapshot of(@Nullable Head head) {
		return plan(head, Long.MAX_VALUE).take();
	}

	/**
	 * Returns where points in chunks have been deleted since they were written.
	 * @return the ranges, or {@code null} if there are none
	 */
	public @Nullable DeletedRanges deletedInChunks() {
		return this.deletedInChunks;
	}

	/**
	 * Returns how much memory the snapshot holds.
	 * @return the number of bytes
	 */
	public long bytes() {
		return this.bytes;
	}

	/**
	 * Releases all memory. The snapshot must not be used afterwards.
	 */
	void revoke() {
		this.copy = null;
		this.unsorted = null;
		this.windows = null;
		this.cells = NO_CELLS;
		this.size = 0;
		this.next = 0;
	}

	public boolean hasNext() {
		return this.next < this.size || advanceCells();
	}

	// Moves on to the next array of points, and returns whether there is one.
	private boolean advanceCells() {
		if (this.unsorted != null) {
			return sortNext(this.unsorted);
		}
		return this.copy != null && copyNext(this.copy);
	}

	private boolean copyNext(CopiedCells all) {
		while (this.nextArray < all.arrayCount()) {
			int array = this.nextArray++;
			this.cells = all.array(array);
			this.size = all.points(array);
			this.next = 0;
			if (this.cells[this.size * 2 - 2] >= this.from) {
				searchFrom();
				return true;
			}
		}
		this.next = this.size;
		return false;
	}

	private boolean sortNext(CellWindows.Source source) {
		CellWindows sorted = this.windows;
		if (sorted == null) {
			sorted = new CellWindows(source, this.unsortedCount, this.from, new CellSort(SORTED_POINTS));
			this.windows = sorted;
		}
		boolean found = sorted.next();
		this.cells = sorted.sort().cells();
		this.size = sorted.sort().size();
		this.next = 0;
		return found;
	}

	/**
	 * Returns the timestamp of the next point.
	 * @return the timestamp
	 */
	public long timestamp() {
		return this.cells[this.next * 2];
	}

	public double value() {
		return Double.longBitsToDouble(this.cells[this.next * 2 + 1]);
	}

	public void advance() {
		this.next++;
	}

	/**
	 * Skips the points before a timestamp. Must be called before any point is read.
	 * @param timestamp the first timestamp that counts
	 */
	public void skipTo(long timestamp) {
		this.from = timestamp;
		searchFrom();
	}

	private void searchFrom() {
		int low = this.next;
		int high = this.size;
		while (low < high) {
			int middle = (low + high) >>> 1;
			if (this.cells[middle * 2] < this.from) {
				low = middle + 1;
			}
			else {
				high = middle;
			}
		}
		this.next = low;
	}

	/**
	 * Moves points into columns.
	 * @param limit how many points at most
	 * @param to the last timestamp that counts
	 * @param target takes the points
	 */
	public void drainTo(int limit, long to, PointColumns target) {
		for (int i = 0; i < limit && hasNext() && timestamp() <= to; i++) {
			target.add(timestamp(), value());
			advance();
		}
	}

	/**
	 * Describes a snapshot before the memory for it is taken.
	 *
	 * @param previous the head of the previous epoch, if it has points
	 * @param olderFrom the first of its points that the snapshot has
	 * @param olderTo the number behind the last of them
	 * @param head the newest head, if there is one
	 * @param newerFrom the first of its points that the snapshot has
	 * @param newerTo the number behind the last of them
	 * @param deletedCount how many points of the previous head have been deleted
	 * @param ascending whether all points are strictly ascending
	 * @param copied whether the snapshot is a copy; otherwise it keeps the heads, which
	 * may keep much else in memory
	 */
	public record Plan(@Nullable Head previous, int olderFrom, int olderTo, @Nullable Head head, int newerFrom,
			int newerTo, int deletedCount, boolean ascending, boolean copied) {

		public int count() {
			return this.olderTo - this.olderFrom + this.newerTo - this.newerFrom - this.deletedCount;
		}

		@Nullable DeletedRanges deletedInChunks() {
			return DeletedRanges.union((this.head != null) ? this.head.deleted() : null,
					(this.previous != null) ? this.previous.deleted() : null);
		}

		/**
		 * Returns how much memory taking the snapshot needs.
		 * @return the number of bytes, including what sorting needs
		 */
		public long bytesToTake() {
			long copy = this.copied ? (long) count() * HeadBlock.BYTES_PER_POINT : 0;
			if (this.copied && this.ascending) {
				return copy;
			}
			return isSortedAtOnce() ? (long) count() * CellSort.BYTES_PER_POINT
					: copy + (long) SORTED_POINTS * CellSort.BYTES_PER_POINT;
		}

		private boolean isSortedAtOnce() {
			return this.copied && !this.ascending && count() <= SORTED_POINTS;
		}

		/**
		 * Takes the snapshot.
		 * @return the points
		 */
		public HeadSnapshot take() {
			if (!isSortedAtOnce()) {
				return new HeadSnapshot(this);
			}
			CellSort sort = new CellSort(count());
			visit(sort::addAll);
			sort.sort();
			return new HeadSnapshot(sort, deletedInChunks());
		}

		private void visit(CellVisitor visitor) {
			if (this.previous != null) {
				DeletedRanges deleted = (this.head != null) ? this.head.deleted() : null;
				this.previous.visit(this.olderFrom, this.olderTo,
						(deleted != null) ? deleted.without(visitor) : visitor);
			}
			if (this.head != null) {
				this.head.visit(this.newerFrom, this.newerTo, visitor);
			}
		}

	}

}
