package io.eardrum.server.graphite;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.UnresolvedAddressException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.List;

import com.sun.management.UnixOperatingSystemMXBean;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

import io.eardrum.address.NetworkList;
import io.eardrum.budget.HeapBudget;
import io.eardrum.budget.HeapUse;
import io.eardrum.fixture.UncaughtErrors;
import io.eardrum.metric.SeriesKey;
import io.eardrum.protocol.PlaintextParser;
import io.eardrum.protocol.ProtocolLimits;
import io.eardrum.server.event.GraphiteObserver;
import io.eardrum.server.fixture.Budgets;
import io.eardrum.server.fixture.InterceptedStorage;
import io.eardrum.server.gateway.CommandServiceActivator;
import io.eardrum.server.limit.InboundMemoryLimit;
import io.eardrum.storage.MetricRepository;
import io.eardrum.storage.fixture.TimestampChecks;
import io.eardrum.storage.memory.MemoryMetricRepository;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.mockito.ArgumentMatchers.anyInt;
import static org.mockito.BDDMockito.willThrow;
import static org.mockito.Mockito.mock;

/**
 * Tests for {@link DatagramReceiver}, and for what it does after failures.
 */
@Timeout(60)
class DatagramReceiverTests {

	private final InboundMemoryLimit memory = new InboundMemoryLimit(HeapBudget.unlimited().share(HeapUse.FRAMES));

	private final InterceptedStorage storage = new InterceptedStorage();

	private final CommandServiceActivator activator = new CommandServiceActivator(
			(MetricRepository) this.storage.postProcessAfterInitialization(new MemoryMetricRepository(), "store"),
			TimestampChecks.UNLIMITED, Budgets.patterns());

	private final GraphiteObserver observer = mock(GraphiteObserver.class);

	private final UncaughtErrors uncaught = UncaughtErrors.of("eardrum-graphite-udp");

	private InetSocketAddress address;

	private DatagramReceiver receiver;

	@BeforeEach
	void start() throws IOException {
		try (DatagramSocket free = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
			this.address = new InetSocketAddress(InetAddress.getLoopbackAddress(), free.getLocalPort());
		}
		this.receiver = receiver(this.address);
		this.receiver.start();
	}

	@AfterEach
	void stop() {
		assertThat(this.receiver.stop()).succeedsWithin(Duration.ofSeconds(20));
		this.uncaught.close();
	}

	@Test
	void runningOutOfMemoryIsNeverKeptEvenIfNothingMayBeLogged() throws IOException {
		willThrow(new IllegalStateException("on purpose")).willDoNothing()
			.given(this.observer)
			.datagramsReceived(anyInt(), anyInt());
		OutOfMemoryError error = new OutOfMemoryError("Java heap space");
		this.storage.beforePut((batch) -> {
			throw error;
		});
		// Uses the only line that may be logged in ten seconds.
		send("udp.a 1 1\n");
		Awaitility.await().pollInterval(Duration.ofMillis(50)).atMost(Duration.ofSeconds(20)).untilAsserted(() -> {
			send("udp.b 1 1\n");
			assertThat(this.uncaught.errors()).containsExactly(error);
		});
		assertThat(this.receiver.isListening()).isFalse();
	}

	@Test
	void goesOnAfterAShortageOfThreadsWhichPasses() throws IOException {
		this.storage.beforePut((batch) -> {
			this.storage.beforePut((next) -> {
			});
			throw new OutOfMemoryError("unable to create native thread: possibly out of memory");
		});
		send("udp.a 1 1\n");
		Awaitility.await().pollInterval(Duration.ofMillis(50)).untilAsserted(() -> {
			send("udp.b 2 2\n");
			assertThat(this.storage.store().last(SeriesKey.of("udp.b"))).isNotNull();
		});
		assertThat(this.uncaught.errors()).isEmpty();
	}

	@Test
	void goesOnAfterAnyOtherError() throws IOException {
		willThrow(new StackOverflowError("on purpose")).willDoNothing()
			.given(this.observer)
			.datagramsReceived(anyInt(), anyInt());
		send("udp.a 1 1\n");
		Awaitility.await().pollInterval(Duration.ofMillis(50)).untilAsserted(() -> {
			send("udp.b 2 2\n");
			assertThat(this.storage.store().last(SeriesKey.of("udp.b"))).isNotNull();
		});
	}

	@Test
	@EnabledOnOs(OS.LINUX)
	void whatItHasOpenedIsClosedIfItCannotListen() {
		UnixOperatingSystemMXBean system = (UnixOperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
		InetSocketAddress nowhere = InetSocketAddress.createUnresolved("nowhere.invalid", 1);
		long before = system.getOpenFileDescriptorCount();
		for (int i = 0; i < 300; i++) {
			assertThatExceptionOfType(UnresolvedAddressException.class).isThrownBy(() -> receiver(nowhere));
		}
		// Each would leave three or four descriptors; tests that run at the same time may
		// have opened some.
		assertThat(system.getOpenFileDescriptorCount()).isLessThan(before + 300);
	}

	private DatagramReceiver receiver(InetSocketAddress where) throws IOException {
		return new DatagramReceiver(where, NetworkList.of(List.of()),
				PlaintextParser.ofDatagrams(ProtocolLimits.DEFAULTS, Clock.systemUTC()), this.activator, this.observer,
				this.memory);
	}

	private void send(String lines) throws IOException {
		byte[] bytes = lines.getBytes(StandardCharsets.US_ASCII);
		try (DatagramSocket socket = new DatagramSocket()) {
			socket.send(new DatagramPacket(bytes, bytes.length, this.address));
		}
	}

}
