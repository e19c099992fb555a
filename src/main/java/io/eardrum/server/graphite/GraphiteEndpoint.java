package io.eardrum.server.graphite;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.context.SmartLifecycle;

import io.eardrum.protocol.LineParser;
import io.eardrum.server.TcpEndpoint;
import io.eardrum.server.event.GraphiteObserver;
import io.eardrum.server.gateway.CommandServiceActivator;
import io.eardrum.server.gateway.FrameConnectionFactory;
import io.eardrum.server.gateway.PortBindException;
import io.eardrum.server.gateway.PortSettings;
import io.eardrum.server.limit.InboundMemoryLimit;

/**
 * The port for Graphite's plaintext protocol, TCP and UDP, as the rest of the application
 * sees it. Its TCP sessions end together with those of the {@link TcpEndpoint}. When the
 * server stops, datagrams that have arrived are stored.
 * <p>
 * Safe for any number of threads.
 */
public final class GraphiteEndpoint implements SmartLifecycle {

	private static final Log logger = LogFactory.getLog(GraphiteEndpoint.class);

	private final PortSettings settings;

	private final FrameConnectionFactory connectionFactory;

	private final LineParser datagramParser;

	private final CommandServiceActivator activator;

	private final GraphiteObserver observer;

	private final Duration gracePeriod;

	private final InboundMemoryLimit memory;

	private volatile @Nullable DatagramReceiver receiver;

	/**
	 * Creates the endpoint.
	 * @param settings where it listens
	 * @param connectionFactory listens on TCP
	 * @param datagramParser parses lines that arrive on UDP
	 * @param activator executes them
	 * @param observer counts what arrives on UDP
	 * @param gracePeriod how long the last datagrams may take to be stored when the
	 * server stops
	 * @param memory accounts for what has arrived on UDP and is not stored yet
	 */
	GraphiteEndpoint(PortSettings settings, FrameConnectionFactory connectionFactory, LineParser datagramParser,
			CommandServiceActivator activator, GraphiteObserver observer, Duration gracePeriod,
			InboundMemoryLimit memory) {
		this.settings = settings;
		this.connectionFactory = connectionFactory;
		this.datagramParser = datagramParser;
		this.activator = activator;
		this.observer = observer;
		this.gracePeriod = gracePeriod;
		this.memory = memory;
	}

	/**
	 * Returns the address that clients can send to.
	 * @return the address with the bound port, or {@code null} unless the port is open on
	 * both TCP and UDP
	 */
	public @Nullable InetSocketAddress addressIfListening() {
		DatagramReceiver udp = this.receiver;
		boolean listening = this.connectionFactory.isListening() && udp != null && udp.isListening();
		return listening ? this.connectionFactory.boundAddress() : null;
	}

	/**
	 * Returns how many clients are connected on TCP.
	 * @return the number of connections
	 */
	public int connectionCount() {
		return this.connectionFactory.connectionCount();
	}

	/**
	 * Returns whether this system counts the datagrams that it drops.
	 * @return whether {@link #droppedDatagrams()} is meaningful
	 */
	public static boolean knowsDroppedDatagrams() {
		return UdpDropCounter.areKnown();
	}

	/**
	 * Returns how many datagrams are lost because they arrived while the system's buffer
	 * was full.
	 * @return the number of datagrams since the start
	 */
	public long droppedDatagrams() {
		InetSocketAddress address = addressIfListening();
		return (address != null) ? UdpDropCounter.of(address) : 0;
	}

	// Starts after the gateway, and stops before anything that storing needs.
	@Override
	public int getPhase() {
		return Integer.MAX_VALUE;
	}

	@Override
	public void start() {
		InetSocketAddress address = this.connectionFactory.boundAddress();
		if (address == null) {
			throw new IllegalStateException("the TCP port of Graphite's protocol is not open");
		}
		try {
			DatagramReceiver udp = new DatagramReceiver(address, this.settings.allowed(), this.datagramParser,
					this.activator, this.observer, this.memory);
			this.receiver = udp;
			udp.start();
			logger.info("Listening for Graphite's plaintext protocol on " + address.getAddress().getHostAddress()
					+ " port " + address.getPort() + ", TCP and UDP (with room for " + udp.receiveBufferLength() / 1024
					+ " KiB)");
		}
		catch (IOException ex) {
			throw new PortBindException(this.settings, new IOException("UDP: " + ex.getMessage(), ex));
		}
	}

	@Override
	public boolean isRunning() {
		return this.receiver != null;
	}

	@Override
	public void stop() {
		end().join();
	}

	// The TCP sessions end at the same time.
	@Override
	@SuppressWarnings("FutureReturnValueIgnored") // The callback is all that follows.
	public void stop(Runnable callback) {
		end().thenRun(callback);
	}

	// The future completes when everything that had arrived is stored, or the grace
	// period is over.
	private CompletableFuture<Void> end() {
		DatagramReceiver udp = this.receiver;
		this.receiver = null;
		if (udp == null) {
			return CompletableFuture.completedFuture(null);
		}
		return udp.stop()
			.thenApply((none) -> true)
			.completeOnTimeout(false, this.gracePeriod.toMillis(), TimeUnit.MILLISECONDS)
			.thenAccept((stored) -> {
				if (!stored) {
					logger.warn("Closed the port for Graphite's protocol before all datagrams were stored");
				}
			});
	}

}
