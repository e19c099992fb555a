package io.eardrum.storage.embedded.head;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.function.LongConsumer;

/**
 * The heads of all series, by epoch. A checkpoint ends an epoch, writes its points into
 * chunks, and drops them.
 * <p>
 * One thread at a time appends points and ends epochs, under the lock under which points
 * are logged. The checkpointer drops epochs. Any thread may ask for the size and the
 * version.
 */
public final class Heads {

	private static final Series[] NONE = {};

	private final HeadArena memory = new HeadArena();

	private final LongConsumer whenDropped;

	private volatile int epoch;

	private Series[] touched = NONE;

	private int touchedCount;

	/** The series that have been removed in this epoch. */
	private List<Series> removed = new ArrayList<>();

	private volatile long liveBytes;

	private volatile long frozenBytes;

	private volatile int largest;

	private volatile boolean underWay;

	/** The number of times that points have been dropped. */
	private volatile long version;

	/**
	 * Creates heads whose memory is not accounted for.
	 */
	public Heads() {
		this((bytes) -> {
		});
	}

	/**
	 * Creates heads.
	 * @param whenDropped takes the number of bytes that the points of an epoch took, once
	 * they have been dropped
	 */
	public Heads(LongConsumer whenDropped) {
		this.whenDropped = whenDropped;
	}

	/**
	 * Sets by how much heads grow at a time. Called by the same thread as
	 * {@link #append}.
	 * @param little whether they grow by as little as possible, because memory is tight
	 */
	public void growBy(boolean little) {
		this.memory.tight(little);
	}

	/**
	 * Appends a point to its series.
	 * @param series the series
	 * @param timestamp its timestamp
	 * @param value its value
	 * @return how many bytes of memory this took
	 */
	public long append(Series series, long timestamp, double value) {
		Head head = series.head();
		long grown = 0;
		if (head == null || head.epoch() != this.epoch) {
			touch(series);
			head = series.startHead(this.epoch, this.memory);
			grown = head.bytes();
		}
		int more = head.append(timestamp, value, this.memory);
		if (more != 0) {
			this.largest = Math.max(this.largest, head.size());
		}
		return grown + more;
	}

	/**
	 * Deletes points of a series. Called by the same thread as {@link #append}.
	 * @param series the series
	 * @param from the first timestamp to delete
	 * @param to the last timestamp to delete
	 * @return how many bytes of memory this took
	 */
	public long delete(Series series, long from, long to) {
		Head head = series.head();
		if (head == null || head.epoch() != this.epoch) {
			touch(series);
		}
		return series.delete(this.epoch, from, to, this.memory);
	}

	/**
	 * Notes that a series has been removed, once all of its points have been deleted.
	 * Called by the same thread as {@link #append}.
	 * @param series the series
	 */
	public void remove(Series series) {
		this.removed.add(series);
		series.removed();
	}

	// The list grows first: if there is no memory for it, no head may be left that no
	// checkpoint knows of.
	private void touch(Series series) {
		if (this.touchedCount == this.touched.length) {
			this.touched = Arrays.copyOf(this.touched, Math.max(64, this.touchedCount * 2));
		}
		this.touched[this.touchedCount++] = series;
	}

	/**
	 * Counts memory that appended points took.
	 * @param bytes the number of bytes
	 */
	@SuppressWarnings("NonAtomicVolatileUpdate")
	public void grow(long bytes) {
		this.liveBytes += bytes;
	}

	/**
	 * Ends the epoch.
	 * @param sequence the last record of the log whose points are in it
	 * @return the epoch that has ended
	 */
	@SuppressWarnings("NonAtomicVolatileUpdate")
	public Epoch freeze(long sequence) {
		List<Series> series = Arrays.asList(Arrays.copyOf(this.touched, this.touchedCount));
		this.touched = NONE;
		this.touchedCount = 0;
		this.frozenBytes = this.liveBytes;
		this.liveBytes = 0;
		this.largest = 0;
		this.underWay = true;
		List<Series> gone = this.removed;
		this.removed = new ArrayList<>();
		return new Epoch(this.epoch++, sequence, series, gone);
	}

	/**
	 * Drops the points of an epoch, which are in chunks now. The version changes before
	 * any head is dropped. A reader that opened the chunks earlier therefore sees the
	 * change once it has looked for a dropped head.
	 * @param ended the epoch
	 */
	@SuppressWarnings("NonAtomicVolatileUpdate")
	public void drop(Epoch ended) {
		this.version++;
		for (Series series : ended.series()) {
			series.dropHead(ended.number());
		}
		long bytes = this.frozenBytes;
		this.frozenBytes = 0;
		this.underWay = false;
		this.whenDropped.accept(bytes);
	}

	public int epoch() {
		return this.epoch;
	}

	/**
	 * Returns whether an epoch has ended and has not been dropped yet.
	 * @return whether a checkpoint is in progress or has failed
	 */
	public boolean isCheckpointUnderWay() {
		return this.underWay;
	}

	public long version() {
		return this.version;
	}

	/**
	 * Returns how much memory the points take, including those that are being written
	 * into chunks.
	 * @return the number of bytes
	 */
	public long bytes() {
		return this.liveBytes + this.frozenBytes;
	}

	/**
	 * Returns how much memory the points of the ended epoch take.
	 * @return the number of bytes; 0 if there is no such epoch
	 */
	public long frozenBytes() {
		return this.frozenBytes;
	}

	public long liveBytes() {
		return this.liveBytes;
	}

	/**
	 * Returns the size of the largest head of the present epoch.
	 * @return about how many points it has
	 */
	public int largest() {
		return this.largest;
	}

	/**
	 * An epoch that has ended.
	 *
	 * @param number the number of the epoch
	 * @param sequence the last record of the log whose points are in it
	 * @param series the series that have points in it or whose points were deleted in it,
	 * in no particular order
	 * @param removed the series that were removed in it
	 */
	public record Epoch(int number, long sequence, List<Series> series, List<Series> removed) {

		/**
		 * Sorts the series by number, which is the order of the chunks.
		 * @return the same list, sorted
		 */
		public List<Series> sorted() {
			this.series.sort(Comparator.comparingInt(Series::number));
			return this.series;
		}

	}

}
