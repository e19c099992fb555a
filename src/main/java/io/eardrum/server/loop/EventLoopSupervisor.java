package io.eardrum.server.loop;

import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import io.eardrum.server.limit.DefectLog;

/**
 * Sees to it that no loop is stuck: a thread that looks at all of them every 10 ms, and
 * sleeps while none of them has anything to do, so that an idle server costs nothing.
 */
final class EventLoopSupervisor implements Runnable, AutoCloseable {

	private static final Log logger = LogFactory.getLog(EventLoopSupervisor.class);

	private static final long PERIOD_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

	/** Long enough that a loop with little to do seldom has to wake this thread. */
	private static final long QUIET_NANOS = TimeUnit.SECONDS.toNanos(1);

	private final DefectLog defects = new DefectLog(logger);

	private final List<EventLoop> loops;

	private volatile @Nullable FrameWorkers workers;

	private volatile @Nullable Thread thread;

	private volatile boolean asleep;

	private volatile boolean closed;

	/**
	 * Creates a supervisor.
	 * @param loops the loops, all there when this is run
	 */
	EventLoopSupervisor(List<EventLoop> loops) {
		this.loops = loops;
	}

	/**
	 * Looks after workers as well, from now on.
	 * @param added the workers
	 */
	void lookAfter(FrameWorkers added) {
		this.workers = added;
	}

	@Override
	public void run() {
		this.thread = Thread.currentThread();
		while (!this.closed) {
			this.loops.forEach((loop) -> supervise(loop::supervise));
			FrameWorkers added = this.workers;
			if (added != null) {
				supervise(added::supervise);
			}
			if (isQuiet()) {
				sleep();
			}
			else {
				LockSupport.parkNanos(this, PERIOD_NANOS);
			}
		}
	}

	// A defect ends neither this thread nor the supervision of the others.
	private void supervise(Runnable look) {
		try {
			look.run();
		}
		catch (RuntimeException | Error ex) {
			this.defects.survive("A loop could not be supervised", ex);
		}
	}

	/**
	 * To be called by a loop after it has begun to work, or needs another thread. Cheap.
	 */
	void wakeUp() {
		if (this.asleep) {
			this.asleep = false;
			LockSupport.unpark(this.thread);
		}
	}

	@Override
	public void close() {
		this.closed = true;
		LockSupport.unpark(this.thread);
	}

	// A loop begins to work before it looks whether this thread sleeps, and this thread
	// says so before it looks at the loops: one of them sees the other.
	private void sleep() {
		this.asleep = true;
		while (this.asleep && !this.closed && isQuiet()) {
			LockSupport.park(this);
		}
		this.asleep = false;
	}

	private boolean isQuiet() {
		for (EventLoop loop : this.loops) {
			if (!loop.isQuiet(QUIET_NANOS)) {
				return false;
			}
		}
		FrameWorkers added = this.workers;
		return added == null || added.isQuiet();
	}

}
