package io.eardrum.storage.embedded.log;

import java.util.function.LongConsumer;

import org.jspecify.annotations.Nullable;

import io.eardrum.metric.PointBatch;
import io.eardrum.metric.SeriesKey;
import io.eardrum.storage.embedded.codec.ByteWriter;
import io.eardrum.storage.embedded.head.Head;
import io.eardrum.storage.embedded.head.HeadBlock;
import io.eardrum.storage.embedded.head.Heads;
import io.eardrum.storage.embedded.head.Series;
import io.eardrum.storage.series.SeriesIndex;
import io.eardrum.storage.time.Retention;

/**
 * A batch on its way into the log: its record, the series of its points, and the thread
 * that waits for it. The object is reused, so that nothing is allocated per point.
 */
public final class PendingWrite extends PendingCommit {

	private static final @Nullable Series[] NONE = {};

	private static final int INITIAL_BYTES = 256;

	/** The bytes that a point takes in an existing head, including room for growth. */
	private static final int POINT_BYTES = HeadBlock.BYTES_PER_POINT * 3 / 2;

	/** For how many points memory is kept from one use to the next. */
	private static final int KEPT_POINTS = 16_384;

	private final ByteWriter record = new ByteWriter(INITIAL_BYTES);

	private @Nullable PointBatch batch;

	/** The series of each point; {@code null} for a refused one. */
	private @Nullable Series[] series = NONE;

	private int largestSeries;

	private long grown;

	private long reserved;

	/** Accounts for what the points take beyond the reservation. */
	private @Nullable LongConsumer excess;

	private int maxSeries;

	private Retention retention = Retention.FOREVER;

	/** How many series had been removed when those of the points were found. */
	private long removals;

	/**
	 * Takes in a batch without the points that have been refused, and refuses those that
	 * would need a series beyond the limit.
	 * @param points the points
	 * @param index finds their series, and adds new ones
	 * @param maxSeries how many series there may be
	 * @param retention decides how long points of new series are kept
	 */
	public void fill(PointBatch points, SeriesIndex<Series> index, int maxSeries, Retention retention) {
		this.maxSeries = maxSeries;
		this.retention = retention;
		this.batch = points;
		this.grown = 0;
		this.reserved = 0;
		this.excess = null;
		find(points, index);
		begin();
	}

	/**
	 * Finds the series again, if some have been removed meanwhile. Called under the lock
	 * under which points are logged, so that none is removed afterwards.
	 * @param index finds series, and adds new ones
	 */
	void findRemoved(SeriesIndex<Series> index) {
		PointBatch points = this.batch;
		if (points == null || this.removals == index.removals()) {
			return;
		}
		for (int i = 0; i < points.size(); i++) {
			Series target = this.series[i];
			if (target != null && target.isRemoved()) {
				find(points, index);
				return;
			}
		}
	}

	private void find(PointBatch points, SeriesIndex<Series> index) {
		this.removals = index.removals();
		int size = points.size();
		if (this.series.length < size) {
			this.series = new @Nullable Series[Math.max(size, this.series.length * 2)];
		}
		this.largestSeries = 0;
		for (int i = 0; i < size; i++) {
			if (points.isRefused(i)) {
				this.series[i] = null;
				continue;
			}
			Series found = index.find(points.keyBytes(), points.keyOffset(i), points.keyLength(i), points.keyHash(i));
			if (found == null) {
				SeriesKey key = points.key(i);
				found = index.findOrAdd(key, this.maxSeries,
						(number) -> Series.withoutChunks(key, number, this.retention.seconds(key)));
			}
			this.series[i] = found;
			if (found == null) {
				points.refuse(i, PointBatch.Refusal.TOO_MANY_SERIES);
			}
			else {
				this.largestSeries = Math.max(this.largestSeries, found.number());
			}
		}
		this.record.clear();
		PutRecord.encode(points, this.series, this.record);
	}

	/**
	 * Forgets the batch, and releases memory if it was a large one.
	 */
	public void clear() {
		this.batch = null;
		end();
		this.record.clear(KEPT_POINTS * 16);
		if (this.series.length > KEPT_POINTS) {
			this.series = NONE;
		}
	}

	// Returns how much memory this write keeps from one use to the next, in bytes.
	long heldBytes() {
		return this.record.buffer().length + (long) this.series.length * Long.BYTES;
	}

	// Returns whether a point is left that has not been refused.
	boolean hasPoints() {
		PointBatch points = this.batch;
		return points != null && points.refusedCount() < points.size();
	}

	ByteWriter record() {
		return this.record;
	}

	int largestSeries() {
		return this.largestSeries;
	}

	/**
	 * Notes how much memory has been reserved for the points. They may take more, because
	 * their heads are recreated if the epoch ends before they are put into memory.
	 * @param bytes the number of bytes
	 * @param more accounts for what they take beyond that, when they take it
	 */
	void reserved(long bytes, LongConsumer more) {
		this.reserved = bytes;
		this.excess = more;
	}

	/**
	 * Returns how much memory the points may take.
	 * @param epoch the present epoch
	 * @param exactly whether to count each point as if a head had to begin with it;
	 * otherwise only those whose series have no head are counted so
	 * @return the number of bytes
	 */
	long bytesToAdd(int epoch, boolean exactly) {
		long bytes = 0;
		for (int i = 0; i < size(); i++) {
			Series target = this.series[i];
			if (target != null) {
				Head head = exactly ? null : target.head();
				bytes += (head != null && head.epoch() == epoch) ? POINT_BYTES : Head.MIN_BYTES;
			}
		}
		return bytes;
	}

	/**
	 * Returns whether one of the series has many points in memory.
	 * @param epoch the present epoch
	 * @param points how many points are many
	 * @return whether a series has as many in this epoch
	 */
	boolean hasHead(int epoch, int points) {
		for (int i = 0; i < size(); i++) {
			Series target = this.series[i];
			Head head = (target != null) ? target.head() : null;
			if (head != null && head.epoch() == epoch && head.size() >= points) {
				return true;
			}
		}
		return false;
	}

	/**
	 * Returns how much memory the points took.
	 * @return the number of bytes; 0 as long as they have not been put into memory
	 */
	public long grown() {
		return this.grown;
	}

	/**
	 * Puts the points into memory. Called once they are in the log.
	 * @param heads takes the points
	 * @return how many bytes of memory this took
	 */
	long applyTo(Heads heads) {
		PointBatch points = this.batch;
		long added = 0;
		if (points != null) {
			for (int i = 0; i < points.size(); i++) {
				Series target = this.series[i];
				if (target != null) {
					added += heads.append(target, points.timestamp(i), points.value(i));
				}
			}
		}
		this.grown = added;
		LongConsumer account = this.excess;
		if (account != null && added > this.reserved) {
			account.accept(added - this.reserved);
		}
		return added;
	}

	/**
	 * Returns the size of the batch.
	 * @return the number of points, including refused ones; 0 if there is no batch
	 */
	public int size() {
		return (this.batch != null) ? this.batch.size() : 0;
	}

}
