package io.eardrum.server.gateway;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import io.eardrum.address.NetworkList;
import io.eardrum.budget.SpareDescriptor;
import io.eardrum.fixture.CapturedLog;
import io.eardrum.protocol.CommandParser;
import io.eardrum.protocol.ProtocolLimits;
import io.eardrum.server.connection.ConnectionRegistry;
import io.eardrum.server.event.ServerObserver;
import io.eardrum.server.limit.ConnectionRejecter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.mockito.BDDMockito.given;
import static org.mockito.BDDMockito.then;
import static org.mockito.BDDMockito.willAnswer;
import static org.mockito.Mockito.mock;

/**
 * Tests for {@link LimitedServerSocket}.
 */
@Timeout(60)
class LimitedServerSocketTests {

	private final ServerSocketChannel channel = mock(ServerSocketChannel.class);

	private final ConnectionRejecter rejecter = mock(ConnectionRejecter.class);

	@Test
	void triesAgainWhenThereIsNoDescriptorForAClientAndSaysSoOnce() throws Exception {
		try (ServerSocketChannel listener = ServerSocketChannel.open()) {
			listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
			try (Socket client = new Socket(InetAddress.getLoopbackAddress(), listener.socket().getLocalPort());
					SocketChannel accepted = listener.accept();
					ServerSocket socket = socket();
					CapturedLog log = CapturedLog.ofThisThread()) {
				given(this.channel.accept()).willThrow(new IOException("Too many open files"))
					.willThrow(new IOException("Too many open files"))
					.willReturn(accepted);
				given(this.channel.isOpen()).willReturn(true);
				assertThat(socket.accept().getPort()).isEqualTo(client.getLocalPort());
				assertThat(log.lines()).singleElement()
					.asString()
					.contains("could not be accepted (Too many open files); trying again");
			}
		}
	}

	@Test
	void givesUpOnceItIsClosed() throws Exception {
		given(this.channel.accept()).willThrow(new IOException("closed under it"));
		try (ServerSocket socket = socket()) {
			assertThatExceptionOfType(SocketException.class).isThrownBy(socket::accept).withMessage("closed");
		}
	}

	@Test
	void turnsClientsAwayWithTheLastDescriptor() throws Exception {
		AtomicInteger free = new AtomicInteger(1);
		SpareDescriptor spare = new SpareDescriptor(() -> {
			if (free.getAndUpdate((count) -> Math.max(0, count - 1)) == 0) {
				throw new IOException("Too many open files");
			}
			return InputStream.nullInputStream();
		});
		try (ServerSocketChannel listener = ServerSocketChannel.open()) {
			listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
			int port = listener.socket().getLocalPort();
			try (Socket first = new Socket(InetAddress.getLoopbackAddress(), port);
					SocketChannel firstAccepted = listener.accept();
					Socket second = new Socket(InetAddress.getLoopbackAddress(), port);
					SocketChannel secondAccepted = listener.accept();
					ServerSocket socket = socket(spare)) {
				given(this.channel.isOpen()).willReturn(true);
				given(this.channel.accept()).willThrow(new IOException("Too many open files"))
					.willReturn(firstAccepted)
					.willReturn(secondAccepted);
				willAnswer((call) -> free.incrementAndGet()).given(this.rejecter).rejectAtOnce(firstAccepted.socket());
				assertThat(socket.accept().getPort()).isEqualTo(second.getLocalPort());
				then(this.rejecter).should().rejectAtOnce(firstAccepted.socket());
				assertThat(first.isConnected()).isTrue();
			}
		}
	}

	private ServerSocket socket() throws IOException {
		return socket(new SpareDescriptor(InputStream::nullInputStream));
	}

	private ServerSocket socket(SpareDescriptor spare) throws IOException {
		PortSettings settings = new PortSettings("host", "127.0.0.1", "port", 0, NetworkList.of(List.of()),
				ProtocolLimits.DEFAULTS.maxLineLength(), () -> new CommandParser(ProtocolLimits.DEFAULTS), true);
		return new LimitedServerSocket(this.channel, new ConnectionRegistry(1), settings, mock(ServerObserver.class),
				this.rejecter, spare);
	}

}
