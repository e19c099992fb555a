package io.eardrum.server.loop;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;

import io.eardrum.server.command.CommitGroup;
import io.eardrum.server.command.Turn;

/**
 * The part of one thread in an {@link EventLoop}: whether it leads, and what it has in
 * hand. The loop makes one that leads whenever it appoints a leader, and at no other
 * time. A thread that only finishes work has one that had lost before it began.
 * <p>
 * Used by its own thread, except that others may take the lead away from it while it
 * works on frames or a commit: then it touches nothing else of the loop. While it reads
 * from the store, they get what it has in hand as well.
 */
final class Leader implements Turn {

	private static final long NEVER = Long.MAX_VALUE;

	/** How long puts wait, at most, for reads that take no long time each. */
	private static final long PATIENCE_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

	private final Consumer<Leader> leaving;

	private final AtomicReference<State> state;

	private PendingWork work;

	/** What this had in hand before its thread began to read; whoever takes it has it. */
	private final AtomicReference<@Nullable PendingWork> offered = new AtomicReference<>();

	private volatile long workStartedNanos;

	/** When the frame that is being executed was begun. */
	private long frameBeganNanos;

	/** How long it may be executed. */
	private long frameNanos = NEVER;

	private Leader(PendingWork work, Consumer<Leader> leaving, State state) {
		this.leaving = leaving;
		this.work = work;
		this.state = new AtomicReference<>(state);
	}

	/**
	 * Creates the leader that a thread is to be.
	 * @param work what the thread begins with
	 * @param leaving has another thread go on with what this one {@linkplain #leave
	 * leaves}
	 * @return the leader
	 */
	static Leader leading(PendingWork work, Consumer<Leader> leaving) {
		return new Leader(work, leaving, State.LEADING);
	}

	/**
	 * Creates one for a thread that only finishes what is left of another one.
	 * @param work what is left
	 * @param leaving has another thread go on with what this one {@linkplain #leave
	 * leaves}
	 * @return the leader
	 */
	static Leader lost(PendingWork work, Consumer<Leader> leaving) {
		return new Leader(work, leaving, State.LOST);
	}

	@Override
	public CommitGroup group() {
		return this.work.group();
	}

	void commit() {
		this.work.group().commit();
	}

	void add(Connection connection) {
		this.work.add(connection, this.workStartedNanos);
	}

	// Returns the next connection to answer, or null.
	@Nullable Connection next() {
		return this.work.next();
	}

	boolean isEmpty() {
		return this.work.isEmpty();
	}

	/**
	 * Returns whether those who are to be answered have waited long enough.
	 * @param nanos how long that is, in nanoseconds
	 * @return whether one of them has waited longer
	 */
	boolean isOverdue(long nanos) {
		return !isEmpty() && this.work.heldNanos() > nanos;
	}

	// What comes now may take long, and others may take the lead meanwhile.
	void beginWork() {
		this.workStartedNanos = System.nanoTime();
		this.state.compareAndSet(State.LEADING, State.WORKING);
	}

	/**
	 * Ends what may have taken long.
	 * @return whether the thread leads still
	 */
	boolean endWork() {
		return this.state.compareAndSet(State.WORKING, State.LEADING);
	}

	/**
	 * Begins with a frame.
	 * @param nanos how long its commands are executed here, in nanoseconds
	 */
	void beginFrame(long nanos) {
		this.frameBeganNanos = System.nanoTime();
		this.frameNanos = nanos;
	}

	// Nor does a frame go on beside everybody else once its thread has left the loop.
	@Override
	public boolean isOver() {
		return this.frameNanos != NEVER && (System.nanoTime() - this.frameBeganNanos > this.frameNanos || isLost());
	}

	@Override
	public boolean sharesCommits() {
		return this.frameNanos != NEVER;
	}

	/**
	 * {@inheritDoc} Other clients are not answered meanwhile, so they can be taken over;
	 * and they are handed over at once if they have waited for reads before. This leader
	 * has another group then.
	 */
	@Override
	public void beginRead() {
		if (isEmpty()) {
			return;
		}
		if (this.work.heldNanos() > PATIENCE_NANOS) {
			leave();
			return;
		}
		this.offered.set(takeWork());
		if (isLost()) {
			// Whoever took the lead may have looked before.
			leave();
		}
	}

	// Takes back what has been offered, unless somebody else has it.
	@Override
	public void endRead() {
		PendingWork rest = takeOffered();
		if (rest != null) {
			giveBack(rest);
		}
	}

	// Returns what another thread is to go on with, or null: on any thread.
	@Nullable PendingWork takeOffered() {
		return this.offered.getAndSet(null);
	}

	boolean isLost() {
		return this.state.get() == State.LOST;
	}

	/**
	 * Loses the lead, on its own thread.
	 * @return whether it was not over already
	 */
	boolean lose() {
		return this.state.getAndSet(State.LOST) != State.LOST;
	}

	/**
	 * Loses the lead if its thread has been working for too long.
	 * @param patienceNanos how long is too long, in nanoseconds
	 * @return whether that was so
	 */
	boolean loseIfStuck(long patienceNanos) {
		return this.state.get() == State.WORKING && System.nanoTime() - this.workStartedNanos > patienceNanos
				&& this.state.compareAndSet(State.WORKING, State.LOST);
	}

	/**
	 * Returns whether nothing has been worked on for some time.
	 * @param nanos the time, in nanoseconds
	 * @return whether that is so
	 */
	boolean isQuiet(long nanos) {
		return this.state.get() == State.LEADING && System.nanoTime() - this.workStartedNanos > nanos;
	}

	/**
	 * Leaves the loop to other threads, and all but the connection that is being served.
	 */
	@Override
	public void leave() {
		this.leaving.accept(this);
	}

	@Override
	public void beginWait() {
		leave();
	}

	/**
	 * Takes away what this one has in hand.
	 * @return the work
	 */
	PendingWork takeWork() {
		PendingWork taken = this.work;
		this.work = taken.another();
		return taken;
	}

	/**
	 * Gives back what was taken away, because no other thread is there to go on with it.
	 * @param taken the work; this one has none
	 */
	void giveBack(PendingWork taken) {
		this.work = taken;
	}

	private enum State {

		/** Between two pieces of work. */
		LEADING,

		/** Executes frames, or commits. */
		WORKING,

		/** Another thread leads. */
		LOST

	}

}
