package io.eardrum.server.connection;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.channels.SocketChannel;
import java.time.Duration;

import org.junit.jupiter.api.Test;

import io.eardrum.address.ConnectedClient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.BDDMockito.given;
import static org.mockito.Mockito.mock;

/**
 * Tests for {@link ConnectionStatistics}.
 */
class ConnectionStatisticsTests {

	private final SocketChannel channel = mock(SocketChannel.class);

	private final FrameAccount account = mock(FrameAccount.class);

	private final ReplyOutputStream output = mock(ReplyOutputStream.class);

	private final ConnectionLifecycle lifecycle = mock(ConnectionLifecycle.class);

	@Test
	void clientIsDescribedAsItIsNow() {
		ConnectionStatistics statistics = statistics();
		given(this.account.silentNanos()).willReturn(1_500_000_000L);
		given(this.account.receivedBytes()).willReturn(7L);
		given(this.output.sentBytes()).willReturn(8L);
		ConnectedClient client = statistics.now();
		assertThat(client.id()).isEqualTo(statistics.id()).isPositive();
		assertThat(client.address()).isEqualTo(new InetSocketAddress(InetAddress.getLoopbackAddress(), 4711));
		assertThat(client.localPort()).isEqualTo(8888);
		assertThat(client.encrypted()).isTrue();
		assertThat(client.silent()).isEqualTo(Duration.ofMillis(1500));
		assertThat(client.bytesReceived()).isEqualTo(7);
		assertThat(client.bytesSent()).isEqualTo(8);
		assertThat(statistics().id()).isGreaterThan(client.id());
	}

	@Test
	void stateIsWhatItDoes() {
		ConnectionStatistics statistics = statistics();
		assertThat(statistics.now().state()).isEqualTo(ConnectedClient.State.BUSY);
		given(this.lifecycle.isIdle()).willReturn(true);
		assertThat(statistics.now().state()).isEqualTo(ConnectedClient.State.IDLE);
		given(this.output.blockedNanos()).willReturn(1L);
		assertThat(statistics.now().state()).isEqualTo(ConnectedClient.State.SLOW);
	}

	private ConnectionStatistics statistics() {
		Socket socket = mock(Socket.class);
		given(this.channel.socket()).willReturn(socket);
		given(socket.getInetAddress()).willReturn(InetAddress.getLoopbackAddress());
		given(socket.getPort()).willReturn(4711);
		given(socket.getLocalPort()).willReturn(8888);
		return new ConnectionStatistics(this.channel, true, this.account, this.output, this.lifecycle);
	}

}
