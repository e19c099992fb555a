package io.eardrum.server.loop;

import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import io.eardrum.server.limit.DefectLog;

/**
 * Moves a loop to another thread when its current one has been busy for too long. One
 * thread looks at all loops every 10 ms. It sleeps while no loop has anything to do, so
 * an idle server costs nothing.
 */
final class EventLoopSupervisor implements Runnable, AutoCloseable {

	private static final Log logger = LogFactory.getLog(EventLoopSupervisor.class);

	private static final long PERIOD_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

	/** Long enough that a loop with little to do seldom has to wake the supervisor. */
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
	 * Supervises workers as well, from now on.
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

	// A defect ends neither this thread nor the supervision of other loops.
	private void supervise(Runnable look) {
		try {
			look.run();
		}
		catch (RuntimeException | Error ex) {
			this.defects.survive("A loop could not be supervised", ex);
		}
	}

	/**
	 * Wakes the supervisor. A loop calls this after it has begun to work, and when it
	 * needs another thread. Cheap.
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

	// A loop begins to work before it looks whether this thread sleeps. This thread says
	// that it sleeps before it looks at the loops. So one of them sees the other.
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
