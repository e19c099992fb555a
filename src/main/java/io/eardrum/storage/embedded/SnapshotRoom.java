package io.eardrum.storage.embedded;

import java.time.Duration;

import io.eardrum.storage.StorageException;

/**
 * Limits how much memory all reads together hold of points that were copied from memory.
 * A client that reads slowly keeps the points of its series as they were when it began,
 * for as long as it takes.
 * <p>
 * Safe for any number of threads.
 */
final class SnapshotRoom {

	/**
	 * What takes less is not counted: each client holds as much of its reply anyway.
	 */
	static final long FREE_BYTES = 64 << 10;

	static final Duration PATIENCE = Duration.ofSeconds(5);

	/** How often who waits looks whether the store is closing. */
	private static final long LOOK_MILLIS = 100;

	private final long maxBytes;

	private final Duration patience;

	private final Gate gate;

	private long bytes;

	/**
	 * Creates a room.
	 * @param maxBytes how much all reads may hold
	 * @param patience for how long one waits for others
	 * @param gate tells whether the store is closing
	 */
	SnapshotRoom(long maxBytes, Duration patience, Gate gate) {
		this.maxBytes = maxBytes;
		this.patience = patience;
		this.gate = gate;
	}

	/**
	 * Takes room, and waits for a while if there is none. The first one may take any.
	 * @param wanted how many bytes
	 * @return how many were taken, to be given back
	 * @throws StorageException if others keep the room for too long
	 */
	synchronized long take(long wanted) {
		if (wanted <= FREE_BYTES) {
			return 0;
		}
		long start = System.nanoTime();
		boolean interrupted = false;
		try {
			while (this.bytes > 0 && this.bytes + wanted > this.maxBytes) {
				if (this.gate.isClosed()) {
					throw new StorageException("the store is closing");
				}
				if (System.nanoTime() - start > this.patience.toNanos()) {
					throw new StorageException("too many clients read slowly what is in memory");
				}
				try {
					wait(LOOK_MILLIS);
				}
				catch (InterruptedException ex) {
					interrupted = true;
				}
			}
		}
		finally {
			if (interrupted) {
				Thread.currentThread().interrupt();
			}
		}
		this.bytes += wanted;
		return wanted;
	}

	/**
	 * Gives room back.
	 * @param taken how many bytes
	 */
	synchronized void giveBack(long taken) {
		if (taken > 0) {
			this.bytes -= taken;
			notifyAll();
		}
	}

}
