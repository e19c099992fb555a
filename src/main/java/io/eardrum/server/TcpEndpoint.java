package io.eardrum.server;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.context.SmartLifecycle;

import io.eardrum.server.connection.Connection;
import io.eardrum.server.connection.ConnectionRegistry;
import io.eardrum.server.connection.ConnectionWatchdog;
import io.eardrum.server.event.ResetReason;
import io.eardrum.server.gateway.FrameConnectionFactory;

/**
 * The TCP port as the rest of the application sees it. It also stops the port in good
 * order: it accepts no new clients, answers every command that has been read, and then
 * resets each session. It resets them because many clients react to a clean end of stream
 * by reading again for ever.
 * <p>
 * Safe for any number of threads.
 */
public final class TcpEndpoint implements SmartLifecycle {

	private static final Log logger = LogFactory.getLog(TcpEndpoint.class);

	private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

	private final FrameConnectionFactory connectionFactory;

	private final List<FrameConnectionFactory> others;

	private final ConnectionRegistry registry;

	private final ConnectionWatchdog watchdog;

	private final Duration gracePeriod;

	private volatile boolean running;

	/**
	 * Creates the endpoint.
	 * @param connectionFactory listens on the port
	 * @param others listen on other ports, whose sessions end together with those of this
	 * one
	 * @param registry knows the sessions of all of them
	 * @param watchdog watches the sessions
	 * @param gracePeriod how long commands that have been read may take to be answered
	 * when the server stops
	 */
	public TcpEndpoint(FrameConnectionFactory connectionFactory, List<FrameConnectionFactory> others,
			ConnectionRegistry registry, ConnectionWatchdog watchdog, Duration gracePeriod) {
		this.connectionFactory = connectionFactory;
		this.others = others;
		this.registry = registry;
		this.watchdog = watchdog;
		this.gracePeriod = gracePeriod;
	}

	/**
	 * Returns the address that clients can connect to.
	 * @return the address with the bound port
	 * @throws IllegalStateException if it does not listen
	 */
	public InetSocketAddress address() {
		InetSocketAddress address = this.connectionFactory.boundAddress();
		if (address == null) {
			throw new IllegalStateException("the TCP port is not open");
		}
		return address;
	}

	/**
	 * Returns the address that clients can connect to, if they can.
	 * @return the address with the bound port, or {@code null}
	 */
	public @Nullable InetSocketAddress addressIfListening() {
		return this.connectionFactory.isListening() ? this.connectionFactory.boundAddress() : null;
	}

	/**
	 * Returns how many clients are connected to this port.
	 * @return the number of connections
	 */
	public int connectionCount() {
		return this.connectionFactory.connectionCount();
	}

	/**
	 * Returns how many clients are connected to this port and the others together.
	 * @return the number of connections
	 */
	public int allConnectionCount() {
		return this.registry.size();
	}

	/**
	 * Returns how many clients may be connected at once, to all ports together.
	 * @return the number of connections at which further clients are turned away
	 */
	public int maxConnections() {
		return this.registry.limit();
	}

	/**
	 * Returns how many clients are not read from at the moment, because what others have
	 * sent takes all the memory for frames.
	 * @return the number of connections, to all ports together
	 */
	public int heldBackCount() {
		return this.registry.memory().frames().heldBack();
	}

	// Starts after the gateway, and stops before anything that answering needs.
	@Override
	public int getPhase() {
		return Integer.MAX_VALUE;
	}

	@Override
	public void start() {
		this.watchdog.start();
		this.running = true;
		InetSocketAddress address = address();
		logger.info("Listening for metrics on " + address.getAddress().getHostAddress() + " port " + address.getPort());
	}

	@Override
	public boolean isRunning() {
		return this.running;
	}

	@Override
	public void stop() {
		this.running = false;
		this.registry.stop();
		this.connectionFactory.stopAccepting();
		this.others.forEach(FrameConnectionFactory::stopAccepting);
		int sessions = this.registry.size();
		long deadlineNanos = System.nanoTime() + this.gracePeriod.toNanos();
		while (this.registry.size() > 0 && System.nanoTime() - deadlineNanos < 0) {
			this.registry.forEach(TcpEndpoint::resetIfAnswered);
			LockSupport.parkNanos(POLL_NANOS);
		}
		int unanswered = this.registry.size();
		this.registry.forEach((connection) -> connection.reset(ResetReason.SHUTDOWN));
		this.watchdog.close();
		logger.info("Closed the port for metrics and " + sessions + " sessions"
				+ ((unanswered > 0) ? ", " + unanswered + " of them before they were answered" : ""));
	}

	private static void resetIfAnswered(Connection connection) {
		connection.endIfIdle();
		if (connection.isEnded() && connection.undeliveredNanos() == 0) {
			connection.reset(ResetReason.SHUTDOWN);
		}
	}

}
