package io.eardrum.client;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import org.jspecify.annotations.Nullable;

/**
 * The connection of a client, from its start until the client is closed. When it has been
 * given up, the next use opens another one if the {@linkplain ClientOptions#reconnect()
 * options} say so, and fails otherwise.
 * <p>
 * Threads that use it take turns; any thread may {@linkplain #close() close} it.
 */
final class ReconnectingConnection implements AutoCloseable {

	private final ClientOptions options;

	private volatile ClientConnection connection;

	/** Why the connection was given up; {@code null} while it is in use. */
	private @Nullable MetricClientException lost;

	/**
	 * Reaches 0 when the client is closed, which ends the pause before another attempt.
	 */
	private final CountDownLatch closed = new CountDownLatch(1);

	/**
	 * Connects to a server.
	 * @param options where it is, and how to talk to it
	 * @throws MetricClientException if there is no connection
	 */
	ReconnectingConnection(ClientOptions options) {
		this.options = options;
		this.connection = ClientConnection.open(options);
	}

	/**
	 * Gives the connection up after a failure. Only the thread whose turn it is calls
	 * this.
	 * @param reason the failure
	 */
	void giveUp(MetricClientException reason) {
		if (this.lost == null) {
			this.lost = reason;
		}
		this.connection.abort();
	}

	/**
	 * Returns a usable connection, and opens another one if that is necessary and
	 * allowed. Only the thread whose turn it is calls this.
	 * @return the connection
	 * @throws MetricClientException if there is none
	 */
	ClientConnection connected() {
		failIfClosed();
		if (this.connection.isAborted()) {
			Backoff backoff = this.options.reconnect();
			if (backoff == null) {
				String reason = (this.lost != null) ? this.lost.getMessage() : "it failed";
				throw new MetricClientException(MetricClientException.Reason.CLOSED,
						"the connection was given up: " + reason, this.lost);
			}
			this.connection = reconnect(backoff);
			this.lost = null;
			if (isClosed()) {
				this.connection.abort();
				failIfClosed();
			}
		}
		return this.connection;
	}

	/**
	 * Closes the connection for good. Any thread may do so. Waiting reads, writes and
	 * pauses end at once; an attempt to connect ends by itself.
	 */
	@Override
	public void close() {
		this.closed.countDown();
		this.connection.abort();
	}

	private boolean isClosed() {
		return this.closed.getCount() == 0;
	}

	private void failIfClosed() {
		if (isClosed()) {
			throw new MetricClientException(MetricClientException.Reason.CLOSED, "the client is closed");
		}
	}

	private ClientConnection reconnect(Backoff backoff) {
		long startNanos = System.nanoTime();
		for (int failures = 1;; failures++) {
			failIfClosed();
			try {
				return ClientConnection.open(this.options);
			}
			catch (MetricClientException ex) {
				long delayNanos = backoff.delayNanos(failures);
				if (backoff.isOver(System.nanoTime() - startNanos, delayNanos)) {
					failIfClosed();
					throw ex;
				}
				pause(delayNanos);
			}
		}
	}

	private void pause(long nanos) {
		try {
			if (this.closed.await(nanos, TimeUnit.NANOSECONDS)) {
				failIfClosed();
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new MetricClientException(MetricClientException.Reason.UNREACHABLE, "the thread was interrupted", ex);
		}
	}

}
