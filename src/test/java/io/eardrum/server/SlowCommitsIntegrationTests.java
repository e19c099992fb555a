package io.eardrum.server;

import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import io.eardrum.fixture.TestSeed;
import io.eardrum.server.event.ResetReason;
import io.eardrum.server.fixture.InterceptedStorage;
import io.eardrum.server.fixture.MixedLoad;
import io.eardrum.server.fixture.PrometheusScrape;
import io.eardrum.server.fixture.RunningServer;
import io.eardrum.server.loop.Leaders;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests a store whose commits take longer than a thread may keep its loop, beside clients
 * that don't read their replies: the lead of each loop passes from thread to thread all
 * the time.
 */
@Timeout(60)
class SlowCommitsIntegrationTests {

	private static final long COMMIT_NANOS = TimeUnit.MILLISECONDS.toNanos(40);

	private static final Duration DURATION = Duration.ofSeconds(4);

	@Test
	void clientsGetWhatTheyHavePutAndOnlyThoseThatDoNotReadAreReset() throws Exception {
		InterceptedStorage storage = new InterceptedStorage();
		storage.beforePut((batch) -> pause());
		try (RunningServer server = RunningServer.start(storage, "--eardrum.tcp.write-timeout=100ms")) {
			MixedLoad.Result result = MixedLoad.run(server.tcpPort(), DURATION, TestSeed.value());
			assertThat(result.violation()).as(result.toString()).isNull();
			assertThat(result.comparisons()).as(result.toString()).isPositive();
			PrometheusScrape scrape = server.scrape();
			assertThat(resets(scrape, ResetReason.INTERNAL_ERROR)).isZero();
			assertThat(resets(scrape, ResetReason.WRITE_TIMEOUT)).isPositive();
			int loops = Math.max(1, Runtime.getRuntime().availableProcessors() / 2);
			Awaitility.await()
				.during(Duration.ofMillis(200))
				.atMost(Duration.ofSeconds(10))
				.untilAsserted(() -> assertThat(Leaders.count(server.threads())).isEqualTo(loops));
		}
	}

	private static double resets(PrometheusScrape scrape, ResetReason reason) {
		return scrape.sum("eardrum_connections_reset_total", "reason", reason.name().toLowerCase(Locale.ROOT));
	}

	private static void pause() {
		long end = System.nanoTime() + COMMIT_NANOS;
		for (long rest = COMMIT_NANOS; rest > 0; rest = end - System.nanoTime()) {
			LockSupport.parkNanos(rest);
		}
	}

}
