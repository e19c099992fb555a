package io.eardrum.cli;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import io.eardrum.client.MetricClient;
import io.eardrum.client.MetricClientException;

/**
 * Bounds how long a command that prints nothing before it is done may take: a server that
 * sends rows without end would keep it for ever. When the time is over, the connection is
 * closed.
 */
final class TimeLimit implements AutoCloseable {

	private final CountDownLatch done = new CountDownLatch(1);

	private final Duration limit;

	private volatile boolean over;

	private TimeLimit(Duration limit) {
		this.limit = limit;
	}

	/**
	 * Does something within a time.
	 * @param client the client it is done with
	 * @param startNanos when the time began, as {@link System#nanoTime()} says
	 * @param limit how long it may take
	 * @param task what to do
	 * @throws TimeOverException if the time was not enough
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
	 * The time was not enough.
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
