package io.eardrum.server.loop;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

import io.eardrum.server.command.CommitGroup;
import io.eardrum.server.connection.Connection;

/**
 * The loops that serve the connections of all ports, and the threads that lead them.
 */
public final class EventLoopGroup implements AutoCloseable {

	/**
	 * Ample for serving a connection, and a tenth of what would be reserved otherwise.
	 */
	private static final long STACK_LENGTH = 512 * 1024;

	private final AtomicLong threadCount = new AtomicLong();

	private final ThreadPoolExecutor threads = new ThreadPoolExecutor(0, Integer.MAX_VALUE, 10, TimeUnit.SECONDS,
			new SynchronousQueue<>(), this::thread);

	private final List<EventLoop> loops = new ArrayList<>();

	private final EventLoopSupervisor supervisor = new EventLoopSupervisor(this.loops);

	private final FrameWorkers workers;

	private final AtomicInteger next = new AtomicInteger();

	/**
	 * Starts one loop for every two processors. With fewer loops, one fsync commits more
	 * frames. Large frames leave their loop, and clients, the store and its compactions
	 * need processors too.
	 * @param groups makes groups for puts
	 */
	public EventLoopGroup(Supplier<CommitGroup> groups) {
		this.workers = new FrameWorkers(this.threads, Runtime.getRuntime().availableProcessors(),
				this.supervisor::wakeUp, groups);
		this.supervisor.lookAfter(this.workers);
		int count = Math.max(1, Runtime.getRuntime().availableProcessors() / 2);
		try {
			for (int i = 0; i < count; i++) {
				this.loops.add(new EventLoop(this.threads, this.supervisor::wakeUp, this.workers, groups));
			}
		}
		catch (IOException ex) {
			throw new UncheckedIOException("The system gives no selector", ex);
		}
		this.loops.forEach(EventLoop::start);
		Thread thread = new Thread(this.supervisor, "eardrum-tcp-supervisor");
		thread.setDaemon(true);
		thread.start();
	}

	/**
	 * Has a connection served by the next loop.
	 * @param connection the connection
	 */
	public void register(Connection connection) {
		int loop = Math.floorMod(this.next.getAndIncrement(), this.loops.size());
		this.loops.get(loop).register(connection);
	}

	/**
	 * Runs something else, such as accepting clients, on a thread of its own.
	 * @param task the task
	 */
	public void execute(Runnable task) {
		this.threads.execute(task);
	}

	@Override
	public void close() {
		this.supervisor.close();
		this.loops.forEach(EventLoop::close);
		this.workers.close();
		this.threads.shutdown();
	}

	private Thread thread(Runnable task) {
		Thread thread = new Thread(null, task, "eardrum-tcp-" + this.threadCount.incrementAndGet(), STACK_LENGTH);
		thread.setDaemon(true);
		return thread;
	}

}
