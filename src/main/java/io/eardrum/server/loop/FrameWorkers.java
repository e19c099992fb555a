package io.eardrum.server.loop;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import io.eardrum.server.command.CommitGroup;
import io.eardrum.server.connection.Connection;
import io.eardrum.server.connection.FrameExecution;
import io.eardrum.server.limit.InboundMemoryLimit;

/**
 * Executes the frames that take long, beside the loops. It has one thread for each
 * processor, and the frames take turns. A frame whose turn is over goes to the end of the
 * line, behind the frames that have come meanwhile. A client thus gets no larger share of
 * the processors by sending more at once.
 * <p>
 * A thread that waits for the store, for its commit or for its client does not count,
 * because it takes no processor: another thread executes the next frame.
 * {@link InboundMemoryLimit} bounds the frames at work and those in line.
 * <p>
 * Safe for any number of threads.
 */
final class FrameWorkers implements AutoCloseable {

	private static final Log logger = LogFactory.getLog(FrameWorkers.class);

	private final ConnectionGuard guard = new ConnectionGuard(logger);

	private final Executor threads;

	private final int limit;

	private final Runnable supervisor;

	private final Supplier<CommitGroup> groups;

	private final ReentrantLock lock = new ReentrantLock();

	/** The connections whose frames wait for their turn. Guarded by the lock. */
	private final Deque<Connection> line = new ArrayDeque<>();

	/** Guarded by the lock. */
	private final Set<WorkerTurn> turns = new HashSet<>();

	/** How many of the turns have a thread that does not wait. Guarded by the lock. */
	private int running;

	private volatile int waiting;

	private volatile int atWork;

	private boolean closed;

	/**
	 * Creates workers that have nothing to do.
	 * @param threads has a thread for each task at once
	 * @param limit how many threads may execute frames at once, 1 or more
	 * @param supervisor is woken when there is something to look after
	 * @param groups makes a group for the puts of each thread
	 */
	FrameWorkers(Executor threads, int limit, Runnable supervisor, Supplier<CommitGroup> groups) {
		this.threads = threads;
		this.limit = limit;
		this.supervisor = supervisor;
		this.groups = groups;
	}

	/**
	 * Has a frame executed in its turn.
	 * @param connection the connection that has it, which the caller no longer touches
	 */
	void add(Connection connection) {
		standInLine(connection);
		startThreads();
		this.supervisor.run();
	}

	/**
	 * Has a paused frame executed in its turn, once the reads for which it waits have
	 * arrived. Until then it occupies no thread.
	 * @param connection the connection that has it, which the caller no longer touches
	 */
	void goOn(Connection connection) {
		FrameExecution execution = connection.execution();
		if (execution.awaitsReads()) {
			execution.awaitReads(() -> add(connection));
		}
		else {
			add(connection);
		}
	}

	private void standInLine(Connection connection) {
		connection.execution().awaitTurn(this.waiting > 0 || this.atWork >= this.limit);
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

	// Returns whether frames wait for a turn.
	boolean isAwaited() {
		return this.waiting > 0;
	}

	// Called by the thread of the turn, any number of times, before it waits and when it
	// has executed its frame.
	private void endEarly(WorkerTurn turn) {
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
			for (WorkerTurn turn : this.turns) {
				count += turn.looksRunning() ? 1 : 0;
			}
			this.running = count;
		}
		finally {
			this.lock.unlock();
		}
		startThreads();
	}

	// Returns whether there is nothing to supervise.
	boolean isQuiet() {
		return this.waiting == 0 && this.atWork == 0;
	}

	@Override
	public void close() {
		List<Connection> left;
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
		left.forEach(Connection::giveUp);
	}

	// If there is no thread, the supervisor tries again.
	private void startThreads() {
		for (WorkerTurn next = next(); next != null; next = next()) {
			WorkerTurn turn = next;
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
			this.guard.survive("A thread could not be started", ex);
		}
		return false;
	}

	private @Nullable WorkerTurn next() {
		if (this.waiting == 0) {
			return null;
		}
		this.lock.lock();
		try {
			if (this.running >= this.limit || this.line.isEmpty()) {
				return null;
			}
			WorkerTurn turn = new WorkerTurn(this.line.removeFirst(), this::isAwaited, this::endEarly);
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

	private void putBack(WorkerTurn turn) {
		remove(turn);
		this.lock.lock();
		try {
			this.line.addFirst(turn.connection());
			this.waiting = this.line.size();
		}
		finally {
			this.lock.unlock();
		}
		this.supervisor.run();
	}

	private boolean remove(WorkerTurn turn) {
		if (!turn.end()) {
			return false;
		}
		this.lock.lock();
		try {
			this.turns.remove(turn);
			this.atWork = this.turns.size();
			this.running -= turn.isRunning() ? 1 : 0;
			return true;
		}
		finally {
			this.lock.unlock();
		}
	}

	private void work(WorkerTurn first) {
		CommitGroup group = this.groups.get();
		for (WorkerTurn turn = first; turn != null; turn = next()) {
			turn.begin(group);
			boolean again = serve(turn.connection(), turn);
			remove(turn);
			if (again && turn.connection().execution().awaitsReads()) {
				goOn(turn.connection());
			}
			else if (again) {
				// This thread takes the next frame, or this one if it is the only one.
				standInLine(turn.connection());
			}
		}
	}

	// Returns whether the connection has to stand in line again, or to wait for its
	// reads. Otherwise it has gone back to its loop.
	private boolean serve(Connection connection, WorkerTurn turn) {
		FrameExecution execution = connection.execution();
		try {
			if (connection.isEnding()) {
				connection.giveUp();
				return false;
			}
			if (execution.hasFrame() || connection.receiveNext()) {
				execution.executeTurn(turn);
				if (execution.isPaused()) {
					return true;
				}
				endEarly(turn);
				turn.group().commit();
				this.guard.sendReply(connection, turn);
				// A client that has sent much at once mostly sends more.
				if (connection.receiveNext()) {
					return true;
				}
			}
		}
		catch (RuntimeException | Error ex) {
			this.guard.survive("Commands could not be executed", ex);
			this.guard.reset(connection);
		}
		this.guard.release(connection);
		return false;
	}

}
