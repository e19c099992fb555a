package io.eardrum.server.loop;

import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;

import io.eardrum.server.command.CommitGroup;
import io.eardrum.server.command.Turn;
import io.eardrum.server.connection.Connection;

/**
 * The turn of one frame on one of the threads that serve frames beside the loops.
 * <p>
 * Used by that thread; other threads may ask whether it is stuck.
 */
final class WorkerTurn implements Turn {

	/** How long commands are executed until it is the turn of others, if some wait. */
	private static final long TURN_NANOS = TimeUnit.MILLISECONDS.toNanos(3);

	/** A turn is much shorter. If it takes so long, its thread waits for something. */
	private static final long STUCK_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

	private final Connection connection;

	private final BooleanSupplier othersWait;

	private final Consumer<WorkerTurn> ending;

	private @Nullable CommitGroup group;

	private volatile long beganNanos = System.nanoTime();

	private volatile @Nullable Thread thread;

	/** Whether its thread seems to run. Guarded by the lock of the workers. */
	private boolean running = true;

	/** Written by its own thread, or before the turn has one. */
	private boolean ended;

	/**
	 * Creates a turn, for which there is no thread yet.
	 * @param connection the connection that has the frame
	 * @param othersWait returns whether frames wait for a turn
	 * @param ending lets another frame have a turn, because this thread is about to wait
	 */
	WorkerTurn(Connection connection, BooleanSupplier othersWait, Consumer<WorkerTurn> ending) {
		this.connection = connection;
		this.othersWait = othersWait;
		this.ending = ending;
	}

	Connection connection() {
		return this.connection;
	}

	/**
	 * Begins, on the thread that calls this.
	 * @param threadGroup where the puts of the thread go, which is empty
	 */
	void begin(CommitGroup threadGroup) {
		this.group = threadGroup;
		this.beganNanos = System.nanoTime();
		this.thread = Thread.currentThread();
	}

	/**
	 * Ends the turn.
	 * @return whether it had not ended
	 */
	boolean end() {
		boolean first = !this.ended;
		this.ended = true;
		return first;
	}

	boolean isRunning() {
		return this.running;
	}

	/**
	 * Looks whether the thread runs. Called under the lock of the workers.
	 * @return whether it does not seem to wait for anything
	 */
	boolean looksRunning() {
		this.running = !isStuck();
		return this.running;
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

	private long nanos() {
		return System.nanoTime() - this.beganNanos;
	}

	@Override
	public CommitGroup group() {
		return Objects.requireNonNull(this.group);
	}

	@Override
	public boolean isOver() {
		if (this.ended) {
			return true;
		}
		if (nanos() <= TURN_NANOS) {
			return false;
		}
		if (this.othersWait.getAsBoolean()) {
			return true;
		}
		// No other frame waits, so this turn begins anew.
		this.beganNanos = System.nanoTime();
		return false;
	}

	@Override
	public boolean awaitsReads() {
		return true;
	}

	@Override
	public void beginWait() {
		this.ending.accept(this);
	}

}
