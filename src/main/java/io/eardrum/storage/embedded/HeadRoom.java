package io.eardrum.storage.embedded;

import io.eardrum.storage.StorageException;

/**
 * Holds writers back while points take more memory than they may, until a checkpoint has
 * made room.
 * <p>
 * Safe for any number of threads.
 */
final class HeadRoom {

	/** How often a waiting writer looks by itself whether anything is wrong. */
	private static final long LOOK_MILLIS = 100;

	private final Heads heads;

	private final long maxBytes;

	private final Availability availability;

	private final Gate gate;

	private final StorageMeters meters;

	HeadRoom(Heads heads, long maxBytes, Availability availability, Gate gate, StorageMeters meters) {
		this.heads = heads;
		this.maxBytes = maxBytes;
		this.availability = availability;
		this.gate = gate;
		this.meters = meters;
	}

	/**
	 * Waits until there is room.
	 * @throws StorageException if the store takes no points
	 */
	void await() {
		this.availability.ensureWritable();
		if (this.heads.bytes() < this.maxBytes) {
			return;
		}
		this.meters.writerWaits();
		boolean interrupted = false;
		try {
			synchronized (this) {
				while (this.heads.bytes() >= this.maxBytes) {
					this.availability.ensureWritable();
					if (this.gate.isClosed()) {
						throw new StorageException("the store is closed");
					}
					try {
						wait(LOOK_MILLIS);
					}
					catch (InterruptedException ex) {
						interrupted = true;
					}
				}
			}
		}
		finally {
			this.meters.writerGoesOn();
			if (interrupted) {
				Thread.currentThread().interrupt();
			}
		}
	}

	/**
	 * Lets those who wait look again.
	 */
	synchronized void changed() {
		notifyAll();
	}

}
