package io.eardrum.storage.embedded.rocksdb;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;

import io.eardrum.storage.StorageException;

/**
 * Counts the threads that use RocksDB, so that it is closed only when there are none.
 * Using a closed RocksDB does not throw: it ends the process.
 * <p>
 * Each thread belongs to the generation in which it entered. Those of the present
 * generation and of the one before are counted apart, so that one can wait with the gate
 * open until all have left who were inside at some moment, however many enter meanwhile.
 * <p>
 * Safe for any number of threads; to enter while it is open costs one atomic addition. A
 * thread may enter again while it is inside.
 */
public final class UseGuard {

	/**
	 * For how long others wait at first while the gate is to be shut. A command should be
	 * answered within a tenth of a second, and there are two such pauses.
	 */
	private static final Duration SHORT_PAUSE = Duration.ofMillis(30);

	private final AtomicInteger insideEven = new AtomicInteger();

	private final AtomicInteger insideOdd = new AtomicInteger();

	private volatile State state = State.OPEN;

	/**
	 * The present generation. A new one begins only when all have left who entered before
	 * this one. Written under the monitor.
	 */
	private volatile int generation;

	/** Who entered in an generation before this one is asked to leave. */
	private volatile int firstWelcome;

	/** For how long others may have to wait next time. Under this object's monitor. */
	private Duration pause = SHORT_PAUSE;

	/**
	 * Whether somebody shut the gate and hasn't opened it again, though it may have been
	 * closed for good meanwhile. Under this object's monitor.
	 */
	private boolean shut;

	/**
	 * Enters; {@link #leave} must follow. Waits while the gate is shut for a moment.
	 * @return the generation in which this thread entered
	 * @throws StorageException if it is closed for good
	 */
	public int enter() {
		while (true) {
			int entered = this.generation;
			inside(entered).incrementAndGet();
			State seen = this.state;
			// Who was counted in an generation that had ended may have been overlooked.
			if (seen == State.OPEN && this.generation == entered) {
				return entered;
			}
			leave(entered);
			if (seen == State.CLOSED) {
				throw new StorageException("the store is closed");
			}
			if (seen == State.SHUT) {
				awaitOpening();
			}
		}
	}

	/**
	 * Leaves.
	 * @param entered the generation in which that thread entered
	 */
	public void leave(int entered) {
		if (inside(entered).decrementAndGet() == 0 && this.state != State.OPEN) {
			synchronized (this) {
				notifyAll();
			}
		}
	}

	/**
	 * To be called now and then by whoever stays inside for long.
	 * @param entered the generation in which that thread entered
	 * @throws StorageException if it has to leave, for the gate is closed, or can't be
	 * shut as long as the thread is inside
	 */
	public void ensureMayStay(int entered) {
		if (isClosed()) {
			throw new StorageException("the store is closing");
		}
		if (entered - this.firstWelcome < 0) {
			throw new StorageException("the store is being opened anew");
		}
	}

	/**
	 * Returns whether the gate has been closed for good, so that whoever is inside for
	 * long should leave.
	 * @return whether it is closed
	 */
	public boolean isClosed() {
		return this.state == State.CLOSED;
	}

	/**
	 * Shuts the gate for a moment, once nobody is inside. Until all have left who are
	 * inside now, it stays open, and nobody has to wait. If one of them stays for too
	 * long, they are asked to {@linkplain #ensureMayStay leave}, and a later attempt
	 * waits for the same ones and disturbs nobody else. Only then others are kept
	 * waiting, for two pauses of 30 ms; those of them who are inside for longer than the
	 * first are asked to leave as well. Each attempt that fails there doubles the pauses
	 * of the next one.
	 * @param patience how long to wait while the gate is open, and how long others may
	 * have to wait at most
	 * @return whether nobody is inside; if not, the gate is open again
	 */
	public synchronized boolean shut(Duration patience) {
		if (this.state != State.OPEN) {
			return false;
		}
		if (!isSomebodyLeft()) {
			beginGeneration();
		}
		if (!await(() -> !isSomebodyLeft(), patience)) {
			this.firstWelcome = this.generation;
			return false;
		}
		if (this.state != State.OPEN) {
			return false;
		}
		this.state = State.SHUT;
		if (!awaitEmpty(this.pause)) {
			beginGeneration();
			this.firstWelcome = this.generation;
			if (!awaitEmpty(this.pause)) {
				Duration longer = this.pause.multipliedBy(2);
				Duration longest = patience.dividedBy(2);
				this.pause = (longer.compareTo(longest) < 0) ? longer : longest;
				reopen();
				return false;
			}
		}
		this.pause = SHORT_PAUSE;
		// It may have been closed while this waited.
		this.shut = this.state == State.SHUT;
		return this.shut;
	}

	@SuppressWarnings("NonAtomicVolatileUpdate")
	private void beginGeneration() {
		this.generation++;
	}

	// Whether somebody is inside of the generation before the present one.
	private boolean isSomebodyLeft() {
		return inside(this.generation - 1).get() != 0;
	}

	private AtomicInteger inside(int someGeneration) {
		return ((someGeneration & 1) == 0) ? this.insideEven : this.insideOdd;
	}

	/**
	 * Opens the gate after it was {@linkplain #shut shut}.
	 */
	public synchronized void reopen() {
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
	public synchronized boolean close() {
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
	public synchronized boolean awaitUnused(Duration patience) {
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

	private boolean awaitEmpty(Duration patience) {
		return await(() -> this.insideEven.get() == 0 && this.insideOdd.get() == 0 && !this.shut, patience);
	}

	private synchronized boolean await(BooleanSupplier condition, Duration patience) {
		long deadline = System.nanoTime() + patience.toNanos();
		boolean interrupted = false;
		try {
			while (!condition.getAsBoolean()) {
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
