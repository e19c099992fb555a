package io.eardrum.server.loop;

import java.io.IOException;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.Iterator;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import io.eardrum.server.command.CommitGroup;

/**
 * Serves many connections with one thread at a time: it waits until some of them have
 * sent something, executes all their frames, commits their puts together, and answers
 * them. A put thus costs no wake-up of a thread when others come with it, and shares
 * their fsync.
 * <p>
 * Nobody waits for long because of another one. The thread that leads the loop hands it
 * over to another thread before it does what may take its time: sending a reply that is
 * long, or one that the client doesn't take. Frames that take long, such as those of many
 * reads, are executed by {@link FrameWorkers}. And where it is stuck without having
 * known, such as in a slow store, {@link #supervise()} lets another thread lead. The
 * thread that has lost the loop finishes what it has in hand, and is done; but puts of
 * others do not wait for what it reads.
 * <p>
 * Any thread may register connections, supervise and close.
 * <p>
 * An {@link OutOfMemoryError} is no defect to survive: it ends the thread, and with it
 * the process. That the system gives no more threads for a while is one, although it is
 * an error of the same class.
 * <p>
 * Long, because all that may happen to a frame on its way through the loop stands here
 * side by side.
 */
final class EventLoop implements AutoCloseable {

	private static final Log logger = LogFactory.getLog(EventLoop.class);

	private static final String DEFECT = "Commands could not be executed";

	private static final long STUCK_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

	/**
	 * How long the frame of one client is executed here, if it is one of many commands.
	 */
	private static final long PATIENCE_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

	/** The same where many such frames have come together. */
	private static final long LITTLE_PATIENCE_NANOS = TimeUnit.MICROSECONDS.toNanos(50);

	/** Who has waited so long is answered before others are served. */
	private static final long OVERDUE_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

	/** How long many may take until patience is lost. */
	private static final long LONG_PASS_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

	private static final long RETRY_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

	private final ConnectionGuard guard = new ConnectionGuard(logger);

	private final Executor threads;

	private final Runnable supervisor;

	private final FrameWorkers workers;

	private final Supplier<CommitGroup> groups;

	private final Selector selector;

	/** When those were found who are being served. */
	private volatile long passStartedNanos;

	/** The thread that leads, or is about to. */
	private volatile Leader leader;

	/** A leader for which there is no thread yet. */
	private final AtomicReference<@Nullable Leader> vacant = new AtomicReference<>();

	private volatile boolean closed;

	/**
	 * Creates a loop.
	 * @param threads has a thread for each task at once
	 * @param supervisor is woken when there is something to look after
	 * @param workers execute frames that take long
	 * @param groups makes groups for puts
	 * @throws IOException if the system has no more of what it takes
	 */
	EventLoop(Executor threads, Runnable supervisor, FrameWorkers workers, Supplier<CommitGroup> groups)
			throws IOException {
		this.threads = threads;
		this.supervisor = supervisor;
		this.workers = workers;
		this.groups = groups;
		this.selector = Selector.open();
		this.leader = Leader.leading(new PendingWork(groups), this::leave);
	}

	void start() {
		this.vacant.set(this.leader);
		fillVacancy();
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
		Leader current = this.leader;
		if (current.loseIfStuck(STUCK_NANOS)) {
			PendingWork rest = current.takeOffered();
			appoint((rest != null) ? rest : new PendingWork(this.groups));
		}
		fillVacancy();
	}

	/**
	 * Returns whether there is nothing to supervise.
	 * @param nanos for how long that must have been so, in nanoseconds
	 * @return whether it is
	 */
	boolean isQuiet(long nanos) {
		return this.vacant.get() == null && this.leader.isQuiet(nanos);
	}

	/**
	 * Called by the thread of a leader before it does what may take long: others are no
	 * longer to wait for it.
	 * @param left the leader, which has no group and no replies to send afterwards,
	 * unless there is no thread to go on with them
	 */
	void leave(Leader left) {
		left.endRead();
		if (left.lose()) {
			appoint(left.takeWork());
		}
		else if (!left.isEmpty()) {
			finishElsewhere(left);
		}
	}

	@Override
	public void close() {
		this.closed = true;
		this.selector.wakeup();
	}

	// Only for the thread that has ended the leader, of which there is always one.
	private void appoint(PendingWork work) {
		Leader next = Leader.leading(work, this::leave);
		this.leader = next;
		this.vacant.set(next);
		fillVacancy();
	}

	private void fillVacancy() {
		Leader next = this.vacant.getAndSet(null);
		if (next != null && !start(() -> lead(next))) {
			// The supervisor tries again.
			this.vacant.set(next);
			this.supervisor.run();
		}
	}

	private void finishElsewhere(Leader left) {
		PendingWork rest = left.takeWork();
		if (!start(() -> finish(Leader.lost(rest, this::leave)))) {
			left.giveBack(rest);
		}
	}

	// Returns whether there was a thread for it.
	private boolean start(Runnable task) {
		try {
			this.threads.execute(task);
			return true;
		}
		catch (RejectedExecutionException ex) {
			logger.debug("The threads are ending", ex);
		}
		catch (RuntimeException | Error ex) {
			this.guard.survive("A thread could not be started", ex);
		}
		return false;
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
			if (current.isOverdue(STUCK_NANOS) && !answer(current)) {
				return false;
			}
		}
		return true;
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
		if (connection.isHeavy()) {
			this.workers.add(connection);
			return true;
		}
		beginWork(current);
		execute(current, connection);
		boolean leading = current.endWork();
		if (connection.isPaused() && !connection.awaitsCommit()) {
			this.workers.add(connection);
			if (!leading) {
				finish(current);
			}
			return leading;
		}
		if (leading && !connection.awaitsCommit()) {
			// It does not wait for what others have put.
			return reply(current, connection);
		}
		current.add(connection);
		if (!leading) {
			finish(current);
		}
		return leading;
	}

	// Returns whether there is a frame to execute. What fails concerns one client alone.
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
		if (connection.isPaused()) {
			this.workers.add(connection);
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
		boolean longPass = System.nanoTime() - this.passStartedNanos > LONG_PASS_NANOS;
		try {
			current.beginFrame(longPass ? LITTLE_PATIENCE_NANOS : PATIENCE_NANOS);
			connection.execute(current);
		}
		catch (RuntimeException | Error ex) {
			// The connection has no reply then, and is reset.
			this.guard.survive(DEFECT, ex);
		}
	}

	private boolean answer(Leader current) {
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

	// What a thread still has to do that does not lead any more.
	private void finish(Leader lost) {
		try {
			lost.commit();
			for (Connection next = lost.next(); next != null; next = lost.next()) {
				if (next.isPaused()) {
					this.workers.add(next);
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

	// Each client that can get no answer is reset.
	private void abandon(Leader failed, Throwable defect) {
		this.guard.survive(DEFECT, defect);
		for (Connection next = failed.next(); next != null; next = failed.next()) {
			this.guard.reset(next);
			this.guard.release(next);
		}
	}

}
