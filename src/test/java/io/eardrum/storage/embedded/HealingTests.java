package io.eardrum.storage.embedded;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

import io.eardrum.fixture.ServerThreads;
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
 * Whether {@link RocksDbMetricRepository} goes on by itself when the disk does. RocksDB
 * is kept from making files by directories that have the names it is about to take.
 */
@Execution(ExecutionMode.CONCURRENT)
@Timeout(value = 120, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class HealingTests {

	private static final SeriesKey KEY = SeriesKey.of("a");

	@TempDir
	Path directory;

	@Test
	void failureIsNoticedAndMendedThoughNobodyPuts() throws Exception {
		Path store = this.directory.resolve("store");
		// No checkpoint is due that would find out.
		try (RocksDbMetricRepository repository = open(store, Duration.ofHours(1))) {
			List<Path> obstacles = block(store, "%06d.sst", 100);
			put(repository, 1);
			failToFlush(repository);
			long before = repository.statistics().checkpoints();
			Awaitility.await().atMost(30, TimeUnit.SECONDS).until(() -> !repository.status().writable());
			remove(obstacles);
			Awaitility.await()
				.atMost(60, TimeUnit.SECONDS)
				.until(() -> repository.statistics().checkpoints() > before && repository.status().writable());
			put(repository, 2);
			assertThat(count(repository)).isEqualTo(2);
		}
		try (RocksDbMetricRepository reopened = open(store)) {
			assertThat(count(reopened)).isEqualTo(2);
		}
	}

	@Test
	void readThatTakesLongIsCutSoThatTheStoreCanBeOpenedAnew() throws Exception {
		Path store = this.directory.resolve("store");
		try (RocksDbMetricRepository repository = open(store, Duration.ofHours(1))) {
			PointBatch batch = new PointBatch();
			for (int i = 0; i < 200_000; i++) {
				batch.add(KEY, i, 1);
			}
			repository.put(batch);
			List<Path> obstacles = block(store, "%06d.sst", 100);
			CountDownLatch started = new CountDownLatch(1);
			CompletableFuture<Void> read = CompletableFuture.runAsync(() -> readSlowly(repository, started),
					TestThreads.NEW_THREAD);
			started.await();
			failToFlush(repository);
			assertThatExceptionOfType(StorageException.class).isThrownBy(() -> put(repository, 1));
			remove(obstacles);
			Awaitility.await().atMost(30, TimeUnit.SECONDS).until(() -> repository.status().writable());
			put(repository, 200_000);
			assertThat(read).failsWithin(10, TimeUnit.SECONDS)
				.withThrowableThat()
				.withMessageContaining("the store is being reopened");
			assertThat(count(repository)).isEqualTo(200_001);
		}
	}

	@Test
	void nothingSpinsWhileTheDiskCannotBeWritten() throws Exception {
		Path store = this.directory.resolve("store");
		Thread checkpoints;
		try (ServerThreads own = new ServerThreads();
				RocksDbMetricRepository repository = own.call(() -> open(store))) {
			put(repository, 1);
			checkpoints = thread(own, "eardrum-checkpoint");
			List<Path> obstacles = block(store, "%06d.sst", 100);
			// The store can't be reopened either, though the disk takes data.
			Path current = store.resolve("CURRENT");
			Path kept = Files.move(current, store.resolve("kept"));
			Files.createDirectory(current);
			failToFlush(repository);
			assertThatExceptionOfType(StorageException.class).isThrownBy(() -> put(repository, 2));
			ThreadMXBean threads = ManagementFactory.getThreadMXBean();
			long start = threads.getThreadCpuTime(checkpoints.getId());
			Awaitility.await()
				.during(4, TimeUnit.SECONDS)
				.atMost(10, TimeUnit.SECONDS)
				.until(() -> !repository.status().writable());
			assertThat(threads.getThreadCpuTime(checkpoints.getId()) - start)
				.isLessThan(TimeUnit.MILLISECONDS.toNanos(500));
			Files.delete(current);
			Files.move(kept, current);
			remove(obstacles);
			Awaitility.await().atMost(30, TimeUnit.SECONDS).until(() -> repository.status().writable());
			put(repository, 3);
		}
	}

	@Test
	@SuppressWarnings("try") // Closed at a moment of its own.
	void closingWhileTheStoreIsBeingOpenedAnewLeavesNoPointBehind() throws Exception {
		for (int round = 0; round < 3; round++) {
			Path store = this.directory.resolve("store" + round);
			try (RocksDbMetricRepository repository = open(store)) {
				put(repository, 1);
				List<Path> obstacles = block(store, "%06d.sst", 100);
				failToFlush(repository);
				assertThatExceptionOfType(StorageException.class).isThrownBy(() -> put(repository, 2));
				if (round > 0) {
					remove(obstacles);
				}
				// The watch opens the store anew once a second.
				Awaitility.await()
					.pollDelay(Duration.ofMillis(600L + 200L * round))
					.atMost(10, TimeUnit.SECONDS)
					.until(() -> true);
				repository.close();
				remove(obstacles);
			}
			try (RocksDbMetricRepository reopened = open(store)) {
				assertThat(count(reopened)).isEqualTo(1);
			}
		}
	}

	// Takes minutes, as with a client that is slow to take its reply.
	private static void readSlowly(RocksDbMetricRepository repository, CountDownLatch started) {
		try {
			repository.read(KEY, TimeRange.ALL, (key, timestamps, values, from, to) -> {
				started.countDown();
				LockSupport.parkNanos(TimeUnit.SECONDS.toNanos(1));
			});
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private static RocksDbMetricRepository open(Path store) {
		return open(store, Duration.ofSeconds(1));
	}

	private static RocksDbMetricRepository open(Path store, Duration checkpointInterval) {
		return new RocksDbMetricRepository(
				new EmbeddedStorageSettings(store, Fsync.ALWAYS, 64L << 20, 64L << 20, 0, checkpointInterval,
						Retention.FOREVER, Integer.MAX_VALUE, false, RecoverMode.STRICT, Duration.ZERO),
				Clock.systemUTC());
	}

	private void failToFlush(RocksDbMetricRepository repository) {
		assertThatExceptionOfType(StorageException.class)
			.isThrownBy(() -> repository.backup(this.directory.resolve("backup" + System.nanoTime())));
	}

	private static Thread thread(ServerThreads own, String name) {
		return own.alive().stream().filter((thread) -> thread.getName().equals(name)).findAny().orElseThrow();
	}

	private static List<Path> block(Path store, String name, int last) throws IOException {
		List<Path> made = new ArrayList<>();
		for (int number = 1; number <= last; number++) {
			Path obstacle = store.resolve(String.format(Locale.ROOT, name, number));
			if (!Files.exists(obstacle)) {
				made.add(Files.createDirectory(obstacle));
			}
		}
		return made;
	}

	private static void remove(List<Path> obstacles) throws IOException {
		for (Path obstacle : obstacles) {
			if (Files.isDirectory(obstacle)) {
				Files.delete(obstacle);
			}
		}
	}

	private static void put(RocksDbMetricRepository repository, long timestamp) {
		PointBatch batch = new PointBatch();
		batch.add(KEY, timestamp, 1);
		repository.put(batch);
	}

	private static int count(RocksDbMetricRepository repository) throws IOException {
		int[] count = new int[1];
		repository.read(KEY, TimeRange.ALL, (key, timestamps, values, from, to) -> count[0] += to - from);
		return count[0];
	}

}
