package io.eardrum.storage.embedded.chunk;

import java.io.IOException;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

import org.jspecify.annotations.Nullable;

import io.eardrum.metric.PointSink;
import io.eardrum.metric.SeriesKey;
import io.eardrum.metric.TimeRange;
import io.eardrum.storage.StorageException;
import io.eardrum.storage.embedded.codec.PointColumns;
import io.eardrum.storage.embedded.head.DeletedRanges;
import io.eardrum.storage.embedded.head.HeadSnapshot;
import io.eardrum.storage.embedded.head.Heads;
import io.eardrum.storage.embedded.head.Series;
import io.eardrum.storage.embedded.head.SnapshotMemoryLimit;
import io.eardrum.storage.embedded.rocksdb.Database;
import io.eardrum.storage.embedded.rocksdb.UseGuard;
import io.eardrum.storage.time.Retention;

/**
 * Reads one series after the other and merges the points in chunks with those in memory.
 * <p>
 * A series is seen as of one moment, although the reader looks at the chunks first and at
 * the heads afterwards. Chunks can hold more than when they were opened only after points
 * were dropped from memory. Dropping changes the version of the heads, and the reader
 * then reopens the chunks. Points that are both in chunks and in memory are the same in
 * both places; the reader takes those in memory.
 * <p>
 * A series that has few points, all of them in memory, is read without a look at the
 * chunks, and so is one whose newest points in chunks the {@link TailCache} has, if no
 * older ones are asked for. {@link SeriesReaders} lends readers, because a short read
 * should not have to allocate more than its answer.
 * <p>
 * Used by one thread at a time, which has entered the {@link UseGuard}. Takes 20 KiB of
 * memory at first, and a few hundred kilobytes for long series.
 */
public final class ChunkedSeriesReader implements AutoCloseable {

	private static final int BLOCK_POINTS = 2048;

	/**
	 * How many points in memory are copied without reserving memory. What executes a
	 * frame is accounted for with more room than these take.
	 */
	private static final int FEW_POINTS = 256;

	/** The memory that a reader begins with, which is enough for a short series. */
	private static final int FIRST_POINTS = 64;

	private final Heads heads;

	private final UseGuard guard;

	private final SnapshotMemoryLimit snapshotMemoryLimit;

	private final LongSupplier nowSeconds;

	private final OpenReads.Read chunksKept;

	private final CursorHolder cursors;

	/** The newest points in chunks; {@code null} for a read of everything there is. */
	private final @Nullable TailCache tails;

	private final Consumer<ChunkedSeriesReader> whenClosed;

	private final PointColumns chunk = new PointColumns(FIRST_POINTS);

	private final PointColumns block = new PointColumns(FIRST_POINTS);

	/** The generation in which the thread has entered the guard. */
	private int generation;

	/** The memory that is reserved for the series that is being read. */
	private SnapshotMemoryLimit.@Nullable Lease lease;

	/** Whether the cursor is known to stand behind the chunks of the previous series. */
	private boolean inSequence;

	/**
	 * Creates a reader.
	 * @param database holds the chunks
	 * @param heads the points in memory
	 * @param guard the guard that the thread has entered
	 * @param snapshotMemoryLimit limits how much all readers copy from memory
	 * @param nowSeconds returns the time that retention goes by, in seconds since 1970
	 * @param tails the newest points in chunks, or {@code null} for a read of everything
	 * there is, which leaves nothing in a cache
	 * @param reads tracks which chunks are kept
	 * @param whenClosed takes this reader each time it has been closed
	 */
	ChunkedSeriesReader(Database database, Heads heads, UseGuard guard, SnapshotMemoryLimit snapshotMemoryLimit,
			LongSupplier nowSeconds, @Nullable TailCache tails, OpenReads reads,
			Consumer<ChunkedSeriesReader> whenClosed) {
		this.heads = heads;
		this.guard = guard;
		this.snapshotMemoryLimit = snapshotMemoryLimit;
		this.nowSeconds = nowSeconds;
		this.chunksKept = reads.begin();
		this.cursors = new CursorHolder(database, heads, this.chunksKept, tails != null);
		this.tails = tails;
		this.whenClosed = whenClosed;
	}

	/**
	 * Begins to read, with a reader that is new or has been closed.
	 * @param entered the generation in which the thread has entered the guard
	 * @return this reader
	 */
	ChunkedSeriesReader begin(int entered) {
		this.generation = entered;
		this.inSequence = false;
		return this;
	}

	/**
	 * Passes the points of a series to a sink.
	 * @param series the series
	 * @param range the timestamps to read
	 * @param sink takes the points
	 * @throws IOException if the sink throws it
	 * @throws StorageException if the store is closed or reopened meanwhile, or if others
	 * need the memory or the chunks that are kept for a slow client
	 */
	public void read(Series series, TimeRange range, PointSink sink) throws IOException {
		ensureOpen();
		if (readFew(series, range, sink)) {
			return;
		}
		try {
			if (readTail(series, range, sink)) {
				return;
			}
			HeadSnapshot head;
			ChunkCursor chunks;
			do {
				chunks = this.cursors.current();
				if (this.cursors.isReopened()) {
					this.inSequence = false;
				}
				giveBack();
				head = snapshot(series, firstKept(series, range), range.to());
			}
			while (!this.cursors.isCurrent());
			read(series, range, chunks, head, sink);
		}
		finally {
			giveBack();
		}
	}

	// Reads a series that has few points, all of them in memory. Returns whether that was
	// so.
	private boolean readFew(Series series, TimeRange range, PointSink sink) throws IOException {
		long version = this.heads.version();
		if (series.mayHaveChunks()) {
			return false;
		}
		PointColumns points = this.block;
		points.clear();
		if (!HeadSnapshot.copyFew(series.head(), firstKept(series, range), range.to(), FEW_POINTS, points)
				|| this.heads.version() != version) {
			return false;
		}
		flush(series.key(), sink);
		return true;
	}

	// Reads a series of which the asked points in chunks are known, or which has none.
	// Returns whether that was so.
	private boolean readTail(Series series, TimeRange range, PointSink sink) throws IOException {
		long version = this.heads.version();
		boolean inChunks = series.mayHaveChunks();
		Tail tail = (this.tails != null && inChunks) ? this.tails.find(series.number(), version) : null;
		long from = firstKept(series, range);
		if (inChunks && (tail == null || !tail.reaches(from))) {
			return false;
		}
		HeadSnapshot head = snapshot(series, from, range.to());
		if (this.heads.version() != version) {
			giveBack();
			return false;
		}
		head.skipTo(from);
		if (tail != null) {
			DeletedRanges deleted = head.deletedInChunks();
			tail.copyTo(from, this.chunk);
			if (deleted != null) {
				deleted.removeFrom(this.chunk);
			}
			emit(series.key(), from, range.to(), head, sink);
		}
		drain(series.key(), range.to(), head, sink);
		return true;
	}

	private HeadSnapshot snapshot(Series series, long from, long to) {
		HeadSnapshot.Plan plan = HeadSnapshot.plan(series.head(), from, to, this.snapshotMemoryLimit.mostBytes());
		if (plan.bytesToTake() <= FEW_POINTS * 2 * Long.BYTES) {
			return plan.take();
		}
		SnapshotMemoryLimit.Lease taken = this.snapshotMemoryLimit.take(plan.bytesToTake());
		this.lease = taken;
		HeadSnapshot head = plan.take();
		taken.hold(head);
		return head;
	}

	private void giveBack() {
		SnapshotMemoryLimit.Lease taken = this.lease;
		if (taken != null) {
			this.lease = null;
			taken.close();
		}
	}

	private void read(Series series, TimeRange range, ChunkCursor chunks, HeadSnapshot head, PointSink sink)
			throws IOException {
		long from = firstKept(series, range);
		long to = range.to();
		head.skipTo(from);
		DeletedRanges deleted = head.deletedInChunks();
		int number = series.number();
		boolean found = seek(chunks, number, range.from());
		if (!found && range.from() == Long.MIN_VALUE) {
			series.foundNoChunks();
		}
		boolean first = range.from() == Long.MIN_VALUE;
		while (found && chunks.start() <= to) {
			ensureOpen();
			chunks.readChunk(this.chunk);
			found = chunks.isValid() && chunks.series() == number;
			if (!found && this.tails != null) {
				this.tails.put(Tail.of(number, this.cursors.version(), this.chunk, first));
			}
			first = false;
			if (deleted != null) {
				deleted.removeFrom(this.chunk);
			}
			emit(series.key(), from, to, head, sink);
		}
		this.inSequence = !found;
		drain(series.key(), to, head, sink);
	}

	private void drain(SeriesKey key, long to, HeadSnapshot head, PointSink sink) throws IOException {
		while (head.hasNext() && head.timestamp() <= to) {
			ensureOpen();
			this.block.clear();
			head.drainTo(BLOCK_POINTS, to, this.block);
			flush(key, sink);
		}
	}

	private long firstKept(Series series, TimeRange range) {
		long retention = series.retentionSeconds();
		return (retention == 0) ? range.from()
				: Math.max(range.from(), Retention.cutoff(retention, this.nowSeconds.getAsLong()));
	}

	private boolean seek(ChunkCursor chunks, int number, long from) {
		if (this.inSequence && from == Long.MIN_VALUE && (!chunks.isValid() || chunks.series() >= number)) {
			return chunks.isValid() && chunks.series() == number;
		}
		return chunks.seek(number, from);
	}

	// Passes on the points of one chunk, merged with the points in memory that come
	// before its last one.
	private void emit(SeriesKey key, long from, long to, HeadSnapshot head, PointSink sink) throws IOException {
		PointColumns points = this.chunk;
		if (points.isEmpty()) {
			return;
		}
		int start = (points.first() >= from) ? 0 : points.indexOf(0, from);
		int end = (points.last() <= to) ? points.size() : points.indexBehind(to);
		if (start >= end) {
			return;
		}
		if (!head.hasNext() || head.timestamp() > points.timestamps()[end - 1]) {
			pass(key, points, start, end, sink);
			return;
		}
		this.block.clear();
		for (int i = start; i < end; i++) {
			long timestamp = points.timestamps()[i];
			while (head.hasNext() && head.timestamp() < timestamp) {
				add(key, head.timestamp(), head.value(), sink);
				head.advance();
			}
			double value = points.values()[i];
			if (head.hasNext() && head.timestamp() == timestamp) {
				value = head.value();
				head.advance();
			}
			add(key, timestamp, value, sink);
		}
		flush(key, sink);
	}

	private void add(SeriesKey key, long timestamp, double value, PointSink sink) throws IOException {
		this.block.add(timestamp, value);
		if (this.block.size() == BLOCK_POINTS) {
			flush(key, sink);
		}
	}

	private void flush(SeriesKey key, PointSink sink) throws IOException {
		if (!this.block.isEmpty()) {
			pass(key, this.block, 0, this.block.size(), sink);
			this.block.clear();
		}
	}

	// While the client takes the points, others may claim what is kept for the rest of
	// its reply: memory and chunks.
	private void pass(SeriesKey key, PointColumns points, int start, int end, PointSink sink) throws IOException {
		SnapshotMemoryLimit.Lease taken = this.lease;
		boolean chunksOpen = this.cursors.isOpen();
		if (taken != null) {
			taken.clientBegins();
		}
		if (chunksOpen) {
			this.chunksKept.clientBegins();
		}
		sink.accept(key, points.timestamps(), points.values(), start, end);
		if (chunksOpen) {
			this.chunksKept.clientEnds();
		}
		if (taken != null) {
			taken.clientEnds();
		}
	}

	private void ensureOpen() {
		this.guard.ensureMayStay(this.generation);
	}

	@Override
	public void close() {
		this.cursors.close();
		this.whenClosed.accept(this);
	}

	/**
	 * Releases memory that only long series need.
	 */
	void shrink() {
		this.cursors.shrink();
		this.chunk.clear(BLOCK_POINTS);
		this.block.clear(BLOCK_POINTS);
	}

}
