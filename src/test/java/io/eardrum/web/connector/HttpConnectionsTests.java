package io.eardrum.web.connector;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import io.eardrum.address.ClientAddresses;
import io.eardrum.budget.HeapBudget;
import io.eardrum.budget.HeapShare;
import io.eardrum.budget.HeapUse;
import io.eardrum.web.event.HttpRefusal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

/**
 * Tests for {@link HttpConnections}.
 */
class HttpConnectionsTests {

	private static final long EACH = 40 * 1024;

	private static final long HEAD = 100 * 1024;

	private static final int THREADS = 10;

	private final HeapShare heap = HeapBudget.unlimited().share(HeapUse.CONNECTIONS);

	private final List<HttpRefusal> refusals = new ArrayList<>();

	private final List<SocketChannel> channels = new ArrayList<>();

	private final List<SocketChannel> ended = new ArrayList<>();

	private final Set<SocketChannel> stubborn = new HashSet<>();

	private ServerSocketChannel listener;

	private long now = -5;

	private HttpConnections connections = connections(3, this.heap);

	@BeforeEach
	void listen() throws IOException {
		this.listener = ServerSocketChannel.open();
		this.listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 100);
	}

	@AfterEach
	void close() throws IOException {
		this.listener.close();
		for (SocketChannel channel : this.channels) {
			channel.close();
		}
	}

	@Test
	void roomIsMadeForAnybodyByWhoWasIdleForLongestOfTheAddressWithMost() {
		open(2);
		SocketChannel second = open(1);
		SocketChannel third = open(1);
		get(second).beginRequest();
		tick();
		get(second).endRequest();
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
		get(first).beginRequest();
		get(second).beginRequest();
		open(2);
		assertThat(this.ended).containsExactly(third);
	}

	@Test
	void clientIsTurnedAwayWhenAllAreAtWork() {
		for (int i = 0; i < 3; i++) {
			SocketChannel channel = open(1);
			get(channel).beginRequest();
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
		get(busy).beginRequest();
		this.now += Duration.ofSeconds(6).toNanos();
		get(polite).beginRequest();
		get(polite).endRequest();
		this.now += Duration.ofSeconds(4).toNanos() - 3;
		this.connections.endOverdue();
		assertThat(this.ended).isEmpty();
		tick();
		this.connections.endOverdue();
		assertThat(this.ended).containsExactly(slow);
		get(busy).endRequest();
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

	@Test
	void requestThatHasComeInPartIsAccountedForUntilItIsWhole() {
		SocketChannel first = open(1);
		SocketChannel second = open(1);
		this.connections.expectHead(first, true);
		this.connections.expectHead(first, true);
		this.connections.expectHead(second, true);
		assertThat(this.heap.usedBytes()).isEqualTo(2 * EACH + 2 * HEAD);
		this.connections.expectHead(first, false);
		this.connections.expectHead(first, false);
		assertThat(this.heap.usedBytes()).isEqualTo(2 * EACH + HEAD);
		this.connections.remove(second);
		this.connections.expectHead(second, true);
		assertThat(this.heap.usedBytes()).isEqualTo(EACH);
	}

	@Test
	void requestsInPartThatTakeTooMuchMakeRoomLikeConnections() {
		HeapShare small = new HeapBudget(64 << 20, 64 << 20, Map.of(HeapUse.CONNECTIONS, 8 * (EACH + HEAD)))
			.share(HeapUse.CONNECTIONS);
		this.connections = connections(1000, small);
		SocketChannel other = open(2);
		this.connections.expectHead(other, true);
		SocketChannel busy = open(1);
		get(busy).beginRequest();
		this.stubborn.add(busy);
		for (int i = 0; i < 10; i++) {
			this.connections.expectHead(open(1), true);
			assertThat(small.usedBytes()).isLessThanOrEqualTo(6 * (EACH + HEAD));
		}
		assertThat(this.ended).isNotEmpty().doesNotContain(other, busy);
		assertThat(this.refusals).containsOnly(HttpRefusal.CROWDED_OUT);
	}

	@Test
	void clientThatTakesItsAnswerTooSlowlyIsEnded() throws IOException {
		SocketChannel slow = open(1);
		get(slow).beginRequest();
		for (int i = 0; i < 19; i++) {
			get(slow).beginWrite();
			this.now += Duration.ofSeconds(1).toNanos();
			get(slow).endWrite(512);
		}
		get(slow).beginWrite();
		this.now += Duration.ofMillis(400).toNanos();
		this.connections.endOverdue();
		assertThat(this.refusals).isEmpty();
		this.now += Duration.ofMillis(200).toNanos();
		this.connections.endOverdue();
		this.connections.endOverdue();
		assertThat(this.refusals).containsExactly(HttpRefusal.SLOW_CLIENT);
		assertThat(get(slow).isEnded()).isTrue();
		assertThatIOException().isThrownBy(() -> get(slow).endWrite(0));
		assertThat(this.refusals).containsExactly(HttpRefusal.SLOW_CLIENT);
	}

	@Test
	void timeOfOneAnswerIsNotThatOfTheNext() throws IOException {
		SocketChannel client = open(1);
		for (int i = 0; i < 3; i++) {
			get(client).beginRequest();
			get(client).beginWrite();
			this.now += Duration.ofSeconds(9).toNanos();
			this.connections.endOverdue();
			get(client).endWrite(0);
			get(client).endRequest();
		}
		assertThat(this.refusals).isEmpty();
	}

	@Test
	void slowestIsTheOneThatWasWaitedForLongest() {
		SocketChannel first = open(1);
		SocketChannel second = open(1);
		open(1);
		get(first).beginRequest();
		get(second).beginRequest();
		get(second).beginWrite();
		this.now += Duration.ofMillis(600).toNanos();
		get(first).beginWrite();
		assertThat(this.connections.endSlowest()).isFalse();
		this.now += Duration.ofMillis(600).toNanos();
		assertThat(this.connections.endSlowest()).isTrue();
		assertThat(get(second).isEnded()).isTrue();
		assertThat(this.connections.endSlowest()).isFalse();
		assertThat(get(first).isEnded()).isFalse();
	}

	@Test
	void whileHardlyAThreadIsLeftASecondIsTooSlow() {
		this.connections = connections(THREADS, this.heap);
		SocketChannel slow = open(1);
		get(slow).beginRequest();
		get(slow).beginLastWrite();
		for (int i = 2; i < THREADS - 1; i++) {
			get(open(1)).beginRequest();
		}
		this.now += Duration.ofMillis(1100).toNanos();
		this.connections.endOverdue();
		assertThat(get(slow).isEnded()).isFalse();
		SocketChannel last = open(1);
		get(last).beginRequest();
		get(last).beginWrite();
		this.connections.endOverdue();
		assertThat(get(slow).isEnded()).isTrue();
		assertThat(get(last).isEnded()).isFalse();
		assertThat(this.refusals).containsExactly(HttpRefusal.SLOW_CLIENT);
	}

	@Test
	void restOfAnAnswerThatWasNotPacedIsLeftToTheContainer() {
		SocketChannel client = open(1);
		get(client).beginRequest();
		get(client).beginLastWrite();
		this.now += Duration.ofMinutes(1).toNanos();
		this.connections.endOverdue();
		assertThat(get(client).isEnded()).isFalse();
	}

	@Test
	void portIsBusyWhileMoreThanHalfOfItsThreadsAreInUse() {
		this.connections = connections(THREADS, this.heap);
		HttpConnection connection = get(open(1));
		for (int i = 0; i < THREADS / 2; i++) {
			get(open(1)).beginRequest();
		}
		assertThat(connection.isPortBusy()).isFalse();
		connection.beginRequest();
		assertThat(connection.isPortBusy()).isTrue();
		connection.endRequest();
		assertThat(connection.isPortBusy()).isFalse();
	}

	private HttpConnection get(SocketChannel channel) {
		return Objects.requireNonNull(this.connections.get(channel));
	}

	private HttpConnections connections(int limit, HeapShare share) {
		return new HttpConnections(new HttpConnections.Capacity(limit, THREADS, EACH, HEAD),
				new ConnectionRules(Duration.ofSeconds(10), 1024, ClientAddresses.distinct(), share,
						this.refusals::add),
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
			SocketChannel channel = SocketChannel.open(this.listener.getLocalAddress());
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
