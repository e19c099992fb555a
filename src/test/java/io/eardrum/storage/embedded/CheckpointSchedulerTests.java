package io.eardrum.storage.embedded;

import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import io.eardrum.fixture.TestThreads;
import io.eardrum.metric.PointBatch;
import io.eardrum.metric.SeriesKey;
import io.eardrum.storage.StorageException;
import io.eardrum.storage.embedded.directory.RecoverMode;
import io.eardrum.storage.embedded.settings.EmbeddedStorageSettings;
import io.eardrum.storage.embedded.settings.Fsync;
import io.eardrum.storage.embedded.upkeep.CheckpointScheduler;
import io.eardrum.storage.time.Retention;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link CheckpointScheduler}: puts wait for its checkpoints, so they have to
 * come, or somebody has to say that they won't.
 */
@Timeout(value = 120, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class CheckpointSchedulerTests {

	/** As nanoseconds this is no number, so whether a checkpoint is due can't be told. */
	private static final Duration TOO_LONG = Duration.ofSeconds(Long.MAX_VALUE);

	@TempDir
	Path directory;

	@Test
	void itGoesOnAfterAFailureThatIsNotOneOfACheckpoint() {
		try (RocksDbMetricRepository repository = open(TOO_LONG, Clock.systemUTC())) {
			// It looks once a second.
			Awaitility.await().pollDelay(Duration.ofMillis(2500)).until(() -> true);
			CompletableFuture<Void> puts = CompletableFuture.runAsync(() -> put(repository, 30),
					TestThreads.NEW_THREAD);
			// It may sleep for a second before each of some ten checkpoints, and the
			// machine may be busy.
			assertThat(puts).succeedsWithin(Duration.ofSeconds(60));
			assertThat(repository.statistics().checkpoints()).isPositive();
		}
	}

	@Test
	void pointsGetIntoChunksOnceTheIntervalIsOver() {
		try (RocksDbMetricRepository repository = open(Duration.ofSeconds(1), Clock.systemUTC())) {
			PointBatch batch = new PointBatch();
			batch.add(SeriesKey.of("a"), 1, 1);
			repository.put(batch);
			Awaitility.await()
				.atMost(Duration.ofSeconds(20))
				.until(() -> repository.statistics().storedPoints() == 1 && repository.statistics().headBytes() == 0);
		}
	}

	@Test
	void putsDoNotWaitForAThreadThatHasEnded() {
		FatalClock clock = new FatalClock();
		try (RocksDbMetricRepository repository = open(Duration.ofHours(1), clock.withZone(ZoneOffset.UTC))) {
			clock.fatal = true;
			CompletableFuture<Void> puts = CompletableFuture.runAsync(() -> put(repository, 30),
					TestThreads.NEW_THREAD);
			assertThat(puts).failsWithin(Duration.ofSeconds(20))
				.withThrowableThat()
				.withCauseInstanceOf(StorageException.class)
				.withMessageContaining("has ended");
			assertThat(repository.status().problem()).contains("has ended");
		}
	}

	private RocksDbMetricRepository open(Duration checkpointInterval, Clock clock) {
		return new RocksDbMetricRepository(new EmbeddedStorageSettings(this.directory.resolve("store"), Fsync.NEVER,
				1 << 20, 64L << 20, 0, checkpointInterval, Retention.FOREVER, Integer.MAX_VALUE, false,
				RecoverMode.STRICT, Duration.ZERO), clock);
	}

	// A batch takes some 160 KB of memory.
	private static void put(RocksDbMetricRepository repository, int batches) {
		for (int i = 0; i < batches; i++) {
			PointBatch batch = new PointBatch();
			for (int j = 0; j < 10_000; j++) {
				batch.add(SeriesKey.of("a"), 10_000L * i + j, j);
			}
			repository.put(batch);
		}
	}

	/**
	 * Lets the thread end as if there were no memory, once it is told to.
	 */
	private static final class FatalClock implements InstantSource {

		private volatile boolean fatal;

		@Override
		public Instant instant() {
			if (this.fatal) {
				throw new OutOfMemoryError("as a test wants it");
			}
			return Instant.EPOCH;
		}

	}

}
