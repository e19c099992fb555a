package io.eardrum.storage.cassandra.point;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

import org.junit.jupiter.api.Test;

import io.eardrum.fixture.MovableClock;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link WriteClock}.
 */
class WriteClockTests {

	private static final Instant NOW = Instant.parse("2026-11-25T18:00:00.123456789Z");

	private final MovableClock clock = new MovableClock(NOW);

	private final WriteClock writeClock = new WriteClock(this.clock);

	@Test
	void tellsTheTimeInMicroseconds() {
		assertThat(this.writeClock.nextMicros()).isEqualTo(1_795_629_600_123_456L);
	}

	@Test
	void neverTellsTheSameTwice() {
		long first = this.writeClock.nextMicros();
		assertThat(this.writeClock.nextMicros()).isEqualTo(first + 1);
		assertThat(this.writeClock.nextMicros()).isEqualTo(first + 2);
		this.clock.set(NOW.plusSeconds(1));
		assertThat(this.writeClock.nextMicros()).as("goes with the clock again").isEqualTo(first + 1_000_000);
	}

	@Test
	void goesOnWhenTheClockIsSetBack() {
		long first = this.writeClock.nextMicros();
		this.clock.set(NOW.minusSeconds(3600));
		assertThat(this.writeClock.nextMicros()).isEqualTo(first + 1);
		this.clock.set(NOW.plusNanos(5_000));
		assertThat(this.writeClock.nextMicros()).isEqualTo(first + 5);
	}

	@Test
	void clockBeforeTheEpochCounts() {
		this.clock.set(Instant.ofEpochSecond(-1, 1_000));
		assertThat(this.writeClock.nextMicros()).isEqualTo(-999_999);
	}

	@Test
	void threadsGetDifferentTimesInTheOrderOfTheirCalls() throws Exception {
		ExecutorService executor = Executors.newFixedThreadPool(4);
		try {
			List<Future<List<Long>>> threads = new ArrayList<>();
			for (int i = 0; i < 4; i++) {
				threads.add(executor.submit(() -> {
					List<Long> told = new ArrayList<>();
					for (int j = 0; j < 10_000; j++) {
						told.add(this.writeClock.nextMicros());
					}
					return told;
				}));
			}
			Set<Long> all = new HashSet<>();
			for (Future<List<Long>> thread : threads) {
				assertThat(thread.get()).isSorted();
				all.addAll(thread.get());
			}
			assertThat(all).hasSize(40_000);
		}
		finally {
			executor.shutdownNow();
		}
	}

}
