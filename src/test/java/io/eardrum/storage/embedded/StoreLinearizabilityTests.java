package io.eardrum.storage.embedded;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import io.eardrum.fixture.TestSeed;
import io.eardrum.fixture.TestThreads;
import io.eardrum.history.fixture.Histories;
import io.eardrum.history.fixture.SeriesHistory;
import io.eardrum.metric.PointBatch;
import io.eardrum.metric.SeriesKey;
import io.eardrum.metric.TimeRange;
import io.eardrum.storage.embedded.settings.EmbeddedStorageSettings;
import io.eardrum.storage.embedded.settings.Fsync;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What readers see of {@link RocksDbMetricRepository} while points move from heads into
 * chunks all the time.
 */
@Tag("optimized")
@Timeout(value = 180, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class StoreLinearizabilityTests {

	private static final int CLIENTS = 6;

	private static final int SERIES = 4;

	private static final int ROUNDS = 6;

	private static final int OPERATIONS = 400;

	private static final int NEW_BATCHES = 20;

	/** So many that it takes a while until all points of a batch are in memory. */
	private static final int NEW_SERIES = 5_000;

	@TempDir
	Path directory;

	@Test
	void allReadersSeeOneOrderOfPutsWhileCheckpointsRun() throws Exception {
		long seed = TestSeed.value();
		Random random = new Random(seed);
		for (int round = 0; round < ROUNDS; round++) {
			Histories histories = new Histories(SERIES);
			AtomicReference<Throwable> failure = new AtomicReference<>();
			try (RocksDbMetricRepository repository = open(round)) {
				List<Thread> clients = new ArrayList<>();
				for (int i = 0; i < CLIENTS; i++) {
					Random choices = new Random(random.nextLong());
					clients.add(new Thread(() -> histories.run(new Store(repository), choices, OPERATIONS)));
				}
				clients.forEach((client) -> client.setUncaughtExceptionHandler((thread, ex) -> failure.set(ex)));
				clients.forEach(Thread::start);
				int checkpoints = 0;
				while (clients.stream().anyMatch(Thread::isAlive)) {
					repository.checkpoint();
					checkpoints++;
				}
				assertThat(checkpoints).isPositive();
			}
			// And once more, from what is on disk.
			try (RocksDbMetricRepository repository = open(round)) {
				histories.getAll(new Store(repository));
			}
			assertThat(failure.get()).isNull();
			assertThat(histories.violation()).as("round %d with -Deardrum.test.seed=%d", round, seed).isEmpty();
		}
	}

	@Test
	void seriesThatAReaderHasFoundIsListedAfterwards() throws Exception {
		try (RocksDbMetricRepository repository = open(0)) {
			CyclicBarrier together = new CyclicBarrier(2);
			CompletableFuture<Void> writer = CompletableFuture.runAsync(() -> {
				for (int batch = 0; batch < NEW_BATCHES; batch++) {
					PointBatch points = new PointBatch();
					for (int i = 0; i < NEW_SERIES; i++) {
						points.add(newKey(batch, i), 1, 1);
					}
					await(together);
					repository.put(points);
				}
			}, TestThreads.NEW_THREAD);
			CompletableFuture<Void> reader = CompletableFuture.runAsync(() -> {
				for (int batch = 0; batch < NEW_BATCHES; batch++) {
					SeriesKey first = newKey(batch, 0);
					await(together);
					while (repository.last(first) == null) {
						Thread.onSpinWait();
					}
					List<SeriesKey> keys = new ArrayList<>();
					repository.forEachKey(keys::add);
					assertThat(keys).contains(first);
				}
			}, TestThreads.NEW_THREAD);
			while (!writer.isDone() && !reader.isDone()) {
				repository.checkpoint();
			}
			reader.join();
			writer.join();
		}
	}

	private static void await(CyclicBarrier barrier) {
		try {
			barrier.await(30, TimeUnit.SECONDS);
		}
		catch (Exception ex) {
			throw new IllegalStateException("The other thread has ended", ex);
		}
	}

	private static SeriesKey newKey(int batch, int number) {
		return SeriesKey.of("new" + batch + "." + number);
	}

	private RocksDbMetricRepository open(int round) {
		return new RocksDbMetricRepository(EmbeddedStorageSettings.of(this.directory.resolve("store" + round))
			.withFsync(Fsync.NEVER)
			.withHeadBytes(1 << 20), Clock.systemUTC());
	}

	private record Store(RocksDbMetricRepository repository) implements Histories.Access {

		@Override
		public void put(int series, int timestamp, long value) {
			PointBatch batch = new PointBatch();
			batch.add(key(series), timestamp, (double) value);
			this.repository.put(batch);
		}

		@Override
		public long[] get(int series) throws IOException {
			long[] observed = new long[Histories.TIMESTAMPS];
			Arrays.fill(observed, SeriesHistory.ABSENT);
			this.repository.read(key(series), TimeRange.ALL, (key, timestamps, values, from, to) -> {
				for (int i = from; i < to; i++) {
					observed[(int) timestamps[i]] = (long) values[i];
				}
			});
			return observed;
		}

		private static SeriesKey key(int series) {
			return SeriesKey.of("s" + series);
		}

	}

}
