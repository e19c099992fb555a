package io.eardrum.storage.embedded;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import io.eardrum.fixture.TestSeed;
import io.eardrum.metric.PointBatch;
import io.eardrum.metric.SeriesKey;
import io.eardrum.metric.TimeRange;
import io.eardrum.storage.embedded.fixture.PowerCut;
import io.eardrum.storage.embedded.rocksdb.NativeLibrary;
import io.eardrum.storage.embedded.settings.EmbeddedStorageSettings;
import io.eardrum.storage.embedded.settings.Fsync;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What {@link RocksDbMetricRepository} has after the power has failed, by policy: what it
 * never had synced is taken away.
 */
@Timeout(value = 120, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class PowerFailureTests {

	private static final SeriesKey KEY = SeriesKey.of("a");

	@TempDir
	Path directory;

	private PowerCut power;

	private long points;

	@BeforeEach
	void listen() {
		NativeLibrary.load(this.directory);
		this.power = new PowerCut();
	}

	@AfterEach
	void stopListening() {
		this.power.close();
	}

	@Test
	void checkpointDropsNoLogBeforeItsChunksAreSafe() throws Exception {
		Path store = this.directory.resolve("store");
		try (RocksDbMetricRepository repository = open(store, Fsync.ALWAYS)) {
			// A backup makes a file of the log; enough of them become one that can be
			// dropped.
			for (int round = 0; round < 5; round++) {
				put(repository, 1000);
				repository.backup(this.directory.resolve("backup" + round));
			}
			put(repository, 10);
			repository.checkpoint();
			assertThat(count(cut(store))).isEqualTo(5010);
		}
	}

	@ParameterizedTest
	@EnumSource
	void isWhatThePolicyPromises(Fsync fsync) throws Exception {
		long seed = TestSeed.value();
		Random random = new Random(seed);
		Path store = this.directory.resolve("store");
		long safe = 0;
		try (RocksDbMetricRepository repository = open(store, fsync)) {
			for (int step = 0; step < 80; step++) {
				switch (random.nextInt(12)) {
					case 0, 1 -> repository.checkpoint();
					case 2 -> repository.backup(this.directory.resolve("backup" + step));
					case 3 -> {
						// Looks after the disk now, which else is done once a second.
						repository.chunkBytesNow();
						safe = (fsync == Fsync.EVERYSEC) ? this.points : safe;
					}
					case 4 -> {
						long count = count(cut(store));
						assertThat(count).as("step %d with -Deardrum.test.seed=%d", step, seed)
							.isBetween((fsync == Fsync.ALWAYS) ? this.points : safe, this.points);
					}
					default -> put(repository, 1 + random.nextInt(2000));
				}
			}
		}
	}

	private Path cut(Path store) throws IOException {
		Path image = Files.createTempDirectory(this.directory, "image");
		this.power.copy(store, image);
		return image;
	}

	private RocksDbMetricRepository open(Path store, Fsync fsync) {
		return new RocksDbMetricRepository(EmbeddedStorageSettings.of(store).withFsync(fsync), Clock.systemUTC(),
				List.of(this.power));
	}

	// Points are numbered by their timestamps.
	private void put(RocksDbMetricRepository repository, int count) {
		PointBatch batch = new PointBatch();
		for (int i = 0; i < count; i++) {
			batch.add(KEY, this.points++, i);
		}
		repository.put(batch);
	}

	// Opens a store, and ensures that it holds the first points and no others.
	// Returns how many
	private static long count(Path store) throws IOException {
		long[] count = new long[1];
		try (RocksDbMetricRepository repository = new RocksDbMetricRepository(EmbeddedStorageSettings.of(store),
				Clock.systemUTC())) {
			repository.read(KEY, TimeRange.ALL, (key, timestamps, values, from, to) -> {
				for (int i = from; i < to; i++) {
					assertThat(timestamps[i]).isEqualTo(count[0]++);
				}
			});
		}
		return count[0];
	}

}
