package io.eardrum.server.graphite;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.boot.diagnostics.FailureAnalysis;

import io.eardrum.address.NetworkList;
import io.eardrum.budget.HeapBudget;
import io.eardrum.budget.HeapUse;
import io.eardrum.metric.SeriesKey;
import io.eardrum.protocol.PlaintextParser;
import io.eardrum.protocol.ProtocolLimits;
import io.eardrum.server.PortBindFailureAnalyzer;
import io.eardrum.server.TcpEndpoint;
import io.eardrum.server.connection.ConnectionRegistry;
import io.eardrum.server.connection.ConnectionWatchdog;
import io.eardrum.server.event.GraphiteObserver;
import io.eardrum.server.fixture.Budgets;
import io.eardrum.server.fixture.InterceptedStorage;
import io.eardrum.server.gateway.CommandServiceActivator;
import io.eardrum.server.gateway.FrameConnectionFactory;
import io.eardrum.server.gateway.PortBindException;
import io.eardrum.server.gateway.PortSettings;
import io.eardrum.server.limit.InboundMemoryLimit;
import io.eardrum.storage.MetricRepository;
import io.eardrum.storage.fixture.TimestampChecks;
import io.eardrum.storage.memory.MemoryMetricRepository;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.mockito.BDDMockito.given;
import static org.mockito.Mockito.mock;

/**
 * Tests for {@link GraphiteEndpoint}, {@link TcpEndpoint} and the message about a port
 * that is not available.
 */
@Timeout(60)
class GraphiteEndpointTests {

	private final FrameConnectionFactory tcp = mock(FrameConnectionFactory.class);

	private final InterceptedStorage storage = new InterceptedStorage();

	private final GraphiteEndpoint endpoint = endpoint(Duration.ofSeconds(20));

	private GraphiteEndpoint endpoint(Duration gracePeriod) {
		CommandServiceActivator activator = new CommandServiceActivator(
				(MetricRepository) this.storage.postProcessAfterInitialization(new MemoryMetricRepository(), "store"),
				TimestampChecks.UNLIMITED, Budgets.patterns());
		return new GraphiteEndpoint(settings(2003), this.tcp,
				PlaintextParser.ofDatagrams(ProtocolLimits.DEFAULTS, Clock.systemUTC()), activator,
				mock(GraphiteObserver.class), gracePeriod,
				new InboundMemoryLimit(HeapBudget.unlimited().share(HeapUse.FRAMES)));
	}

	private static PortSettings settings(int port) {
		return new PortSettings("eardrum.graphite.host", "127.0.0.1", "eardrum.graphite.port", port,
				NetworkList.of(List.of()), 4096,
				() -> PlaintextParser.ofStream(ProtocolLimits.DEFAULTS, Clock.systemUTC()), false);
	}

	@AfterEach
	void stop() {
		this.endpoint.stop();
	}

	@Test
	void nothingIsListeningWithoutItsTcpPort() {
		assertThatIllegalStateException().isThrownBy(this.endpoint::start)
			.withMessage("the TCP port of Graphite's protocol is not open");
		assertThat(this.endpoint.isRunning()).isFalse();
		assertThat(this.endpoint.addressIfListening()).isNull();
		assertThat(this.endpoint.droppedDatagrams()).isZero();
	}

	@Test
	void itListensOnlyWhereItListensOnBoth() throws IOException {
		given(this.tcp.isListening()).willReturn(true);
		assertThat(this.endpoint.addressIfListening()).isNull();
		InetSocketAddress address = bindTcp();
		this.endpoint.start();
		assertThat(this.endpoint.addressIfListening()).isEqualTo(address);
		assertThat(this.endpoint.droppedDatagrams()).isZero();
		given(this.tcp.isListening()).willReturn(false);
		assertThat(this.endpoint.addressIfListening()).isNull();
		given(this.tcp.isListening()).willReturn(true);
		this.endpoint.stop();
		assertThat(this.endpoint.isRunning()).isFalse();
		assertThat(this.endpoint.addressIfListening()).isNull();
	}

	@Test
	void portThatAnotherHasOnUdpIsToldWithItsReason() throws IOException {
		try (DatagramSocket taken = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
			given(this.tcp.boundAddress())
				.willReturn(new InetSocketAddress(taken.getLocalAddress(), taken.getLocalPort()));
			assertThatExceptionOfType(PortBindException.class).isThrownBy(this.endpoint::start)
				.withMessageContaining("UDP: ");
			assertThat(this.endpoint.isRunning()).isFalse();
		}
	}

	@Test
	void endIsNotWaitedForBeyondTheGracePeriod() throws IOException {
		GraphiteEndpoint impatient = endpoint(Duration.ofMillis(50));
		CountDownLatch stuck = new CountDownLatch(1);
		CountDownLatch released = new CountDownLatch(1);
		this.storage.beforePut((batch) -> {
			stuck.countDown();
			await(released);
		});
		InetSocketAddress address = bindTcp();
		impatient.start();
		byte[] line = "udp 1 1\n".getBytes(StandardCharsets.US_ASCII);
		try (DatagramSocket socket = new DatagramSocket()) {
			socket.send(new DatagramPacket(line, line.length, address));
		}
		await(stuck);
		CompletableFuture<Boolean> stopped = new CompletableFuture<>();
		impatient.stop(() -> stopped.complete(true));
		assertThat(stopped).succeedsWithin(Duration.ofSeconds(20));
		assertThat(this.storage.store().last(SeriesKey.of("udp"))).isNull();
		released.countDown();
		Awaitility.await().until(() -> this.storage.store().last(SeriesKey.of("udp")) != null);
	}

	@Test
	void addressOfAPortThatIsNotOpenIsNotKnown() {
		TcpEndpoint other = new TcpEndpoint(this.tcp, List.of(), new ConnectionRegistry(1),
				mock(ConnectionWatchdog.class), Duration.ZERO);
		assertThatIllegalStateException().isThrownBy(other::address).withMessage("the TCP port is not open");
		assertThat(other.addressIfListening()).isNull();
		InetSocketAddress address = InetSocketAddress.createUnresolved("port", 2006);
		given(this.tcp.boundAddress()).willReturn(address);
		assertThat(other.addressIfListening()).isNull();
		given(this.tcp.isListening()).willReturn(true);
		assertThat(other.addressIfListening()).isSameAs(address);
		assertThat(other.address()).isSameAs(address);
	}

	@Test
	void anotherPortIsProposed() {
		assertThat(analysis(new PortBindException(settings(2003), new IOException("Address already in use"))))
			.satisfies((analysis) -> {
				assertThat(analysis.getDescription()).contains("port 2003 of 127.0.0.1 (Address already in use)");
				assertThat(analysis.getAction()).contains("eardrum.graphite.port", "EARDRUM_GRAPHITE_PORT=2004");
			});
		assertThat(analysis(new PortBindException(settings(65_535), new IOException("Address already in use")))
			.getAction()).contains("EARDRUM_GRAPHITE_PORT=65534");
		assertThat(analysis(new PortBindException(settings(2003), new IOException("Cannot assign requested address")))
			.getAction()).contains("eardrum.graphite.host", "0.0.0.0").doesNotContain("2003", "Stop");
	}

	private static FailureAnalysis analysis(PortBindException failure) {
		return Objects.requireNonNull(new PortBindFailureAnalyzer().analyze(failure));
	}

	private InetSocketAddress bindTcp() throws IOException {
		try (DatagramSocket free = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
			InetSocketAddress address = new InetSocketAddress(free.getLocalAddress(), free.getLocalPort());
			given(this.tcp.boundAddress()).willReturn(address);
			return address;
		}
	}

	private static void await(CountDownLatch latch) {
		try {
			latch.await();
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

}
