package io.eardrum.storage.embedded;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import io.eardrum.fixture.TestSeed;
import io.eardrum.metric.PointBatch;
import io.eardrum.metric.SeriesKey;
import io.eardrum.metric.TimeRange;
import io.eardrum.storage.StorageException;
import io.eardrum.storage.embedded.settings.EmbeddedStorageSettings;
import io.eardrum.storage.embedded.settings.Fsync;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Whether {@link RocksDbMetricRepository} can be closed whatever is going on: using
 * RocksDB after that would end the process.
 */
@Timeout(value = 180, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ClosingTests {

	private static final int WRITERS = 3;

	@TempDir
	Path directory;

	@Test
	void closingWaitsForPutsReadsCheckpointsSweepsAndBackups() throws Exception {
		long seed = TestSeed.value();
		Random random = new Random(seed);
		long[] acknowledged = new long[WRITERS];
		for (int round = 0; round < 8; round++) {
			RocksDbMetricRepository repository = open();
			List<Thread> threads = new ArrayList<>();
			AtomicReference<Throwable> unexpected = new AtomicReference<>();
			CountDownLatch started = new CountDownLatch(WRITERS + 4);
			for (int i = 0; i < WRITERS; i++) {
				int writer = i;
				threads.add(repeat(started, unexpected, () -> {
					put(repository, writer, acknowledged[writer] + 1);
					acknowledged[writer]++;
				}));
			}
			threads.add(repeat(started, unexpected, () -> repository.readAll(TimeRange.ALL, (key, t, v, from, to) -> {
			})));
			threads.add(repeat(started, unexpected, repository::checkpoint));
			threads.add(repeat(started, unexpected, repository::sweep));
			threads.add(repeat(started, unexpected,
					() -> repository.backup(this.directory.resolve("backups").resolve("" + System.nanoTime()))));
			started.await();
			long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(random.nextInt(100));
			while (System.nanoTime() < deadline) {
				Thread.onSpinWait();
			}
			repository.close();
			for (Thread thread : threads) {
				thread.join();
			}
			assertThat(unexpected.get()).as("-Deardrum.test.seed=" + seed).isNull();
		}
		try (RocksDbMetricRepository repository = open()) {
			assertThat(repository.statistics().uncleanStarts()).isZero();
			for (int writer = 0; writer < WRITERS; writer++) {
				long[] count = new long[1];
				repository.read(SeriesKey.of("writer" + writer), TimeRange.ALL,
						(key, t, v, from, to) -> count[0] += to - from);
				// The last put may have been stored although closing refused it.
				assertThat(count[0]).as("-Deardrum.test.seed=" + seed)
					.isBetween(acknowledged[writer], acknowledged[writer] + 1);
			}
		}
	}

	private RocksDbMetricRepository open() {
		return new RocksDbMetricRepository(EmbeddedStorageSettings.of(this.directory.resolve("store"))
			.withFsync(Fsync.NEVER)
			.withHeadBytes(1 << 20), Clock.systemUTC());
	}

	private static void put(RocksDbMetricRepository repository, int writer, long timestamp) {
		PointBatch batch = new PointBatch();
		batch.add(SeriesKey.of("writer" + writer), timestamp, writer);
		repository.put(batch);
	}

	// Does something until the store says that it can't.
	private static Thread repeat(CountDownLatch started, AtomicReference<Throwable> unexpected, Action action) {
		Thread thread = new Thread(() -> {
			started.countDown();
			try {
				while (true) {
					action.run();
				}
			}
			catch (StorageException ex) {
				// Closed, as every round ends.
			}
			catch (Throwable ex) {
				unexpected.set(ex);
			}
		});
		thread.setDaemon(true);
		thread.start();
		return thread;
	}

	private interface Action {

		void run() throws IOException;

	}

}
