package io.eardrum.storage.embedded;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.rocksdb.AbstractEventListener;
import org.rocksdb.CompactionJobInfo;
import org.rocksdb.CompactionReason;
import org.rocksdb.RocksDB;

import io.eardrum.fixture.TestThreads;
import io.eardrum.metric.PointBatch;
import io.eardrum.metric.SeriesKey;
import io.eardrum.storage.embedded.recovery.StoreOpener;
import io.eardrum.storage.embedded.rocksdb.Database;
import io.eardrum.storage.embedded.rocksdb.NativeLibrary;
import io.eardrum.storage.embedded.settings.EmbeddedStorageSettings;
import io.eardrum.storage.embedded.upkeep.ChunkCompaction;
import io.eardrum.storage.time.Retention;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link ChunkCompaction}: what goes on while a compaction takes its time.
 */
@Timeout(value = 120, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ChunkCompactionTests {

	private static final long NOW = 1_800_000_000;

	private static final Clock CLOCK = Clock.fixed(Instant.ofEpochSecond(NOW), ZoneOffset.UTC);

	private static final Clock LATER = Clock.fixed(Instant.ofEpochSecond(NOW + 1_000_000), ZoneOffset.UTC);

	@TempDir
	Path directory;

	private SlowCompaction compaction;

	@BeforeEach
	void makeStoreWithOldPoints() {
		NativeLibrary.load(this.directory);
		this.compaction = new SlowCompaction();
		// Each start makes a file; a single one would be moved and not be rewritten.
		for (int round = 0; round < 2; round++) {
			try (RocksDbMetricRepository repository = open(CLOCK)) {
				put(repository, NOW, 50_000);
				repository.checkpoint();
			}
		}
	}

	@AfterEach
	void stopListening() {
		this.compaction.goOn.countDown();
		this.compaction.close();
	}

	@Test
	void checkpointsGoOnMeanwhile() throws Exception {
		try (RocksDbMetricRepository repository = open(LATER)) {
			CompletableFuture<Void> sweep = CompletableFuture.runAsync(repository::sweep, TestThreads.NEW_THREAD);
			this.compaction.begun.await();
			put(repository, NOW + 1_000_000, 10);
			CompletableFuture<Void> checkpoint = CompletableFuture.runAsync(repository::checkpoint,
					TestThreads.NEW_THREAD);
			try {
				assertThat(checkpoint).succeedsWithin(Duration.ofSeconds(10));
				assertThat(sweep).succeedsWithin(Duration.ofSeconds(10));
				assertThat(repository.statistics().storedPoints()).isEqualTo(10);
			}
			finally {
				this.compaction.goOn.countDown();
			}
			Awaitility.await().atMost(30, TimeUnit.SECONDS).until(() -> repository.chunkBytesNow() < 5000);
		}
	}

	@Test
	void closingEndsIt() throws Exception {
		RocksDbMetricRepository repository = open(LATER);
		CompletableFuture<Void> sweep = CompletableFuture.runAsync(repository::sweep, TestThreads.NEW_THREAD);
		this.compaction.begun.await();
		CompletableFuture<Void> close = CompletableFuture.runAsync(repository::close, TestThreads.NEW_THREAD);
		Awaitility.await()
			.atMost(10, TimeUnit.SECONDS)
			.until(() -> "the store is closed".equals(repository.status().problem()));
		this.compaction.goOn.countDown();
		assertThat(close).succeedsWithin(Duration.ofSeconds(20));
		assertThat(sweep.handle((unused, failure) -> true)).succeedsWithin(Duration.ofSeconds(20));
		assertThat(Files.exists(this.directory.resolve("store").resolve("eardrum.running"))).isFalse();
	}

	@Test
	void itCanBeStopped() throws Exception {
		try (StoreOpener store = new StoreOpener(settings(), List.of(this.compaction))) {
			Database database = store.database();
			CompletableFuture<Void> compacted = CompletableFuture.runAsync(database::compactChunks,
					TestThreads.NEW_THREAD);
			this.compaction.begun.await();
			database.stopCompaction();
			this.compaction.goOn.countDown();
			assertThat(compacted).failsWithin(Duration.ofSeconds(10))
				.withThrowableThat()
				.withMessageContaining("can't be compacted");
			database.compactChunks();
		}
	}

	private RocksDbMetricRepository open(Clock clock) {
		return new RocksDbMetricRepository(settings(), clock, List.of(this.compaction));
	}

	private EmbeddedStorageSettings settings() {
		return EmbeddedStorageSettings.of(this.directory.resolve("store"))
			.withRetention(Retention.of(Duration.ofDays(1)))
			.withAcceptJump(true);
	}

	private static void put(RocksDbMetricRepository repository, long first, int count) {
		PointBatch batch = new PointBatch();
		for (int i = 0; i < count; i++) {
			batch.add(SeriesKey.of("a"), first + i, Math.sqrt(i));
		}
		repository.put(batch);
	}

	/**
	 * Holds compactions that somebody asked for until it is told to let them go on.
	 */
	private static final class SlowCompaction extends AbstractEventListener {

		private final CountDownLatch begun = new CountDownLatch(1);

		private final CountDownLatch goOn = new CountDownLatch(1);

		SlowCompaction() {
			super(EnabledEventCallback.ON_COMPACTION_BEGIN);
		}

		@Override
		public void onCompactionBegin(RocksDB database, CompactionJobInfo job) {
			if (job.compactionReason() == CompactionReason.kManualCompaction) {
				this.begun.countDown();
				try {
					this.goOn.await();
				}
				catch (InterruptedException ex) {
					Thread.currentThread().interrupt();
				}
			}
		}

	}

}
