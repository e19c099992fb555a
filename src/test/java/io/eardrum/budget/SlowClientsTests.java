package io.eardrum.budget;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class SlowClientsTests {

	private final AtomicLong nanoTime = new AtomicLong(Long.MAX_VALUE - 5);

	private final SlowClients clients = new SlowClients(this.nanoTime::get);

	private final List<String> ended = new ArrayList<>();

	@Test
	void endsThoseThatHaveBeenWaitedForLongest() {
		this.clients.begin(client("a"), 10);
		this.clients.begin(client("b"), 10);
		this.clients.begin(client("c"), 10);
		pass(SlowClients.GRACE.toNanos());
		assertThat(this.clients.endLongest(15)).isEqualTo(20);
		assertThat(this.ended).containsExactly("a", "b");
		assertThat(this.clients.endLongest(15)).isEqualTo(10);
		assertThat(this.ended).containsExactly("a", "b", "c");
	}

	@Test
	void endsNobodyWhoIsWaitedForOnlyShortly() {
		this.clients.begin(client("a"), 10);
		pass(SlowClients.GRACE.toNanos() - 1);
		assertThat(this.clients.endLongest(10)).isZero();
		assertThat(this.ended).isEmpty();
	}

	@Test
	void clientThatGoesOnIsTheLastInLine() {
		SlowClients.SlowClient first = client("a");
		this.clients.begin(first, 10);
		this.clients.begin(client("b"), 10);
		this.clients.begin(first, 10);
		pass(SlowClients.GRACE.toNanos());
		this.clients.endLongest(1);
		assertThat(this.ended).containsExactly("b");
	}

	@Test
	void clientThatIsNotWaitedForAnyMoreIsNotEnded() {
		SlowClients.SlowClient client = client("a");
		this.clients.begin(client, 10);
		this.clients.end(client);
		pass(SlowClients.GRACE.toNanos());
		assertThat(this.clients.endLongest(1)).isZero();
		assertThat(this.ended).isEmpty();
	}

	private void pass(long nanos) {
		this.nanoTime.addAndGet(nanos);
	}

	private SlowClients.SlowClient client(String name) {
		return () -> this.ended.add(name);
	}

}
