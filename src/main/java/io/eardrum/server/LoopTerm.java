package io.eardrum.server;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

import org.jspecify.annotations.Nullable;

/**
 * The time for which one thread leads a {@link FrameLoop}, and what it has in hand: the
 * puts to commit, and the connections to answer behind that.
 * <p>
 * Used by the thread that leads, except that others may take the lead away from it while
 * it works on frames or a commit: then it touches nothing else of the loop. While it
 * reads from the store, they get what it has in hand as well.
 */
final class LoopTerm {

	/** How long puts wait, at most, for reads that take no long time each. */
	private static final long PATIENCE_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

	private final FrameLoop loop;

	private final AtomicReference<State> state = new AtomicReference<>(State.LEADING);

	private Round round = new Round();

	private Queue<FrameConnection> unanswered = new ArrayDeque<>();

	/** What this had in hand before its thread began to read; whoever takes it has it. */
	private final AtomicReference<@Nullable LoopTerm> offered = new AtomicReference<>();

	/** Since when there are connections to answer; meaningless while there are none. */
	private long heldSinceNanos;

	private volatile long workStartedNanos;

	LoopTerm(FrameLoop loop) {
		this.loop = loop;
	}

	Round round() {
		return this.round;
	}

	void commit() {
		this.round.commit();
	}

	void add(FrameConnection connection) {
		if (this.unanswered.isEmpty()) {
			this.heldSinceNanos = this.workStartedNanos;
		}
		this.unanswered.add(connection);
	}

	// The next connection to be answered, or null.
	@Nullable FrameConnection next() {
		return this.unanswered.poll();
	}

	boolean isEmpty() {
		return this.unanswered.isEmpty();
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
	 * A frame that has no puts in the round is about to read from the store. Others are
	 * not answered meanwhile, so they can be taken over; and they are handed over at once
	 * if they have waited for reads before. This term has another round then.
	 */
	void beginRead() {
		if (this.unanswered.isEmpty()) {
			return;
		}
		if (System.nanoTime() - this.heldSinceNanos > PATIENCE_NANOS) {
			leave();
			return;
		}
		this.offered.set(split());
		if (isLost()) {
			// Whoever took the lead may have looked before.
			leave();
		}
	}

	// Takes back what has been offered, unless somebody else has it.
	void endRead() {
		LoopTerm rest = takeOffered();
		if (rest != null) {
			join(rest);
		}
	}

	// What another thread is to go on with, if there is something: on any thread.
	@Nullable LoopTerm takeOffered() {
		return this.offered.getAndSet(null);
	}

	boolean isLost() {
		return this.state.get() == State.LOST;
	}

	/**
	 * Ends this term, on its own thread.
	 * @return whether it was not over already
	 */
	boolean lose() {
		return this.state.getAndSet(State.LOST) != State.LOST;
	}

	/**
	 * Ends this term if its thread has been working for too long.
	 * @param patienceNanos how long is too long, in nanoseconds
	 * @return whether that was so
	 */
	boolean loseIfStuck(long patienceNanos) {
		return this.state.get() == State.WORKING && System.nanoTime() - this.workStartedNanos > patienceNanos
				&& this.state.compareAndSet(State.WORKING, State.LOST);
	}

	/**
	 * Tells whether nothing has been worked on for some time.
	 * @param nanos the time, in nanoseconds
	 * @return whether that is so
	 */
	boolean isQuiet(long nanos) {
		return this.state.get() == State.LEADING && System.nanoTime() - this.workStartedNanos > nanos;
	}

	/**
	 * Leaves the loop to other threads, and all but the connection that is being served.
	 */
	void leave() {
		this.loop.leave(this);
	}

	/**
	 * Splits off what this term has in hand. On its own thread, as all that touches it.
	 * @return a new term that has it
	 */
	LoopTerm split() {
		LoopTerm rest = new LoopTerm(this.loop);
		rest.join(this);
		this.round = new Round();
		this.unanswered = new ArrayDeque<>();
		return rest;
	}

	// Gives up the memory of a round that has nothing in it.
	void shrink() {
		if (this.round.isEmpty()) {
			this.round = new Round();
		}
	}

	void join(LoopTerm other) {
		this.round = other.round;
		this.unanswered = other.unanswered;
		this.heldSinceNanos = other.heldSinceNanos;
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
