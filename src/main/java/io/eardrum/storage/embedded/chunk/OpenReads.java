package io.eardrum.storage.embedded.chunk;

import java.time.Duration;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

import org.jspecify.annotations.Nullable;

import io.eardrum.storage.StorageException;

/**
 * Tracks the reads in progress and the chunks that they keep, and ends slow ones. RocksDB
 * keeps what a cursor was opened on until the cursor is closed: a write buffer of up to
 * 32 MB, and the tables that compactions have replaced since. Without this class, a
 * client that hardly reads would keep them for hours, and each such client may keep
 * different ones.
 * <p>
 * Safe for any number of threads.
 */
public final class OpenReads {

	/** A client that takes within this time what it is sent is not slow. */
	public static final Duration GRACE = Duration.ofSeconds(1);

	/**
	 * A read that lasts longer than this is slow, even if its client takes a little all
	 * the time.
	 */
	public static final Duration LONG = Duration.ofMinutes(1);

	private final LongSupplier nanoTime;

	private final Set<Read> reads = ConcurrentHashMap.newKeySet();

	/**
	 * Creates an empty set of reads.
	 * @param nanoTime measures time, in nanoseconds, as {@link System#nanoTime()} does
	 */
	public OpenReads(LongSupplier nanoTime) {
		this.nanoTime = nanoTime;
	}

	/**
	 * Begins a read.
	 * @return the read, to be closed by the thread that reads
	 */
	public Read begin() {
		return new Read();
	}

	/**
	 * Ends slow reads, starting with those that keep the oldest chunks.
	 * @param enough returns whether no further read has to end; asked before each
	 * @return how many reads were ended
	 */
	public int endSlow(BooleanSupplier enough) {
		if (this.reads.isEmpty() || enough.getAsBoolean()) {
			return 0;
		}
		List<Read> oldestFirst = this.reads.stream().sorted(Comparator.comparingLong(Read::age).reversed()).toList();
		Iterator<Read> each = oldestFirst.iterator();
		int ended = 0;
		while (each.hasNext()) {
			if (each.next().endIfSlow()) {
				ended++;
				if (enough.getAsBoolean()) {
					return ended;
				}
			}
		}
		return ended;
	}

	/**
	 * A read that belongs to one thread. Another thread may end it while the read waits
	 * for its client, because the cursor is not in use then.
	 */
	public final class Read implements AutoCloseable {

		private @Nullable ChunkCursor cursor;

		/** Meaningless without a cursor. Other threads sort reads by it. */
		private volatile long openedNanos;

		private boolean waiting;

		private long waitingSinceNanos;

		private boolean ended;

		/**
		 * Sets the chunks that are being read.
		 * @param opened a cursor on them, which is closed together with this read, or
		 * before the next one is set
		 */
		public void use(ChunkCursor opened) {
			closeCursor();
			synchronized (this) {
				this.cursor = opened;
				this.openedNanos = OpenReads.this.nanoTime.getAsLong();
			}
			OpenReads.this.reads.add(this);
		}

		/**
		 * Notes that the read waits for its client from now on.
		 */
		public void clientBegins() {
			long now = OpenReads.this.nanoTime.getAsLong();
			synchronized (this) {
				this.waiting = true;
				this.waitingSinceNanos = now;
			}
		}

		/**
		 * Notes that the read no longer waits for its client.
		 * @throws StorageException if the read was ended meanwhile
		 */
		public synchronized void clientEnds() {
			this.waiting = false;
			if (this.ended) {
				throw new StorageException(
						"the client reads too slowly, and too much memory or disk space is kept for it");
			}
		}

		private long age() {
			return OpenReads.this.nanoTime.getAsLong() - this.openedNanos;
		}

		private synchronized boolean endIfSlow() {
			if (!this.waiting || this.cursor == null) {
				return false;
			}
			long waitedNanos = OpenReads.this.nanoTime.getAsLong() - this.waitingSinceNanos;
			if (waitedNanos < GRACE.toNanos() && age() < LONG.toNanos()) {
				return false;
			}
			this.ended = true;
			closeCursor();
			return true;
		}

		private synchronized void closeCursor() {
			ChunkCursor closing = this.cursor;
			this.cursor = null;
			if (closing != null) {
				closing.close();
			}
		}

		/**
		 * Ends this read. It may be used again for another one.
		 */
		@Override
		public synchronized void close() {
			OpenReads.this.reads.remove(this);
			closeCursor();
			this.waiting = false;
			this.ended = false;
		}

	}

}
