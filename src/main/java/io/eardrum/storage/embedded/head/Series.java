package io.eardrum.storage.embedded.head;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

import org.jspecify.annotations.Nullable;

import io.eardrum.metric.SeriesKey;
import io.eardrum.storage.series.IndexedSeries;

/**
 * One series: its points in memory, and what the checkpointer remembers of its chunks.
 */
public final class Series extends IndexedSeries {

	/** The size of this object in a JVM with compressed references. */
	public static final int OBJECT_BYTES = 48;

	/** It is not known yet whether there are chunks. */
	private static final byte CHUNKS_UNKNOWN = 0;

	private static final byte NO_CHUNKS = 1;

	/** There are chunks, or there were some. */
	private static final byte CHUNKS = 2;

	/** There are no chunks, or soon will be none, and this series is not used again. */
	private static final byte REMOVED = 3;

	/** Stands for an unknown number of pieces. */
	private static final short UNKNOWN_TAIL = -1;

	private static final VarHandle HEAD;

	private static final VarHandle CHUNKS_STATE;

	static {
		try {
			HEAD = MethodHandles.lookup().findVarHandle(Series.class, "head", Head.class);
			CHUNKS_STATE = MethodHandles.lookup().findVarHandle(Series.class, "chunks", byte.class);
		}
		catch (ReflectiveOperationException ex) {
			throw new ExceptionInInitializerError(ex);
		}
	}

	/** For how many seconds a point is kept; 0 means for ever. */
	private final long retentionSeconds;

	private volatile @Nullable Head head;

	/** Whether there are chunks. Readers need not search for them if there are none. */
	private volatile byte chunks = CHUNKS_UNKNOWN;

	/**
	 * The number of pieces of the last chunk; 0 if there is no chunk, or
	 * {@link #UNKNOWN_TAIL}. Used only by the checkpointer, as is everything about the
	 * tail.
	 */
	private short tailPieces = UNKNOWN_TAIL;

	/** The number of points in these pieces. */
	private int tailPoints;

	private long tailStart;

	/**
	 * Whether it is known that no chunk has a point that is too far ahead of the clock.
	 */
	private boolean noChunkAhead;

	public Series(SeriesKey key, int number, long retentionSeconds) {
		super(key, number);
		this.retentionSeconds = retentionSeconds;
	}

	/**
	 * Creates a series that is new to the store.
	 * @param key its key
	 * @param number its number
	 * @param retentionSeconds for how many seconds a point is kept; 0 means for ever
	 * @return the series
	 */
	public static Series withoutChunks(SeriesKey key, int number, long retentionSeconds) {
		Series series = new Series(key, number, retentionSeconds);
		series.chunks = NO_CHUNKS;
		series.rememberTail(0, 0, 0);
		series.noChunkAhead(true);
		return series;
	}

	public long retentionSeconds() {
		return this.retentionSeconds;
	}

	/**
	 * Returns the head with the newest points. The head of the previous epoch is behind
	 * it.
	 * @return the head, or {@code null} if all points are in chunks
	 */
	public @Nullable Head head() {
		return this.head;
	}

	/**
	 * Starts a new head. Called by the thread that appends.
	 * @param epoch the epoch that has begun
	 * @param memory provides the memory for its points
	 * @return the new head
	 */
	Head startHead(int epoch, HeadArena memory) {
		while (true) {
			Head old = this.head;
			Head started = new Head(epoch, old, memory);
			// Fails at most once, if the checkpointer has just dropped the old head.
			if (HEAD.compareAndSet(this, old, started)) {
				return started;
			}
		}
	}

	/**
	 * Drops the points of an epoch, which are in chunks now. Called by the checkpointer.
	 * @param epoch the epoch
	 */
	void dropHead(int epoch) {
		Head newest;
		do {
			newest = this.head;
			if (newest == null || (newest.epoch() <= epoch && HEAD.compareAndSet(this, newest, (Head) null))) {
				return;
			}
			if (newest.epoch() > epoch) {
				newest.forgetPrevious();
			}
		}
		while (this.head != newest);
	}

	/**
	 * Deletes points: those of earlier epochs in a range, and those of this epoch.
	 * Readers see either all points or none of those that are deleted. Called by the
	 * thread that appends.
	 * @param epoch the present epoch
	 * @param from the first timestamp to delete
	 * @param to the last timestamp to delete
	 * @param memory provides the memory for the points that stay
	 * @return how many bytes that took
	 */
	long delete(int epoch, long from, long to, HeadArena memory) {
		while (true) {
			Head newest = this.head;
			// The head of this epoch, if there is one.
			Head old = (newest != null && newest.epoch() == epoch) ? newest : null;
			DeletedRanges before = (old != null) ? old.deleted() : null;
			DeletedRanges deleted = (before != null) ? before.and(from, to) : DeletedRanges.of(from, to);
			Head previous = (old != null) ? old.previous() : newest;
			Head rest = new Head(epoch, previous, memory, deleted);
			long[] grown = { rest.bytes() + deleted.bytes() };
			if (old != null) {
				old.visit(old.size(), DeletedRanges.of(from, to).without((cells, offset, points) -> {
					for (int cell = offset; cell < offset + points * 2; cell += 2) {
						grown[0] += rest.append(cells[cell], Double.longBitsToDouble(cells[cell + 1]), memory);
					}
				}));
			}
			if (HEAD.compareAndSet(this, newest, rest)) {
				if (old != null && previous != null && old.previous() == null) {
					// The checkpointer has dropped it meanwhile, and has not seen the new
					// head.
					rest.forgetPrevious();
				}
				return grown[0];
			}
		}
	}

	/**
	 * Returns the points of an epoch that has ended.
	 * @param epoch the epoch
	 * @return its head, or {@code null} if it had no points
	 */
	public @Nullable Head frozenHead(int epoch) {
		Head newest = this.head;
		return (newest == null || newest.epoch() <= epoch) ? newest : newest.previous();
	}

	/**
	 * Returns whether chunks may have points of this series. Any thread may ask. A reader
	 * asks after it has noted the version of the heads, and looks at the version again
	 * after it has looked at the head: chunks that were written in between are in memory
	 * as well until the version changes.
	 * @return {@code false} only if there are no chunks
	 */
	public boolean mayHaveChunks() {
		return this.chunks != NO_CHUNKS;
	}

	/**
	 * Notes that there will be chunks. Called by the checkpointer before it writes them.
	 */
	public void beginChunks() {
		byte known;
		do {
			known = this.chunks;
		}
		while (known != REMOVED && known != CHUNKS && !CHUNKS_STATE.compareAndSet(this, known, CHUNKS));
	}

	/**
	 * Notes that this series has been removed. Called under the lock under which points
	 * are logged. Nothing is put into it afterwards.
	 */
	public void removed() {
		this.chunks = REMOVED;
	}

	/**
	 * Returns whether this series has been removed.
	 * @return whether its key, put again, is another series
	 */
	public boolean isRemoved() {
		return this.chunks == REMOVED;
	}

	/**
	 * Notes that a search found no chunk. Any thread may call this: it has no effect if
	 * chunks have been written meanwhile.
	 */
	public void foundNoChunks() {
		CHUNKS_STATE.compareAndSet(this, CHUNKS_UNKNOWN, NO_CHUNKS);
	}

	public boolean isTailKnown() {
		return this.tailPieces != UNKNOWN_TAIL;
	}

	public int tailPieces() {
		return this.tailPieces;
	}

	public int tailPoints() {
		return this.tailPoints;
	}

	public long tailStart() {
		return this.tailStart;
	}

	public void rememberTail(long start, int pieces, int points) {
		this.tailStart = start;
		this.tailPieces = (short) pieces;
		this.tailPoints = points;
	}

	public void forgetTail() {
		this.tailPieces = UNKNOWN_TAIL;
	}

	/**
	 * Returns whether the chunks need not be searched for points that are too far ahead
	 * of the clock. Used by the checkpointer's thread, as is everything about the tail.
	 * @return whether they are known to have had none when they were written or searched
	 */
	public boolean isNoChunkAhead() {
		return this.noChunkAhead;
	}

	public void noChunkAhead(boolean known) {
		this.noChunkAhead = known;
	}

}
