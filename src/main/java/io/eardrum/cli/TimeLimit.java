package io.eardrum.cli;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import io.eardrum.client.MetricClient;
import io.eardrum.client.MetricClientException;

/**
 * Limits how long a command may take that prints nothing before it is done, because a
 * server that sends rows without end would keep it running for ever. When the time is
 * over, the connection is closed.
 */
final class TimeLimit implements AutoCloseable {

	private final CountDownLatch done = new CountDownLatch(1);

	private final Duration limit;

	private volatile boolean over;

	private TimeLimit(Duration limit) {
		this.limit = limit;
	}

	/**
	 * Runs a task within a time.
	 * @param client the client that the task uses
	 * @param startNanos when the time began, as {@link System#nanoTime()} gives it
	 * @param limit how long the task may take
	 * @param task the task
	 * @throws TimeOverException if the task took longer
	 */
	static void run(MetricClient client, long startNanos, Duration limit, Runnable task) {
		try (TimeLimit bound = new TimeLimit(limit)) {
			bound.start(client, startNanos);
			try {
				task.run();
			}
			catch (MetricClientException ex) {
				if (bound.over && ex.reason() == MetricClientException.Reason.CLOSED) {
					throw new TimeOverException(bound.limit);
				}
				throw ex;
			}
		}
	}

	private void start(MetricClient client, long startNanos) {
		Thread thread = new Thread(() -> end(client, startNanos), "time-limit");
		thread.setDaemon(true);
		thread.start();
	}

	private void end(MetricClient client, long startNanos) {
		try {
			long left = this.limit.toNanos() - (System.nanoTime() - startNanos);
			if (!this.done.await(left, TimeUnit.NANOSECONDS)) {
				this.over = true;
				client.close();
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	@Override
	public void close() {
		this.done.countDown();
	}

	/**
	 * A task took longer than its time limit.
	 */
	static final class TimeOverException extends RuntimeException {

		private TimeOverException(Duration limit) {
			super("not done within " + limit.toSeconds() + " s; --timeout allows more");
		}

		@Override
		public String getMessage() {
			return String.valueOf(super.getMessage());
		}

	}

}
