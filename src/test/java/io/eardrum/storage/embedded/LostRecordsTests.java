package io.eardrum.storage.embedded;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

import io.eardrum.fixture.TestThreads;
import io.eardrum.metric.PointBatch;
import io.eardrum.metric.SeriesKey;
import io.eardrum.metric.TimeRange;
import io.eardrum.storage.StorageException;
import io.eardrum.storage.embedded.directory.RecoverMode;
import io.eardrum.storage.embedded.settings.EmbeddedStorageSettings;
import io.eardrum.storage.embedded.settings.Fsync;
import io.eardrum.storage.time.Retention;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * What {@link RocksDbMetricRepository} has after the disk forgot the end of the log, as
 * one may whose fsync fails: a kernel drops the pages that it could not write. The points
 * are in memory still.
 * <p>
 * RocksDB is kept from making files by directories that have the names it is about to
 * take; while it can't be reopened, its log is cut to what it was at some moment.
 */
@Execution(ExecutionMode.CONCURRENT)
@Timeout(value = 120, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class LostRecordsTests {

	private final HeldClock clock = new HeldClock();

	@TempDir
	Path directory;

	@Test
	void whatIsAcknowledgedAfterHealingSurvivesAKillBeforeTheNextCheckpoint() throws Exception {
		Path store = this.directory.resolve("store");
		Path image = this.directory.resolve("image");
		try (RocksDbMetricRepository repository = open(store)) {
			put(repository, "a", 0);
			long kept = logBytes(store);
			put(repository, "a", 1);
			put(repository, "a", 2);
			this.clock.hold("eardrum-checkpoint");
			try {
				loseLogAndHeal(repository, store, kept);
				put(repository, "a", 3);
				copy(store, image);
			}
			finally {
				this.clock.goOn();
			}
		}
		try (RocksDbMetricRepository reopened = open(image)) {
			assertThat(read(reopened, "a")).containsExactly(0L, 1L, 2L, 3L);
		}
	}

	@Test
	void whatACheckpointFailedToMoveIsNoGapEither() throws Exception {
		Path store = this.directory.resolve("store");
		Path image = this.directory.resolve("image");
		try (RocksDbMetricRepository repository = open(store)) {
			put(repository, "a", 0);
			long kept = logBytes(store);
			put(repository, "a", 1);
			this.clock.fail = true;
			assertThatExceptionOfType(IllegalStateException.class).isThrownBy(repository::checkpoint);
			this.clock.fail = false;
			put(repository, "a", 2);
			this.clock.hold("eardrum-checkpoint");
			try {
				loseLogAndHeal(repository, store, kept);
				put(repository, "a", 3);
				copy(store, image);
			}
			finally {
				this.clock.goOn();
			}
		}
		try (RocksDbMetricRepository reopened = open(image)) {
			assertThat(read(reopened, "a")).containsExactly(0L, 1L, 2L, 3L);
		}
	}

	@Test
	void seriesThatTheDiskForgotAreWrittenAgain() throws Exception {
		Path store = this.directory.resolve("store");
		try (RocksDbMetricRepository repository = open(store)) {
			put(repository, "a", 0);
			long kept = logBytes(store);
			put(repository, "b", 1);
			long checkpoints = repository.statistics().checkpoints();
			loseLogAndHeal(repository, store, kept);
			Awaitility.await()
				.atMost(30, TimeUnit.SECONDS)
				.until(() -> repository.statistics().checkpoints() > checkpoints);
			put(repository, "b", 2);
			put(repository, "c", 3);
		}
		try (RocksDbMetricRepository reopened = open(store)) {
			assertThat(read(reopened, "a")).containsExactly(0L);
			assertThat(read(reopened, "b")).containsExactly(1L, 2L);
			assertThat(read(reopened, "c")).containsExactly(3L);
		}
	}

	@Test
	void closingBeforeTheCheckpointIsNoOrderlyClosing() throws Exception {
		Path store = this.directory.resolve("store");
		try (RocksDbMetricRepository repository = open(store)) {
			put(repository, "a", 0);
			long kept = logBytes(store);
			put(repository, "a", 1);
			this.clock.hold("eardrum-storage-watch");
			loseLog(repository, store, kept);
			this.clock.reached.await();
			CompletableFuture<Void> close = CompletableFuture.runAsync(repository::close, TestThreads.NEW_THREAD);
			Awaitility.await()
				.atMost(10, TimeUnit.SECONDS)
				.until(() -> "the store is closed".equals(repository.status().problem()));
			this.clock.goOn();
			assertThat(close).succeedsWithin(Duration.ofSeconds(20));
		}
		try (RocksDbMetricRepository reopened = open(store)) {
			assertThat(read(reopened, "a")).startsWith(0L);
			assertThat(reopened.statistics().uncleanStarts()).isEqualTo(1);
		}
	}

	private void loseLogAndHeal(RocksDbMetricRepository repository, Path store, long kept) throws Exception {
		loseLog(repository, store, kept);
		Awaitility.await().atMost(30, TimeUnit.SECONDS).until(() -> repository.status().writable());
	}

	private void loseLog(RocksDbMetricRepository repository, Path store, long kept) throws Exception {
		Path log = log(store);
		List<Path> obstacles = block(store);
		// It can't be reopened without this file.
		Path current = store.resolve("CURRENT");
		Path moved = Files.move(current, store.resolve("moved"));
		Files.createDirectory(current);
		// Begins with a new file for the log.
		assertThatExceptionOfType(StorageException.class)
			.isThrownBy(() -> repository.backup(this.directory.resolve("backup")));
		assertThatExceptionOfType(StorageException.class).isThrownBy(() -> put(repository, "a", 99));
		Awaitility.await().atMost(30, TimeUnit.SECONDS).until(() -> !isOpen(repository));
		try (RandomAccessFile file = new RandomAccessFile(log.toFile(), "rw")) {
			file.setLength(kept);
		}
		Files.delete(current);
		Files.move(moved, current);
		for (Path obstacle : obstacles) {
			Files.deleteIfExists(obstacle);
		}
	}

	// Points in memory can be read even while RocksDB is closed.
	private static boolean isOpen(RocksDbMetricRepository repository) {
		return !repository.status().details().toString().contains("the attempt failed");
	}

	private RocksDbMetricRepository open(Path store) {
		return new RocksDbMetricRepository(
				new EmbeddedStorageSettings(store, Fsync.NEVER, 64L << 20, 64L << 20, 0, Duration.ofHours(1),
						Retention.FOREVER, Integer.MAX_VALUE, false, RecoverMode.STRICT, Duration.ZERO),
				this.clock.withZone(ZoneOffset.UTC));
	}

	private static void put(RocksDbMetricRepository repository, String key, long timestamp) {
		PointBatch batch = new PointBatch();
		batch.add(SeriesKey.of(key), timestamp, 1);
		repository.put(batch);
	}

	private static List<Long> read(RocksDbMetricRepository repository, String series) throws IOException {
		List<Long> read = new ArrayList<>();
		repository.read(SeriesKey.of(series), TimeRange.ALL, (key, timestamps, values, from, to) -> {
			for (int i = from; i < to; i++) {
				read.add(timestamps[i]);
			}
		});
		return read;
	}

	private static Path log(Path store) throws IOException {
		try (Stream<Path> files = Files.list(store)) {
			List<Path> logs = files.filter((file) -> file.toString().endsWith(".log")).toList();
			assertThat(logs).hasSize(1);
			return logs.get(0);
		}
	}

	private static long logBytes(Path store) throws IOException {
		return Files.size(log(store));
	}

	private static List<Path> block(Path store) throws IOException {
		List<Path> made = new ArrayList<>();
		for (int number = 1; number <= 100; number++) {
			Path obstacle = store.resolve(String.format(Locale.ROOT, "%06d.log", number));
			if (!Files.exists(obstacle)) {
				made.add(Files.createDirectory(obstacle));
			}
		}
		return made;
	}

	private static void copy(Path source, Path target) throws IOException {
		Files.createDirectories(target);
		try (Stream<Path> files = Files.list(source)) {
			for (Path file : files.filter(Files::isRegularFile).toList()) {
				Files.copy(file, target.resolve(file.getFileName()));
			}
		}
	}

	/**
	 * Stops a thread when it begins with a checkpoint, which looks at the clock in
	 * milliseconds, and can make one fail.
	 */
	private static final class HeldClock implements InstantSource {

		private volatile CountDownLatch held = new CountDownLatch(0);

		private final CountDownLatch reached = new CountDownLatch(1);

		private volatile String thread = "";

		private volatile boolean fail;

		void hold(String name) {
			this.thread = name;
			this.held = new CountDownLatch(1);
		}

		void goOn() {
			this.held.countDown();
		}

		@Override
		public Instant instant() {
			return Instant.ofEpochSecond(1_800_000_000);
		}

		@Override
		public long millis() {
			if (this.fail) {
				throw new IllegalStateException("no time");
			}
			if (this.thread.equals(Thread.currentThread().getName())) {
				this.reached.countDown();
				try {
					this.held.await();
				}
				catch (InterruptedException ex) {
					Thread.currentThread().interrupt();
				}
			}
			return InstantSource.super.millis();
		}

	}

}
