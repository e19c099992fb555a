package io.eardrum.storage.embedded.head;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.function.LongConsumer;

/**
 * The heads of all series, by epoch: a checkpoint ends an epoch, writes its points into
 * chunks, and drops them.
 * <p>
 * Points are appended and epochs ended by one thread at a time, under the lock under
 * which they are logged; epochs are dropped by the checkpointer; anyone may ask for the
 * size and the version.
 */
public final class Heads {

	private static final Series[] NONE = {};

	private final HeadArena memory = new HeadArena();

	private final LongConsumer whenDropped;

	private volatile int epoch;

	private Series[] touched = NONE;

	private int touchedCount;

	private volatile long liveBytes;

	private volatile long frozenBytes;

	private volatile int largest;

	private volatile boolean underWay;

	/** How often points were dropped. */
	private volatile long version;

	/**
	 * Creates heads that nobody accounts for.
	 */
	public Heads() {
		this((bytes) -> {
		});
	}

	/**
	 * Creates heads.
	 * @param whenDropped is told how much memory the points of an epoch took, once they
	 * have been dropped
	 */
	public Heads(LongConsumer whenDropped) {
		this.whenDropped = whenDropped;
	}

	/**
	 * Says by how much heads are to grow at a time. Called as {@link #append} is.
	 * @param little whether by as little as possible, for memory is tight
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
			// Room first: should there be no memory, no head must be left that no
			// checkpoint knows of.
			if (this.touchedCount == this.touched.length) {
				this.touched = Arrays.copyOf(this.touched, Math.max(64, this.touchedCount * 2));
			}
			head = series.startHead(this.epoch, this.memory);
			grown = head.bytes();
			this.touched[this.touchedCount++] = series;
		}
		int more = head.append(timestamp, value, this.memory);
		if (more != 0) {
			this.largest = Math.max(this.largest, head.size());
		}
		return grown + more;
	}

	/**
	 * Counts memory that appending took.
	 * @param bytes the number of bytes
	 */
	@SuppressWarnings("NonAtomicVolatileUpdate")
	public void grow(long bytes) {
		this.liveBytes += bytes;
	}

	/**
	 * Ends the epoch.
	 * @param sequence the last record of the log whose points are in it
	 * @return what it holds
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
		return new Epoch(this.epoch++, sequence, series);
	}

	/**
	 * Drops the points of an epoch, which are in chunks now. A reader that opened the
	 * chunks before this finds the version changed once it has looked at a head that was
	 * dropped.
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
	 * @return whether a checkpoint is under way, or has failed
	 */
	public boolean isCheckpointUnderWay() {
		return this.underWay;
	}

	public long version() {
		return this.version;
	}

	/**
	 * Returns how much memory the points take, with what is being written into chunks.
	 * @return the number of bytes
	 */
	public long bytes() {
		return this.liveBytes + this.frozenBytes;
	}

	/**
	 * Returns how much memory the points take of an epoch that has ended.
	 * @return the number of bytes
	 */
	public long frozenBytes() {
		return this.frozenBytes;
	}

	public long liveBytes() {
		return this.liveBytes;
	}

	/**
	 * Returns the size of the largest head.
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
	 * @param series the series that have points in it, in no order
	 */
	public record Epoch(int number, long sequence, List<Series> series) {

		/**
		 * Returns the series ordered by number, as the chunks are.
		 * @return the same list
		 */
		public List<Series> sorted() {
			this.series.sort(Comparator.comparingInt(Series::number));
			return this.series;
		}

	}

}
