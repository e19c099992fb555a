package io.eardrum.server.connection;

import java.net.InetAddress;
import java.net.Socket;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import io.eardrum.budget.ObjectPool;
import io.eardrum.fixture.TestThreads;
import io.eardrum.protocol.CommandParser;
import io.eardrum.protocol.ProtocolLimits;
import io.eardrum.server.event.ServerObserver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.BDDMockito.given;
import static org.mockito.Mockito.mock;

/**
 * Tests for {@link ConnectionRegistry}.
 */
@Timeout(60)
class ConnectionRegistryTests {

	@Test
	void takesNoMoreConnectionsThanThereMayBe() {
		ConnectionRegistry registry = new ConnectionRegistry(2);
		Connection first = mock(Connection.class);
		Connection second = mock(Connection.class);
		Connection third = mock(Connection.class);
		assertThat(registry.add(first)).isTrue();
		assertThat(registry.isFull()).isFalse();
		assertThat(registry.add(second)).isTrue();
		assertThat(registry.isFull()).isTrue();
		assertThat(registry.add(third)).isFalse();
		assertThat(registry.remove(third)).isFalse();
		assertThat(registry.size()).isEqualTo(2);
		assertThat(registry.remove(first)).isTrue();
		assertThat(registry.remove(first)).isFalse();
		assertThat(registry.add(third)).isTrue();
		assertThat(registry.isFull()).isTrue();
	}

	@Test
	void lastPlaceIsTakenOnceByPortsThatAcceptAtTheSameTime() throws Exception {
		for (int round = 0; round < 200; round++) {
			ConnectionRegistry registry = new ConnectionRegistry(1);
			CyclicBarrier start = new CyclicBarrier(2);
			List<CompletableFuture<Boolean>> ports = new ArrayList<>();
			for (int port = 0; port < 2; port++) {
				Connection connection = mock(Connection.class);
				ports.add(CompletableFuture.supplyAsync(() -> {
					await(start);
					return registry.add(connection);
				}, TestThreads.NEW_THREAD));
			}
			Stream<Boolean> added = ports.stream().map(CompletableFuture::join);
			assertThat(added).as("round %d", round).containsExactlyInAnyOrder(true, false);
			assertThat(registry.size()).isEqualTo(1);
		}
	}

	@Test
	void connectionThatEndedBeforeItWasAddedIsNotKept() {
		ConnectionRegistry registry = new ConnectionRegistry(2);
		Connection ended = mock(Connection.class);
		given(ended.isEnding()).willReturn(true);
		registry.add(ended);
		List<Connection> kept = new ArrayList<>();
		registry.forEach(kept::add);
		assertThat(kept).isEmpty();
	}

	@Test
	void connectionsOfOneAddressAreOneClientAndThoseOfNoneEachItsOwn() throws Exception {
		ConnectionRegistry registry = new ConnectionRegistry(2);
		assertThat(from(registry, null).client()).isNotEqualTo(from(registry, null).client());
		Connection first = from(registry, InetAddress.getByName("2001:db8::1"));
		Connection second = from(registry, InetAddress.getByName("2001:db8::2"));
		assertThat(first.client()).isEqualTo(second.client());
	}

	private static Connection from(ConnectionRegistry registry, @Nullable InetAddress address) {
		SocketChannel channel = mock(SocketChannel.class);
		Socket socket = mock(Socket.class);
		given(channel.socket()).willReturn(socket);
		given(socket.getInetAddress()).willReturn(address);
		return new Connection(channel, null, registry.port(mock(ServerObserver.class)),
				new CommandParser(ProtocolLimits.DEFAULTS),
				new FrameDecoder(100, new ObjectPool<>(1, () -> new byte[FrameDecoder.LARGE_LENGTH])), true);
	}

	private static void await(CyclicBarrier barrier) {
		try {
			barrier.await();
		}
		catch (Exception ex) {
			throw new IllegalStateException(ex);
		}
	}

}
