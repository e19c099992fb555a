package io.eardrum.web.connector;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import io.eardrum.budget.ClientAddresses;
import io.eardrum.budget.HeapBudget;
import io.eardrum.budget.HeapShare;
import io.eardrum.budget.HeapUse;
import io.eardrum.budget.HttpRefusal;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link HttpConnections}.
 */
class HttpConnectionsTests {

	private static final long EACH = 40 * 1024;

	private final HeapShare heap = HeapBudget.unlimited().share(HeapUse.CONNECTIONS);

	private final List<HttpRefusal> refusals = new ArrayList<>();

	private final List<SocketChannel> channels = new ArrayList<>();

	private final List<SocketChannel> ended = new ArrayList<>();

	private final Set<SocketChannel> stubborn = new HashSet<>();

	private long now = -5;

	private HttpConnections connections = connections(3, this.heap);

	@AfterEach
	void close() throws IOException {
		for (SocketChannel channel : this.channels) {
			channel.close();
		}
	}

	@Test
	void roomIsMadeForAnybodyByWhoWasIdleForLongestOfTheAddressWithMost() {
		open(2);
		SocketChannel second = open(1);
		SocketChannel third = open(1);
		this.connections.beginRequest(second);
		tick();
		this.connections.endRequest(second);
		tick();
		open(1);
		assertThat(this.ended).containsExactly(third);
		open(2);
		assertThat(this.ended).containsExactly(third, second);
		assertThat(this.refusals).containsExactly(HttpRefusal.CROWDED_OUT, HttpRefusal.CROWDED_OUT);
		assertThat(this.connections.size()).isEqualTo(3);
		assertThat(this.heap.usedBytes()).isEqualTo(3 * EACH);
	}

	@Test
	void requestUnderWayIsLeftAlone() {
		SocketChannel first = open(1);
		SocketChannel second = open(1);
		SocketChannel third = open(1);
		this.connections.beginRequest(first);
		this.connections.beginRequest(second);
		open(2);
		assertThat(this.ended).containsExactly(third);
	}

	@Test
	void clientIsTurnedAwayWhenAllAreAtWork() {
		for (int i = 0; i < 3; i++) {
			SocketChannel channel = open(1);
			this.connections.beginRequest(channel);
			this.stubborn.add(channel);
		}
		assertThat(this.connections.admit(channel(), address(2))).isFalse();
		assertThat(this.connections.size()).isEqualTo(3);
		assertThat(this.heap.usedBytes()).isEqualTo(3 * EACH);
		assertThat(this.refusals).containsExactly(HttpRefusal.CONNECTIONS);
	}

	@Test
	void headHasItsTimeInAll() {
		SocketChannel slow = open(1);
		SocketChannel busy = open(1);
		SocketChannel polite = open(1);
		this.connections.beginRequest(busy);
		this.now += Duration.ofSeconds(6).toNanos();
		this.connections.beginRequest(polite);
		this.connections.endRequest(polite);
		this.now += Duration.ofSeconds(4).toNanos() - 3;
		this.connections.endOverdue();
		assertThat(this.ended).isEmpty();
		tick();
		this.connections.endOverdue();
		assertThat(this.ended).containsExactly(slow);
		this.connections.endRequest(busy);
		this.now += Duration.ofSeconds(6).toNanos() + 9;
		this.connections.endOverdue();
		assertThat(this.ended).containsExactly(slow, polite);
		assertThat(this.refusals).containsOnly(HttpRefusal.HEAD_TIMEOUT);
		assertThat(this.heap.usedBytes()).isEqualTo(EACH);
	}

	@Test
	void memoryBoundsThemToo() {
		HeapShare small = new HeapBudget(64 << 20, 64 << 20, Map.of(HeapUse.CONNECTIONS, 50 * EACH))
			.share(HeapUse.CONNECTIONS);
		this.connections = connections(1000, small);
		for (int i = 0; i < 60; i++) {
			open(1);
		}
		assertThat(this.connections.size()).isEqualTo(50);
		assertThat(this.ended).hasSize(10).isEqualTo(this.channels.subList(0, 10));
	}

	@Test
	void someAreLetInWhenOthersHaveTheMemory() {
		HeapShare small = new HeapBudget(64 << 20, 64 << 20, Map.of(HeapUse.CONNECTIONS, 50 * EACH))
			.share(HeapUse.CONNECTIONS);
		small.force(50 * EACH);
		this.connections = connections(1000, small);
		for (int i = 0; i < 40; i++) {
			open(1);
		}
		assertThat(this.connections.size()).isEqualTo(32);
	}

	private HttpConnections connections(int limit, HeapShare share) {
		return new HttpConnections(limit,
				new ConnectionRules(Duration.ofSeconds(10), ClientAddresses.distinct(), share, this.refusals::add), EACH,
				() -> this.now, this::end);
	}

	private boolean end(HttpConnection connection) {
		if (this.stubborn.contains(connection.channel())) {
			return false;
		}
		this.ended.add(connection.channel());
		this.connections.remove(connection.channel());
		return true;
	}

	private SocketChannel open(int host) {
		SocketChannel channel = channel();
		assertThat(this.connections.admit(channel, address(host))).isTrue();
		tick();
		return channel;
	}

	private SocketChannel channel() {
		try {
			SocketChannel channel = SocketChannel.open();
			this.channels.add(channel);
			return channel;
		}
		catch (IOException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private void tick() {
		this.now++;
	}

	private static InetAddress address(int host) {
		try {
			return InetAddress.getByAddress(new byte[] { 127, 0, 0, (byte) host });
		}
		catch (UnknownHostException ex) {
			throw new IllegalArgumentException(ex);
		}
	}

}
