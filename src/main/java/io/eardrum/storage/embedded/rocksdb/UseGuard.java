package io.eardrum.storage.embedded.rocksdb;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;

import io.eardrum.storage.StorageException;

/**
 * Counts the threads that use RocksDB, so that it is closed only when there are none.
 * Using a closed RocksDB does not throw an exception: it ends the process.
 * <p>
 * Each thread belongs to the generation in which it entered. Threads of the present
 * generation and of the previous one are counted separately. A thread can therefore wait,
 * while the guard stays open, until all threads that were inside at some moment have
 * left, however many enter meanwhile.
 * <p>
 * Safe for any number of threads. Entering an open guard costs one atomic addition. A
 * thread may enter again while it is inside.
 */
public final class UseGuard {

	/**
	 * For how long threads that enter wait at first while the guard is being shut. A
	 * command should be answered within a tenth of a second, and there are two such
	 * pauses.
	 */
	private static final Duration SHORT_PAUSE = Duration.ofMillis(30);

	private final AtomicInteger insideEven = new AtomicInteger();

	private final AtomicInteger insideOdd = new AtomicInteger();

	private volatile State state = State.OPEN;

	/**
	 * The present generation. A new one begins only when all threads that entered before
	 * this one have left. Written under this object's monitor.
	 */
	private volatile int generation;

	/** Threads that entered in a generation before this one are asked to leave. */
	private volatile int firstWelcome;

	/**
	 * For how long threads that enter may have to wait next time. Guarded by this
	 * object's monitor.
	 */
	private Duration pause = SHORT_PAUSE;

	/**
	 * Whether the guard was shut and has not been opened again. It may have been closed
	 * for good meanwhile. Guarded by this object's monitor.
	 */
	private boolean shut;

	/**
	 * Enters, and waits if the guard is shut at the moment. {@link #leave} must follow.
	 * @return the generation in which this thread entered
	 * @throws StorageException if the guard is closed for good
	 */
	public int enter() {
		while (true) {
			int entered = this.generation;
			inside(entered).incrementAndGet();
			State seen = this.state;
			// A thread that was counted in a generation that had ended may have been
			// overlooked.
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
	 * @param entered the generation in which the thread entered
	 */
	public void leave(int entered) {
		if (inside(entered).decrementAndGet() == 0 && this.state != State.OPEN) {
			synchronized (this) {
				notifyAll();
			}
		}
	}

	/**
	 * Ensures that a thread may stay inside. Threads that stay for long must call this
	 * now and then.
	 * @param entered the generation in which that thread entered
	 * @throws StorageException if it has to leave, because the guard is closed or can't
	 * be shut while the thread is inside
	 */
	public void ensureMayStay(int entered) {
		if (isClosed()) {
			throw new StorageException("the store is closing");
		}
		if (entered - this.firstWelcome < 0) {
			throw new StorageException("the store is being reopened");
		}
	}

	/**
	 * Returns whether the guard has been closed for good. Threads that stay inside for
	 * long should then leave.
	 * @return whether it is closed
	 */
	public boolean isClosed() {
		return this.state == State.CLOSED;
	}

	/**
	 * Shuts the guard for a moment, once no thread is inside. It stays open until all
	 * threads that are inside now have left, so that no other thread has to wait. If one
	 * of them stays for too long, they are asked to {@linkplain #ensureMayStay leave},
	 * and a later attempt waits for the same threads and disturbs no others. Only when
	 * they have left are threads kept from entering, for two pauses of 30 ms. Threads
	 * that are still inside after the first pause are asked to leave as well. Each
	 * attempt that fails in the pauses doubles the pauses of the next one.
	 * @param patience how long to wait while the guard is open, and how long other
	 * threads may have to wait at most
	 * @return whether the guard is shut and no thread is inside; if not, the guard is
	 * open again, or was closed for good
	 */
	public synchronized boolean shut(Duration patience) {
		if (this.state != State.OPEN) {
			return false;
		}
		if (!isPreviousGenerationInside()) {
			beginGeneration();
		}
		if (!await(() -> !isPreviousGenerationInside(), patience)) {
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
		// It may have been closed while this thread waited.
		this.shut = this.state == State.SHUT;
		return this.shut;
	}

	@SuppressWarnings("NonAtomicVolatileUpdate")
	private void beginGeneration() {
		this.generation++;
	}

	// Returns whether a thread of the previous generation is inside.
	private boolean isPreviousGenerationInside() {
		return inside(this.generation - 1).get() != 0;
	}

	private AtomicInteger inside(int someGeneration) {
		return ((someGeneration & 1) == 0) ? this.insideEven : this.insideOdd;
	}

	/**
	 * Opens the guard after it was {@linkplain #shut shut}.
	 */
	public synchronized void reopen() {
		this.shut = false;
		if (this.state == State.SHUT) {
			this.state = State.OPEN;
		}
		notifyAll();
	}

	/**
	 * Closes the guard for good. No thread enters or shuts it any more.
	 * @return whether RocksDB may be asked to stop its background work; {@code false}
	 * while the guard is shut, because RocksDB is being reopened then
	 */
	public synchronized boolean close() {
		this.state = State.CLOSED;
		notifyAll();
		return !this.shut;
	}

	/**
	 * Waits, once the guard is {@linkplain #close closed}, until no thread is inside and
	 * the thread that had shut it has finished.
	 * @param patience how long to wait
	 * @return whether no thread uses RocksDB any more
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
