package io.eardrum.server.connection;

import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

import org.jspecify.annotations.Nullable;

import io.eardrum.server.event.ResetReason;

/**
 * Resets connections whose clients do not take their replies, or are silent for too long.
 * One thread looks at all connections periodically. A timeout is therefore exceeded by up
 * to a quarter of it, and by a second at most. A failure for one connection does not keep
 * the watchdog from the others.
 */
public final class ConnectionWatchdog implements AutoCloseable {

	private static final long MAX_PERIOD_MILLIS = 1000;

	private final ConnectionRegistry registry;

	private final long writeTimeoutNanos;

	private final long idleTimeoutNanos;

	private final long periodMillis;

	private final ScheduledExecutorService scheduler = Executors
		.newSingleThreadScheduledExecutor(ConnectionWatchdog::thread);

	private @Nullable ScheduledFuture<?> checks;

	public ConnectionWatchdog(ConnectionRegistry registry, Duration writeTimeout, Duration idleTimeout) {
		this.registry = registry;
		this.writeTimeoutNanos = writeTimeout.toNanos();
		this.idleTimeoutNanos = idleTimeout.toNanos();
		long shortest = writeTimeout.toMillis();
		if (!idleTimeout.isZero()) {
			shortest = Math.min(shortest, idleTimeout.toMillis());
		}
		this.periodMillis = Math.max(1, Math.min(MAX_PERIOD_MILLIS, shortest / 4));
	}

	public void start() {
		this.checks = this.scheduler.scheduleWithFixedDelay(() -> {
			try {
				this.registry.forEach(this::check);
			}
			catch (OutOfMemoryError ex) {
				// The scheduler would swallow the error.
				Thread current = Thread.currentThread();
				current.getUncaughtExceptionHandler().uncaughtException(current, ex);
				throw ex;
			}
		}, this.periodMillis, this.periodMillis, TimeUnit.MILLISECONDS);
	}

	@Override
	public void close() {
		ScheduledFuture<?> task = this.checks;
		if (task != null) {
			task.cancel(false);
		}
		this.scheduler.shutdownNow();
	}

	private void check(Connection connection) {
		connection.closeIfOverdue();
		if (connection.isHandshakeOverdue()) {
			connection.reset(ResetReason.HANDSHAKE);
		}
		else if (connection.blockedNanos() > this.writeTimeoutNanos) {
			connection.reset(ResetReason.WRITE_TIMEOUT);
		}
		else if (this.idleTimeoutNanos > 0 && connection.isIdle() && connection.silentNanos() > this.idleTimeoutNanos
				&& connection.endIfIdle()) {
			connection.reset(ResetReason.IDLE_TIMEOUT);
		}
	}

	private static Thread thread(Runnable task) {
		Thread thread = new Thread(task, "eardrum-tcp-watchdog");
		thread.setDaemon(true);
		return thread;
	}

}
