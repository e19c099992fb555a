package io.eardrum.server;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import io.eardrum.CapturedLog;
import io.eardrum.protocol.CommandParser;
import io.eardrum.protocol.ProtocolLimits;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.mockito.BDDMockito.given;
import static org.mockito.Mockito.mock;

/**
 * Tests for {@link BoundedServerSocket}.
 */
@Timeout(60)
class BoundedServerSocketTests {

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

	private ServerSocket socket() throws IOException {
		PortSettings settings = new PortSettings("host", "127.0.0.1", "port", 0, NetworkList.of(List.of()),
				ProtocolLimits.DEFAULTS.maxLineLength(), () -> new CommandParser(ProtocolLimits.DEFAULTS), true);
		return new BoundedServerSocket(this.channel, new ConnectionRegistry(1), settings, mock(ServerObserver.class),
				this.rejecter);
	}

}
