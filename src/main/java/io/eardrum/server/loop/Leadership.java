package io.eardrum.server.loop;

import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Supplier;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import io.eardrum.server.command.CommitGroup;

/**
 * Appoints the thread that leads an {@link EventLoop}: another one as soon as the leader
 * leaves or is stuck. A loop has one leader at a time. If the system gives no thread, the
 * lead is vacant until the supervisor has found one.
 * <p>
 * Safe for any number of threads.
 */
final class Leadership {

	private static final Log logger = LogFactory.getLog(Leadership.class);

	/** How long a leader may work on one thing before another thread leads. */
	private static final long STUCK_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

	private final Executor threads;

	private final ConnectionGuard guard;

	private final Runnable supervisor;

	private final Supplier<CommitGroup> groups;

	private final Consumer<Leader> leading;

	private final Consumer<Leader> finishing;

	/** The thread that leads, or is about to. */
	private volatile Leader leader;

	/** A leader for which there is no thread yet. */
	private final AtomicReference<@Nullable Leader> vacant = new AtomicReference<>();

	/**
	 * Creates the leadership of a loop that nobody leads.
	 * @param threads has a thread for each task at once
	 * @param guard logs that there was none
	 * @param supervisor is woken when the lead is vacant
	 * @param groups makes groups for puts
	 * @param leading serves clients, on the thread of a leader
	 * @param finishing commits and answers what a leader has left, on another thread
	 */
	Leadership(Executor threads, ConnectionGuard guard, Runnable supervisor, Supplier<CommitGroup> groups,
			Consumer<Leader> leading, Consumer<Leader> finishing) {
		this.threads = threads;
		this.guard = guard;
		this.supervisor = supervisor;
		this.groups = groups;
		this.leading = leading;
		this.finishing = finishing;
		this.leader = Leader.leading(new PendingWork(groups), this::leave, this::answerElsewhere);
	}

	void start() {
		this.vacant.set(this.leader);
		fillVacancy();
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
	 * Hands the loop to another thread before the one of this leader blocks.
	 * @param left the leader; it has no group and no replies to send afterwards, unless
	 * there is no thread to go on with them
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

	/**
	 * Answers the clients that wait for no commit on another thread.
	 * @param current the leader; it has none of them afterwards, unless there is no
	 * thread for that
	 */
	void answerElsewhere(Leader current) {
		PendingWork ready = current.takeReady();
		if (!start(() -> this.finishing.accept(Leader.lost(ready, this::leave, this::answerElsewhere)))) {
			current.giveBackReady(ready);
		}
	}

	// Only for the thread that has made the leader lose, of which there is exactly one.
	private void appoint(PendingWork work) {
		Leader next = Leader.leading(work, this::leave, this::answerElsewhere);
		this.leader = next;
		this.vacant.set(next);
		fillVacancy();
	}

	private void fillVacancy() {
		Leader next = this.vacant.getAndSet(null);
		if (next != null && !start(() -> this.leading.accept(next))) {
			// The supervisor tries again.
			this.vacant.set(next);
			this.supervisor.run();
		}
	}

	private void finishElsewhere(Leader left) {
		PendingWork rest = left.takeWork();
		if (!start(() -> this.finishing.accept(Leader.lost(rest, this::leave, this::answerElsewhere)))) {
			left.giveBack(rest);
		}
	}

	// Returns whether there was a thread for the task.
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

}
