package io.eardrum.storage.embedded;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;

import io.eardrum.storage.StorageException;

/**
 * What everyone passes who uses RocksDB, so that nobody is inside when it is closed:
 * using it then would not throw but end the process.
 * <p>
 * Safe for any number of threads; to enter while it is open costs one atomic addition. A
 * thread may enter again while it is inside.
 */
final class Gate {

	private final AtomicInteger inside = new AtomicInteger();

	private volatile State state = State.OPEN;

	/** Grows whenever those inside are asked to leave; written under the monitor. */
	private volatile int era;

	/**
	 * Whether somebody shut the gate and hasn't opened it again, though it may have been
	 * closed for good meanwhile. Under this object's monitor.
	 */
	private boolean shut;

	/**
	 * Enters; {@link #leave()} must follow. Waits while the gate is shut for a moment.
	 * @throws StorageException if it is closed for good
	 */
	void enter() {
		while (true) {
			this.inside.incrementAndGet();
			State seen = this.state;
			if (seen == State.OPEN) {
				return;
			}
			leave();
			if (seen == State.CLOSED) {
				throw new StorageException("the store is closed");
			}
			awaitOpening();
		}
	}

	void leave() {
		if (this.inside.decrementAndGet() == 0 && this.state != State.OPEN) {
			synchronized (this) {
				notifyAll();
			}
		}
	}

	/**
	 * Tells which era it is, for {@link #ensureMayStay}.
	 * @return a number
	 */
	int era() {
		return this.era;
	}

	/**
	 * To be called now and then by whoever stays inside for long.
	 * @param entered the era in which that thread entered
	 * @throws StorageException if it has to leave, for the gate is closed, or can't be
	 * shut as long as the thread is inside
	 */
	void ensureMayStay(int entered) {
		if (isClosed()) {
			throw new StorageException("the store is closing");
		}
		if (this.era != entered) {
			throw new StorageException("the store is being opened anew");
		}
	}

	/**
	 * Tells whether the gate has been closed for good, so that whoever is inside for long
	 * should leave.
	 * @return whether it is closed
	 */
	boolean isClosed() {
		return this.state == State.CLOSED;
	}

	/**
	 * Shuts the gate for a moment, and waits until nobody is inside. If somebody stays,
	 * all who are inside are asked to {@linkplain #ensureMayStay leave}, so that a later
	 * attempt succeeds; who enters afterwards may stay until that one.
	 * @param patience how long to wait
	 * @return whether nobody is inside; if not, the gate is open again
	 */
	@SuppressWarnings("NonAtomicVolatileUpdate")
	synchronized boolean shut(Duration patience) {
		if (this.state != State.OPEN) {
			return false;
		}
		this.state = State.SHUT;
		if (awaitEmpty(patience)) {
			// It may have been closed while this waited.
			this.shut = this.state == State.SHUT;
			return this.shut;
		}
		this.era++;
		reopen();
		return false;
	}

	/**
	 * Opens the gate after it was {@linkplain #shut shut}.
	 */
	synchronized void reopen() {
		this.shut = false;
		if (this.state == State.SHUT) {
			this.state = State.OPEN;
		}
		notifyAll();
	}

	/**
	 * Closes the gate for good, so that nobody enters or shuts it any more.
	 * @return whether whoever is inside may be told to hurry: not while the gate is shut,
	 * for then RocksDB is being opened anew
	 */
	synchronized boolean close() {
		this.state = State.CLOSED;
		notifyAll();
		return !this.shut;
	}

	/**
	 * Waits, once the gate is {@linkplain #close closed}, until nobody is inside, and
	 * whoever had shut it is done with that.
	 * @param patience how long to wait
	 * @return whether nobody uses RocksDB any more
	 */
	synchronized boolean awaitUnused(Duration patience) {
		return awaitEmpty(patience);
	}

	private synchronized void awaitOpening() {
		boolean interrupted = false;
		while (this.state == State.SHUT) {
			try {
				wait();
			}
			catch (InterruptedException ex) {
				interrupted = true;
			}
		}
		if (interrupted) {
			Thread.currentThread().interrupt();
		}
	}

	private synchronized boolean awaitEmpty(Duration patience) {
		long deadline = System.nanoTime() + patience.toNanos();
		boolean interrupted = false;
		try {
			while (this.inside.get() != 0 || this.shut) {
				long left = deadline - System.nanoTime();
				if (left <= 0) {
					return false;
				}
				try {
					wait(Math.max(1, Math.min(left / 1_000_000, 10)));
				}
				catch (InterruptedException ex) {
					interrupted = true;
				}
			}
			return true;
		}
		finally {
			if (interrupted) {
				Thread.currentThread().interrupt();
			}
		}
	}

	private enum State {

		OPEN, SHUT, CLOSED

	}

}
