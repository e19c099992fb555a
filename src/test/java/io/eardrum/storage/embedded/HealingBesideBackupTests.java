package io.eardrum.storage.embedded;

import java.io.IOException;
import java.io.UncheckedIOException;
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
import org.junit.jupiter.api.parallel.Isolated;

import io.eardrum.fixture.TestThreads;
import io.eardrum.metric.PointBatch;
import io.eardrum.metric.SeriesKey;
import io.eardrum.metric.TimeRange;
import io.eardrum.storage.StorageException;
import io.eardrum.storage.embedded.directory.RecoverMode;
import io.eardrum.storage.embedded.fixture.SlowFlush;
import io.eardrum.storage.embedded.rocksdb.NativeLibrary;
import io.eardrum.storage.embedded.settings.EmbeddedStorageSettings;
import io.eardrum.storage.embedded.settings.Fsync;
import io.eardrum.storage.embedded.upkeep.BackupRunningException;
import io.eardrum.storage.time.Retention;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * What reads and puts come to when a write fails while a backup is made, which nothing
 * can end, and without whose end RocksDB can't be reopened.
 */
@Isolated("It times gets.")
@Timeout(value = 120, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class HealingBesideBackupTests {

	private static final SeriesKey KEY = SeriesKey.of("a");

	private static final int POINTS = 20_000;

	@TempDir
	Path directory;

	@Test
	void readsGoOnUntilTheBackupEndsAndPutsSoonAfter() throws Exception {
		NativeLibrary.load(this.directory);
		Path store = this.directory.resolve("store");
		try (SlowFlush flush = new SlowFlush(); RocksDbMetricRepository repository = open(store, flush)) {
			put(repository, 0, POINTS);
			CompletableFuture<Void> backup = CompletableFuture
				.runAsync(() -> repository.backup(this.directory.resolve("backup")), TestThreads.NEW_THREAD);
			CountDownLatch goOn = new CountDownLatch(1);
			try {
				flush.begun.await();
				int stored = failToPut(repository, store);
				Awaitility.await()
					.atMost(20, TimeUnit.SECONDS)
					.until(() -> String.valueOf(repository.status().details().get("healing")).contains("backup"));
				CompletableFuture<Integer> slowRead = CompletableFuture.supplyAsync(() -> read(repository, goOn),
						TestThreads.NEW_THREAD);
				List<Long> slow = new ArrayList<>();
				long end = System.nanoTime() + Duration.ofSeconds(4).toNanos();
				while (System.nanoTime() < end) {
					long start = System.nanoTime();
					assertThat(repository.last(KEY)).isNotNull();
					long millis = Duration.ofNanos(System.nanoTime() - start).toMillis();
					if (millis > 100) {
						slow.add(millis);
					}
					LockSupport.parkNanos(Duration.ofMillis(10).toNanos());
				}
				// A machine that is busy otherwise may make one or two wait.
				assertThat(slow).as("milliseconds of gets above 100")
					.hasSizeLessThan(3)
					.allSatisfy((millis) -> assertThat(millis).isLessThan(1000));
				assertThat(backup).isNotDone();
				// Another one would lack what is in memory only.
				assertThatExceptionOfType(StorageException.class)
					.isThrownBy(() -> repository.backup(this.directory.resolve("another")))
					.isNotInstanceOf(BackupRunningException.class);
				goOn.countDown();
				assertThat(slowRead).succeedsWithin(Duration.ofSeconds(10)).isEqualTo(stored);
				assertThat(repository.status().writable()).isFalse();
				flush.goOn.countDown();
				Awaitility.await().atMost(5, TimeUnit.SECONDS).until(() -> repository.status().writable());
				assertThat(repository.status().details()).doesNotContainKey("healing");
				put(repository, stored, 1);
				assertThat(read(repository, goOn)).isEqualTo(stored + 1);
			}
			finally {
				goOn.countDown();
				flush.goOn.countDown();
			}
		}
	}

	// Fails to begin another file of the log, which is due for what the flush takes.
	// Returns how many points are stored
	private static int failToPut(RocksDbMetricRepository repository, Path store) throws IOException {
		List<Path> obstacles = new ArrayList<>();
		for (int number = 1; number <= 100; number++) {
			Path obstacle = store.resolve(String.format(Locale.ROOT, "%06d.log", number));
			if (!Files.exists(obstacle)) {
				obstacles.add(Files.createDirectory(obstacle));
			}
		}
		int[] stored = { POINTS };
		assertThatExceptionOfType(StorageException.class).isThrownBy(() -> {
			while (stored[0] < 100 * POINTS) {
				put(repository, stored[0], 1000);
				stored[0] += 1000;
			}
		});
		for (Path obstacle : obstacles) {
			Files.delete(obstacle);
		}
		return stored[0];
	}

	private static RocksDbMetricRepository open(Path store, SlowFlush flush) {
		long nativeBytes = 1 << 20;
		return new RocksDbMetricRepository(
				new EmbeddedStorageSettings(store, Fsync.ALWAYS, 64L << 20, nativeBytes, 0, Duration.ofHours(1),
						Retention.FOREVER, Integer.MAX_VALUE, false, RecoverMode.STRICT, Duration.ZERO),
				Clock.systemUTC(), List.of(flush));
	}

	private static void put(RocksDbMetricRepository repository, int first, int count) {
		PointBatch batch = new PointBatch();
		for (int i = 0; i < count; i++) {
			batch.add(KEY, first + i, Math.sqrt(i));
		}
		repository.put(batch);
	}

	// Waits with the first points in its hands.
	// Returns how many there were
	private static int read(RocksDbMetricRepository repository, CountDownLatch goOn) {
		int[] count = new int[1];
		try {
			repository.read(KEY, TimeRange.ALL, (key, timestamps, values, from, to) -> {
				try {
					goOn.await();
				}
				catch (InterruptedException ex) {
					Thread.currentThread().interrupt();
				}
				count[0] += to - from;
			});
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		return count[0];
	}

}
