package io.eardrum.server.loop;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;

import io.eardrum.server.command.CommitGroup;
import io.eardrum.server.command.Turn;
import io.eardrum.server.connection.Connection;

/**
 * The role of one thread in an {@link EventLoop}: whether it leads, and the work that it
 * has in hand. {@link Leadership} creates one that leads whenever it appoints a leader. A
 * thread that only finishes work has one that never leads.
 * <p>
 * Used by its own thread. Another thread may take the lead away while this one executes
 * frames or commits, and this one then touches nothing else of the loop. While this one
 * reads from the store, the other thread gets its work as well.
 */
final class Leader implements Turn {

	private static final long NEVER = Long.MAX_VALUE;

	/** How long puts wait at most for reads, each of which is short. */
	private static final long PATIENCE_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

	/** How many replies are held back at most. Each may take 64 KiB of memory. */
	private static final int MAX_READY = 64;

	private final Consumer<Leader> leaving;

	private final Consumer<Leader> answering;

	private final AtomicReference<State> state;

	private PendingWork work;

	/** Whether the work is offered to others while this thread reads. */
	private boolean offering;

	/** The work that is offered. The first thread that takes it has it. */
	private final AtomicReference<@Nullable PendingWork> offered = new AtomicReference<>();

	private volatile long workStartedNanos;

	/** How long the frame may be executed that is being executed. */
	private long frameNanos = NEVER;

	private Leader(PendingWork work, Consumer<Leader> leaving, Consumer<Leader> answering, State state) {
		this.leaving = leaving;
		this.answering = answering;
		this.work = work;
		this.state = new AtomicReference<>(state);
	}

	/**
	 * Creates the role of a thread that leads.
	 * @param work what the thread begins with
	 * @param leaving has another thread go on with the work that this one
	 * {@linkplain #leave leaves}
	 * @param answering has another thread answer the clients that wait for no commit
	 * @return the leader
	 */
	static Leader leading(PendingWork work, Consumer<Leader> leaving, Consumer<Leader> answering) {
		return new Leader(work, leaving, answering, State.LEADING);
	}

	/**
	 * Creates the role of a thread that finishes the work of another one.
	 * @param work what is left
	 * @param leaving has another thread go on with the work that this one
	 * {@linkplain #leave leaves}
	 * @param answering has another thread answer the clients that wait for no commit
	 * @return the leader
	 */
	static Leader lost(PendingWork work, Consumer<Leader> leaving, Consumer<Leader> answering) {
		return new Leader(work, leaving, answering, State.LOST);
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

	/**
	 * Adds a connection whose reply waits for no commit.
	 * @param connection the connection
	 * @return whether such replies have to be sent now, because there are many of them
	 */
	boolean addReady(Connection connection) {
		this.work.addReady(connection, this.workStartedNanos);
		return this.work.readyCount() >= MAX_READY;
	}

	boolean hasReady() {
		return this.work.readyCount() > 0;
	}

	// Returns the next connection to answer before the commit, or null.
	@Nullable Connection nextReady() {
		return this.work.nextReady();
	}

	// Returns the next connection to answer after the commit, or null.
	@Nullable Connection next() {
		return this.work.next();
	}

	boolean isEmpty() {
		return this.work.isEmpty();
	}

	// Returns for how long the first client has waited for its answer, in nanoseconds.
	long heldNanos() {
		return this.work.heldNanos();
	}

	/**
	 * Returns whether a client has waited too long for its answer.
	 * @param nanos how long that is, in nanoseconds
	 * @return whether one has waited longer
	 */
	boolean isOverdue(long nanos) {
		return !isEmpty() && this.work.heldNanos() > nanos;
	}

	// Begins what may take long. Another thread may take the lead meanwhile.
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
	 * Begins with a frame, which is the {@linkplain #beginWork work} that has just begun.
	 * @param nanos how long its commands are executed here, in nanoseconds
	 */
	void beginFrame(long nanos) {
		this.frameNanos = nanos;
	}

	/**
	 * Returns when the work began.
	 * @return the time, by {@link System#nanoTime()}
	 */
	long workStartedNanos() {
		return this.workStartedNanos;
	}

	// A frame also stops when its thread has lost the lead, and goes on in its turn.
	@Override
	public boolean isOver() {
		return this.frameNanos != NEVER && (System.nanoTime() - this.workStartedNanos > this.frameNanos || isLost());
	}

	@Override
	public boolean sharesCommits() {
		return this.frameNanos != NEVER;
	}

	/**
	 * {@inheritDoc} Other clients are not answered meanwhile, so another thread can take
	 * their work over. It gets the work at once if they have waited for reads before.
	 * This leader then has another group.
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
		this.offering = true;
		this.offered.set(this.work);
		if (isLost()) {
			// The thread that took the lead may have looked before.
			leave();
		}
	}

	/**
	 * {@inheritDoc} The clients that wait for no commit do not wait for this one either.
	 */
	@Override
	public void beginCommit() {
		if (hasReady()) {
			this.answering.accept(this);
		}
	}

	// Takes the offered work back, unless another thread has it.
	@Override
	public void endRead() {
		if (this.offering) {
			this.offering = false;
			if (takeOffered() == null) {
				// Another thread has it.
				this.work = this.work.another();
			}
		}
	}

	// Returns work for another thread, or null. Any thread may call this.
	@Nullable PendingWork takeOffered() {
		return this.offered.getAndSet(null);
	}

	boolean isLost() {
		return this.state.get() == State.LOST;
	}

	/**
	 * Loses the lead, on its own thread.
	 * @return whether it had the lead
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
	 * Returns whether the thread has had no work for some time.
	 * @param nanos the time, in nanoseconds
	 * @return whether that is so
	 */
	boolean isQuiet(long nanos) {
		return this.state.get() == State.LEADING && System.nanoTime() - this.workStartedNanos > nanos;
	}

	/**
	 * Leaves the loop to another thread, with all work but the connection that is being
	 * served.
	 */
	@Override
	public void leave() {
		this.leaving.accept(this);
	}

	@Override
	public boolean awaitsReads() {
		return true;
	}

	@Override
	public void beginWait() {
		leave();
	}

	/**
	 * Takes the work away.
	 * @return the work
	 */
	PendingWork takeWork() {
		PendingWork taken = this.work;
		this.work = taken.another();
		return taken;
	}

	/**
	 * Takes the connections away whose replies wait for no commit.
	 * @return work with these connections alone
	 */
	PendingWork takeReady() {
		return this.work.splitReady();
	}

	void giveBackReady(PendingWork taken) {
		this.work.addReady(taken);
	}

	/**
	 * Gives the work back, because there is no other thread to go on with it.
	 * @param taken the work; this leader has none
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
