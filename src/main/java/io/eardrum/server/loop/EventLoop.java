package io.eardrum.server.loop;

import java.io.IOException;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.Iterator;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

import io.eardrum.server.command.CommitGroup;
import io.eardrum.server.connection.Connection;
import io.eardrum.server.connection.FrameExecution;

/**
 * Serves many connections with one thread at a time. The thread waits until some clients
 * have sent something, executes all their frames, commits their puts together, and then
 * answers them. A put that comes with others thus costs no wake-up of a thread, and
 * shares their fsync.
 * <p>
 * No client waits long because of another one. The thread that leads the loop hands it to
 * another thread before it does what may block: sending a long reply, or one that the
 * client does not take. {@link FrameWorkers} execute frames that take long, such as those
 * of many reads. A leader may also be stuck without having expected it, for example in a
 * slow store. {@link #supervise()} lets another thread lead then. The thread that has
 * lost the loop finishes the frame that it is executing. Puts of other clients do not
 * wait for what it reads.
 * <p>
 * Any thread may register connections, supervise and close.
 * <p>
 * An {@link OutOfMemoryError} ends the thread, and with it the process. The exception is
 * a shortage of threads, which has an error of the same class: the loop goes on, because
 * the system may have threads again later.
 */
final class EventLoop implements AutoCloseable {

	private static final Log logger = LogFactory.getLog(EventLoop.class);

	private static final String DEFECT = "Commands could not be executed";

	/** How long clients may wait for an answer while others are served. */
	private static final long LATE_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

	/** How long replies that wait for no commit are held back, to be sent together. */
	private static final long READY_NANOS = TimeUnit.MICROSECONDS.toNanos(200);

	/** How long the loop executes a frame of many commands. */
	private static final long PATIENCE_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

	/** The same if many such frames have come together. */
	private static final long LITTLE_PATIENCE_NANOS = TimeUnit.MICROSECONDS.toNanos(50);

	/**
	 * Clients that have waited so long are answered before a new leader serves others.
	 */
	private static final long OVERDUE_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

	/** How long the frames of one pass may take before {@link #LITTLE_PATIENCE_NANOS}. */
	private static final long LONG_PASS_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

	private static final long RETRY_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

	private final ConnectionGuard guard = new ConnectionGuard(logger);

	private final Runnable supervisor;

	private final FrameWorkers workers;

	private final Leadership leadership;

	private final Selector selector;

	/** When the connections were found that are being served. */
	private volatile long passStartedNanos;

	private volatile boolean closed;

	/**
	 * Creates a loop.
	 * @param threads has a thread for each task at once
	 * @param supervisor is woken when there is something to look after
	 * @param workers execute frames that take long
	 * @param groups makes groups for puts
	 * @throws IOException if the system has no more selectors
	 */
	EventLoop(Executor threads, Runnable supervisor, FrameWorkers workers, Supplier<CommitGroup> groups)
			throws IOException {
		this.supervisor = supervisor;
		this.workers = workers;
		this.leadership = new Leadership(threads, this.guard, supervisor, groups, this::lead, this::finish);
		this.selector = Selector.open();
	}

	void start() {
		this.leadership.start();
	}

	/**
	 * Serves a connection from now on.
	 * @param connection the connection
	 */
	void register(Connection connection) {
		try {
			connection.channel().configureBlocking(false);
			SelectionKey key = connection.channel().register(this.selector, 0, connection);
			connection.serveBy(key, this.workers::add);
			key.interestOpsOr(SelectionKey.OP_READ);
			this.selector.wakeup();
		}
		catch (IOException | RuntimeException ex) {
			logger.debug("The connection or the loop is closed", ex);
			connection.close();
		}
	}

	/**
	 * Lets another thread lead if the one that leads is stuck. To be called often.
	 */
	void supervise() {
		this.leadership.supervise();
	}

	/**
	 * Returns whether there is nothing to supervise.
	 * @param nanos for how long that must have been so, in nanoseconds
	 * @return whether it is
	 */
	boolean isQuiet(long nanos) {
		return this.leadership.isQuiet(nanos);
	}

	/**
	 * Hands the loop to another thread before the one of a leader blocks.
	 * @param left the leader
	 */
	void leave(Leader left) {
		this.leadership.leave(left);
	}

	/**
	 * Answers the clients that wait for no commit on another thread, before the one of a
	 * leader commits.
	 * @param current the leader
	 */
	void answerElsewhere(Leader current) {
		this.leadership.answerElsewhere(current);
	}

	@Override
	public void close() {
		this.closed = true;
		this.selector.wakeup();
	}

	private void lead(Leader current) {
		try {
			if (current.isOverdue(OVERDUE_NANOS) && !answer(current)) {
				return;
			}
			while (serveReady(current) && answer(current)) {
				if (this.closed) {
					this.selector.close();
					return;
				}
				select();
			}
		}
		catch (IOException | ClosedSelectorException ex) {
			logger.debug("The loop is closed", ex);
		}
		catch (RuntimeException | Error ex) {
			abandon(current, ex);
			LockSupport.parkNanos(RETRY_NANOS);
			// The loop always has a leader.
			leave(current);
		}
	}

	private void select() {
		try {
			this.selector.select();
			this.passStartedNanos = System.nanoTime();
		}
		catch (IOException ex) {
			this.guard.survive("The loop could not wait for clients", ex);
			LockSupport.parkNanos(RETRY_NANOS);
		}
	}

	// Returns whether the thread goes on leading.
	private boolean serveReady(Leader current) {
		Iterator<SelectionKey> ready = this.selector.selectedKeys().iterator();
		while (ready.hasNext()) {
			SelectionKey key = ready.next();
			ready.remove();
			Connection connection = (Connection) key.attachment();
			try {
				if (key.isWritable()) {
					key.interestOpsAnd(~SelectionKey.OP_WRITE);
					connection.writable();
				}
				if (key.isReadable() && !serve(current, key, connection)) {
					return false;
				}
			}
			catch (CancelledKeyException ex) {
				// It has been closed since it was ready.
			}
			if (!current.isEmpty() && !answerInTime(current)) {
				return false;
			}
		}
		return true;
	}

	// Returns whether the thread goes on leading.
	private boolean answerInTime(Leader current) {
		long heldNanos = current.heldNanos();
		if (heldNanos > LATE_NANOS) {
			return answer(current);
		}
		return heldNanos <= READY_NANOS || answerReady(current);
	}

	private boolean serve(Leader current, SelectionKey key, Connection connection) {
		if (!connection.isIdle()) {
			// The thread that serves it arms the key again, after it has become idle.
			key.interestOpsAnd(~SelectionKey.OP_READ);
			if (connection.isIdle()) {
				key.interestOpsOr(SelectionKey.OP_READ);
			}
			return true;
		}
		if (connection.isHandshaking()) {
			key.interestOpsAnd(~SelectionKey.OP_READ);
			connection.shakeHandsElsewhere();
			return true;
		}
		if (connection.isHeldBack()) {
			key.interestOpsAnd(~SelectionKey.OP_READ);
			connection.awaitMemory();
			return true;
		}
		if (!receive(connection)) {
			return true;
		}
		FrameExecution execution = connection.execution();
		if (execution.isHeavy()) {
			this.workers.add(connection);
			return true;
		}
		beginWork(current);
		execute(current, connection);
		boolean leading = current.endWork();
		if (execution.isPaused() && !execution.awaitsCommit()) {
			this.workers.goOn(connection);
			if (!leading) {
				finish(current);
			}
			return leading;
		}
		if (leading && !execution.awaitsCommit()) {
			// It does not wait for the puts of other clients, but for other replies. Sent
			// together, they wake a client that has several connections only once.
			return !current.addReady(connection) || answerReady(current);
		}
		current.add(connection);
		if (!leading) {
			finish(current);
		}
		return leading;
	}

	// Returns whether there is a frame to execute. A failure concerns one client alone.
	private boolean receive(Connection connection) {
		try {
			return connection.receive();
		}
		catch (RuntimeException | Error ex) {
			this.guard.survive("A client's commands could not be read", ex);
			this.guard.reset(connection);
			return false;
		}
	}

	private void beginWork(Leader current) {
		current.beginWork();
		this.supervisor.run();
	}

	// Returns whether the thread goes on leading.
	private boolean reply(Leader current, Connection connection) {
		if (connection.execution().isPaused()) {
			this.workers.goOn(connection);
			return true;
		}
		this.guard.sendReply(connection, current);
		if (current.isLost()) {
			this.guard.release(connection);
			return false;
		}
		try {
			connection.becomeIdle();
		}
		catch (RuntimeException | Error ex) {
			this.guard.survive("A connection could not be closed", ex);
		}
		return true;
	}

	private void execute(Leader current, Connection connection) {
		boolean longPass = current.workStartedNanos() - this.passStartedNanos > LONG_PASS_NANOS;
		try {
			current.beginFrame(longPass ? LITTLE_PATIENCE_NANOS : PATIENCE_NANOS);
			connection.execution().execute(current);
		}
		catch (RuntimeException | Error ex) {
			// The connection has no reply then, and is reset.
			this.guard.survive(DEFECT, ex);
		}
	}

	// Returns whether the thread goes on leading.
	private boolean answerReady(Leader current) {
		for (Connection next = current.nextReady(); next != null; next = current.nextReady()) {
			if (!reply(current, next)) {
				return false;
			}
		}
		return true;
	}

	// Returns whether the thread goes on leading.
	private boolean answer(Leader current) {
		if (!answerReady(current)) {
			return false;
		}
		beginWork(current);
		current.commit();
		if (!current.endWork()) {
			finish(current);
			return false;
		}
		for (Connection next = current.next(); next != null; next = current.next()) {
			if (!reply(current, next)) {
				return false;
			}
		}
		return true;
	}

	// Commits and answers on a thread that no longer leads.
	private void finish(Leader lost) {
		try {
			for (Connection next = lost.nextReady(); next != null; next = lost.nextReady()) {
				this.guard.sendReply(next, lost);
				this.guard.release(next);
			}
			lost.commit();
			for (Connection next = lost.next(); next != null; next = lost.next()) {
				if (next.execution().isPaused()) {
					this.workers.goOn(next);
					continue;
				}
				this.guard.sendReply(next, lost);
				this.guard.release(next);
			}
		}
		catch (RuntimeException | Error ex) {
			abandon(lost, ex);
		}
	}

	// Resets each client that can't be answered.
	private void abandon(Leader failed, Throwable defect) {
		this.guard.survive(DEFECT, defect);
		for (Connection next = failed.nextReady(); next != null; next = failed.nextReady()) {
			giveUp(next);
		}
		for (Connection next = failed.next(); next != null; next = failed.next()) {
			giveUp(next);
		}
	}

	private void giveUp(Connection connection) {
		this.guard.reset(connection);
		this.guard.release(connection);
	}

}
