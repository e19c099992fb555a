package io.eardrum.storage.embedded.head;

import java.time.Duration;

import org.jspecify.annotations.Nullable;

import io.eardrum.budget.HeapBudget;
import io.eardrum.budget.HeapExhaustedException;
import io.eardrum.budget.HeapShare;
import io.eardrum.budget.HeapUse;
import io.eardrum.budget.SlowClients;
import io.eardrum.storage.StorageException;

/**
 * Limits how much memory all reads together hold for copies of points in memory. A client
 * that reads slowly keeps the points of its series as they were when it began, until
 * others need that memory.
 * <p>
 * Reads that wait are served in the order in which they came. A read that needs little
 * does not wait while half of the memory is free, which is as much as any read takes at
 * once.
 * <p>
 * Safe for any number of threads.
 */
public final class SnapshotMemoryLimit {

	/** How long a read waits for memory. */
	public static final Duration PATIENCE = Duration.ofSeconds(5);

	/** The most that a read takes for a series with few points in memory. */
	private static final long LITTLE_BYTES = 64 << 10;

	/** A read that holds no more than this is never ended for others. */
	private static final long SLOW_BYTES = 4 << 10;

	/**
	 * A read takes at most half of what all reads may take: two heads, and what sorting
	 * needs.
	 */
	private static final int READS = 2;

	private final HeapShare share;

	private final SlowClients slowClients;

	private final Duration patience;

	/**
	 * Creates a limit.
	 * @param budget the budget of the heap
	 * @param patience for how long a read waits for others
	 */
	public SnapshotMemoryLimit(HeapBudget budget, Duration patience) {
		this.share = budget.share(HeapUse.SNAPSHOTS);
		this.slowClients = budget.slowClients();
		this.patience = patience;
	}

	/**
	 * Returns how many points one series may have in the present epoch, so that it can be
	 * read together with as many points of an epoch that has ended.
	 * @param most the maximum, however much memory there is
	 * @return the number of points
	 */
	public int seriesPoints(int most) {
		long sorting = (long) HeadSnapshot.SORTED_POINTS * CellSort.BYTES_PER_POINT;
		long copies = Math.max(mostBytes() - sorting, mostBytes() / 2);
		return (int) Math.min(most, copies / 2 / HeadBlock.BYTES_PER_POINT);
	}

	/**
	 * Returns how much memory one read may take.
	 * @return the number of bytes
	 */
	public long mostBytes() {
		return this.share.maxBytes() / READS;
	}

	/**
	 * Takes memory, and waits for a while if there is none.
	 * @param bytes how many bytes
	 * @return the lease, to be closed
	 * @throws StorageException if others keep the memory for too long
	 */
	public Lease take(long bytes) {
		if (!this.share.tryReserve(bytes) && !takeLittle(bytes)) {
			try {
				// Sorting must always be possible, however small the heap is.
				this.share.reserve(Math.min(bytes, this.share.maxBytes()), this.patience);
				return new Lease(Math.min(bytes, this.share.maxBytes()));
			}
			catch (HeapExhaustedException ex) {
				throw new StorageException(
						"too many slow clients keep copies of points in memory (eardrum.heap.snapshots)", ex);
			}
		}
		return new Lease(bytes);
	}

	private boolean takeLittle(long bytes) {
		if (bytes > LITTLE_BYTES || this.share.usedBytes() >= mostBytes()) {
			return false;
		}
		this.share.force(bytes);
		return true;
	}

	/**
	 * Memory that was taken for one snapshot. Others can claim it while its client is
	 * waited for.
	 */
	public final class Lease implements SlowClients.SlowClient, AutoCloseable {

		private long bytes;

		private @Nullable HeadSnapshot snapshot;

		private boolean waiting;

		private boolean revoked;

		private Lease(long bytes) {
			this.bytes = bytes;
		}

		/**
		 * Sets the snapshot that the memory is for, and releases what the snapshot does
		 * not need.
		 * @param taken the snapshot
		 */
		public synchronized void hold(HeadSnapshot taken) {
			this.snapshot = taken;
			long rest = Math.max(0, this.bytes - taken.bytes());
			this.bytes -= rest;
			SnapshotMemoryLimit.this.share.release(rest);
		}

		/**
		 * Notes that the client is waited for from now on.
		 */
		public void clientBegins() {
			synchronized (this) {
				if (this.bytes <= SLOW_BYTES) {
					return;
				}
				this.waiting = true;
			}
			SnapshotMemoryLimit.this.slowClients.begin(this, this.bytes);
		}

		/**
		 * Notes that the client is no longer waited for.
		 * @throws StorageException if the memory was claimed by others meanwhile
		 */
		public void clientEnds() {
			synchronized (this) {
				if (this.revoked) {
					throw new StorageException("the client reads points in memory too slowly, and others need that "
							+ "memory (eardrum.heap.snapshots)");
				}
				if (!this.waiting) {
					return;
				}
				this.waiting = false;
			}
			SnapshotMemoryLimit.this.slowClients.end(this);
		}

		@Override
		public void endForMemory() {
			synchronized (this) {
				if (!this.waiting || this.revoked) {
					return;
				}
				this.revoked = true;
				if (this.snapshot != null) {
					this.snapshot.revoke();
				}
			}
			close();
		}

		@Override
		public void close() {
			long rest;
			synchronized (this) {
				rest = this.bytes;
				this.bytes = 0;
				this.waiting = false;
			}
			SnapshotMemoryLimit.this.slowClients.end(this);
			SnapshotMemoryLimit.this.share.release(rest);
		}

	}

}
