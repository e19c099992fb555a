package io.eardrum.server.gateway;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.StandardSocketOptions;
import java.util.List;
import java.util.Objects;

import jdk.net.ExtendedSocketOptions;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.springframework.beans.factory.support.DefaultListableBeanFactory;
import org.springframework.integration.ip.tcp.connection.TcpListener;
import org.springframework.scheduling.TaskScheduler;

import io.eardrum.address.NetworkList;
import io.eardrum.protocol.CommandParser;
import io.eardrum.protocol.ProtocolLimits;
import io.eardrum.server.command.CommitGroup;
import io.eardrum.server.connection.Connection;
import io.eardrum.server.connection.ConnectionRegistry;
import io.eardrum.server.event.ServerObserver;
import io.eardrum.server.fixture.TestClient;
import io.eardrum.server.loop.EventLoopGroup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatNoException;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.BDDMockito.given;
import static org.mockito.BDDMockito.willAnswer;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.verify;

/**
 * Tests for {@link FrameConnectionFactory} with other factories that share its
 * {@link ConnectionRegistry}.
 */
@Timeout(60)
class FrameConnectionFactoryTests {

	private final ConnectionRegistry registry = new ConnectionRegistry(1);

	private final ServerObserver observer = mock(ServerObserver.class);

	private final EventLoopGroup loops = new EventLoopGroup(() -> mock(CommitGroup.class));

	private final FrameConnectionFactory factory = factory(this.registry);

	@BeforeEach
	void start() {
		start(this.factory);
	}

	private FrameConnectionFactory factory(ConnectionRegistry connections) {
		return new FrameConnectionFactory(new PortSettings("host", "127.0.0.1", "port", 0, NetworkList.of(List.of()),
				ProtocolLimits.DEFAULTS.maxLineLength(), () -> new CommandParser(ProtocolLimits.DEFAULTS), true), null,
				connections, this.observer, this.loops);
	}

	private void start(FrameConnectionFactory started) {
		DefaultListableBeanFactory beans = new DefaultListableBeanFactory();
		beans.registerSingleton("taskScheduler", mock(TaskScheduler.class));
		started.setBeanFactory(beans);
		started.setApplicationEventPublisher((event) -> {
		});
		started.registerListener(mock(TcpListener.class));
		started.start();
	}

	@AfterEach
	void stop() {
		this.factory.stop();
		this.loops.close();
	}

	@Test
	void clientWhosePlaceAnotherPortHasTakenSinceItWasAcceptedIsClosed() throws Exception {
		Connection other = mock(Connection.class);
		willAnswer((invocation) -> this.registry.add(other)).given(this.observer).connectionAccepted();
		int port = Objects.requireNonNull(this.factory.boundAddress()).getPort();
		try (TestClient client = TestClient.connect(port)) {
			assertThat(client.readUntilClosed().text()).isEmpty();
		}
		assertThat(this.registry.size()).isEqualTo(1);
		verify(this.observer).connectionRejected();
		this.registry.remove(other);
	}

	@Test
	void portThatIsNotOpenHasNoAddress() {
		FrameConnectionFactory closed = factory(new ConnectionRegistry(1));
		assertThat(closed.boundAddress()).isNull();
		assertThatExceptionOfType(IOException.class).isThrownBy(() -> closed.createServerSocket(0, 1, null));
		assertThatNoException().isThrownBy(closed::stop);
		assertThat(this.factory.boundAddress()).isNotNull();
		this.factory.stopAccepting();
		assertThat(this.factory.boundAddress()).isNull();
	}

	@Test
	void clientThatLeavesAtOnceIsNotTheEndOfThePort() throws IOException {
		Socket gone = new Socket();
		gone.close();
		assertThatNoException().isThrownBy(() -> this.factory.setSocketAttributes(gone));
	}

	@Test
	@EnabledOnOs(OS.LINUX)
	void clientThatHasVanishedIsNoticedWithinTwoMinutes() throws Exception {
		try (ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
				TestClient client = TestClient.connect(listener.getLocalPort());
				Socket accepted = listener.accept()) {
			this.factory.setSocketAttributes(accepted);
			assertThat(accepted.getOption(StandardSocketOptions.SO_KEEPALIVE)).isTrue();
			assertThat(accepted.getOption(ExtendedSocketOptions.TCP_KEEPIDLE)
					+ accepted.getOption(ExtendedSocketOptions.TCP_KEEPCOUNT)
							* accepted.getOption(ExtendedSocketOptions.TCP_KEEPINTERVAL))
				.isBetween(10, 120);
			client.send("it has not vanished");
		}
	}

	@Test
	void smallHeapKeepsFewBuffers() {
		assertThat(FrameConnectionFactory.pooledBuffers(0)).isEqualTo(1);
		assertThat(FrameConnectionFactory.pooledBuffers(5 << 20)).isEqualTo(16);
		assertThat(FrameConnectionFactory.pooledBuffers(1L << 40)).isEqualTo(64);
	}

	@Test
	void clientThatComesWhileThePortIsClosedIsNotForgotten() {
		ConnectionRegistry connections = mock(ConnectionRegistry.class);
		FrameConnectionFactory stopping = factory(connections);
		start(stopping);
		Awaitility.await().until(stopping::isListening);
		// Stopping closes all connections that it finds, and this one does not exist yet.
		willAnswer((invocation) -> {
			stopping.stop();
			return true;
		}).given(connections).add(any());
		Connection late = mock(Connection.class);
		GatewayConnection gateway = mock(GatewayConnection.class);
		given(gateway.connection()).willReturn(late);
		stopping.addConnection(gateway);
		verify(connections).add(late);
		verify(gateway).close();
	}

}
