package io.eardrum.server;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * Executes the frames that take long, beside the loops: a few threads, one for each
 * processor, and in turns. A frame whose turn is over goes to the end of the line, behind
 * those that others have sent meanwhile, so nobody gets more of the processors by sending
 * more at once.
 * <p>
 * A thread that waits for the store, for its commit or for its client takes no processor
 * and no other frame's turn: there is another thread then. What is at work and what
 * stands in line is bounded by {@link FrameMemory}.
 * <p>
 * Safe for any number of threads.
 */
final class FrameWorkers implements AutoCloseable {

	private static final Log logger = LogFactory.getLog(FrameWorkers.class);

	/** A turn is much shorter; whoever needs so long waits for something. */
	private static final long STUCK_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

	private final DefectLog defects = new DefectLog(logger);

	private final Executor threads;

	private final int limit;

	private final Runnable supervisor;

	private final ReentrantLock lock = new ReentrantLock();

	/** Those whose frames wait for their turn. Guarded by the lock. */
	private final Deque<FrameConnection> line = new ArrayDeque<>();

	/** Guarded by the lock. */
	private final Set<Turn> turns = new HashSet<>();

	/** How many of the turns belong to threads that don't wait. Guarded by the lock. */
	private int running;

	private volatile int waiting;

	private volatile int atWork;

	private boolean closed;

	/**
	 * Creates workers that have nothing to do.
	 * @param threads has a thread for each task at once
	 * @param limit how many threads may execute frames at once, 1 or more
	 * @param supervisor is woken when there is something to look after
	 */
	FrameWorkers(Executor threads, int limit, Runnable supervisor) {
		this.threads = threads;
		this.limit = limit;
		this.supervisor = supervisor;
	}

	/**
	 * Has a frame executed in its turn.
	 * @param connection the connection that has it, which the caller no longer touches
	 */
	void add(FrameConnection connection) {
		standInLine(connection);
		startThreads();
		this.supervisor.run();
	}

	private void standInLine(FrameConnection connection) {
		connection.awaitTurn(this.waiting > 0 || this.atWork >= this.limit);
		boolean rejected;
		this.lock.lock();
		try {
			rejected = this.closed;
			if (!rejected) {
				this.line.addLast(connection);
				this.waiting = this.line.size();
			}
		}
		finally {
			this.lock.unlock();
		}
		if (rejected) {
			connection.giveUp();
		}
	}

	// Whether frames wait for a turn.
	boolean isAwaited() {
		return this.waiting > 0;
	}

	/**
	 * Ends a turn before its frame is executed to the end, because the thread is about to
	 * wait. To be called by that thread, any number of times.
	 * @param turn the turn
	 */
	void end(Turn turn) {
		if (remove(turn)) {
			startThreads();
		}
	}

	/**
	 * Lets other threads go on if some wait. To be called often.
	 */
	void supervise() {
		if (isQuiet()) {
			return;
		}
		this.lock.lock();
		try {
			int count = 0;
			for (Turn turn : this.turns) {
				turn.running = !turn.isStuck();
				count += turn.running ? 1 : 0;
			}
			this.running = count;
		}
		finally {
			this.lock.unlock();
		}
		startThreads();
	}

	// Whether there is nothing to supervise.
	boolean isQuiet() {
		return this.waiting == 0 && this.atWork == 0;
	}

	@Override
	public void close() {
		List<FrameConnection> left;
		this.lock.lock();
		try {
			this.closed = true;
			left = new ArrayList<>(this.line);
			this.line.clear();
			this.waiting = 0;
		}
		finally {
			this.lock.unlock();
		}
		left.forEach(FrameConnection::giveUp);
	}

	// Where there is no thread to be had, the supervisor tries again.
	private void startThreads() {
		for (Turn next = next(); next != null; next = next()) {
			Turn turn = next;
			if (!start(() -> work(turn))) {
				putBack(turn);
				return;
			}
		}
	}

	private boolean start(Runnable task) {
		try {
			this.threads.execute(task);
			return true;
		}
		catch (RejectedExecutionException ex) {
			logger.debug("The threads are ending", ex);
		}
		catch (OutOfMemoryError ex) {
			this.defects.survive("A thread could not be started", ex);
		}
		return false;
	}

	private @Nullable Turn next() {
		if (this.waiting == 0) {
			return null;
		}
		this.lock.lock();
		try {
			if (this.running >= this.limit || this.line.isEmpty()) {
				return null;
			}
			Turn turn = new Turn(this.line.removeFirst());
			this.waiting = this.line.size();
			this.turns.add(turn);
			this.atWork = this.turns.size();
			this.running++;
			return turn;
		}
		finally {
			this.lock.unlock();
		}
	}

	private void putBack(Turn turn) {
		remove(turn);
		this.lock.lock();
		try {
			this.line.addFirst(turn.connection);
			this.waiting = this.line.size();
		}
		finally {
			this.lock.unlock();
		}
		this.supervisor.run();
	}

	private boolean remove(Turn turn) {
		if (turn.ended) {
			return false;
		}
		this.lock.lock();
		try {
			turn.ended = true;
			this.turns.remove(turn);
			this.atWork = this.turns.size();
			this.running -= turn.running ? 1 : 0;
			return true;
		}
		finally {
			this.lock.unlock();
		}
	}

	private void work(Turn first) {
		LoopTerm term = first.connection.workerTerm();
		for (Turn turn = first; turn != null; turn = next()) {
			turn.begin();
			boolean again = turn.connection.serveTurn(turn, term);
			remove(turn);
			if (again) {
				// This thread takes the next one, or the same if it is the only one.
				standInLine(turn.connection);
			}
		}
	}

	/**
	 * The time of one frame on one thread.
	 */
	static final class Turn {

		private final FrameConnection connection;

		private volatile long beganNanos = System.nanoTime();

		private volatile @Nullable Thread thread;

		/** Whether its thread is taken not to wait. Guarded by the lock. */
		private boolean running = true;

		/** Written by its own thread, or before there is one. */
		private boolean ended;

		Turn(FrameConnection connection) {
			this.connection = connection;
		}

		void begin() {
			this.beganNanos = System.nanoTime();
			this.thread = Thread.currentThread();
		}

		long nanos() {
			return System.nanoTime() - this.beganNanos;
		}

		// Nobody else waits for this frame: its turn begins anew.
		void beginAnew() {
			this.beganNanos = System.nanoTime();
		}

		private boolean isStuck() {
			Thread worker = this.thread;
			if (worker == null) {
				return false;
			}
			return switch (worker.getState()) {
				case BLOCKED, WAITING, TIMED_WAITING -> true;
				default -> nanos() > STUCK_NANOS;
			};
		}

	}

}
