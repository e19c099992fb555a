package io.eardrum.storage.embedded;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import io.eardrum.budget.HeapBudget;
import io.eardrum.budget.HeapUse;
import io.eardrum.metric.Point;
import io.eardrum.metric.PointBatch;
import io.eardrum.metric.SeriesKey;
import io.eardrum.metric.TimeRange;
import io.eardrum.storage.embedded.head.HeadSnapshot;
import io.eardrum.storage.embedded.head.Heads;
import io.eardrum.storage.embedded.head.Series;
import io.eardrum.storage.embedded.head.SnapshotMemoryLimit;
import io.eardrum.storage.embedded.settings.EmbeddedStorageSettings;
import io.eardrum.storage.embedded.settings.Fsync;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What becomes of clients that put to few timestamps all the time, or to one series many
 * points in whatever order: memory stays bounded, and each read is right.
 */
@Timeout(value = 120, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class OverwritingTests {

	private static final SeriesKey KEY = SeriesKey.of("k");

	private static final int BATCH = 10_000;

	private final HeapBudget budget = new HeapBudget(64 << 20, 40 << 20,
			Map.of(HeapUse.POINTS, 8L << 20, HeapUse.SNAPSHOTS, 8L << 20));

	@TempDir
	Path directory;

	@Test
	void streamToOneTimestampTakesNoMemoryAndItsLogIsCut() {
		try (RocksDbMetricRepository repository = open()) {
			put(repository, 3_000_000, 1);
			assertThat(repository.statistics().headBytes()).isLessThan(1000);
			// Of 33 MB and more.
			Awaitility.await().until(() -> repository.statistics().checkpoints() > 0);
			Awaitility.await().until(() -> repository.statistics().logBytes() < 20 << 20);
			assertThat(repository.last(KEY)).isEqualTo(new Point(0, 2_999_999));
		}
	}

	@ParameterizedTest
	@ValueSource(ints = { 2, 3, 100, 100_000 })
	void streamToFewTimestampsIsRead(int different) throws Exception {
		int points = 2_000_000;
		try (RocksDbMetricRepository repository = open()) {
			put(repository, points, different);
			assertThat(this.budget.share(HeapUse.POINTS).usedBytes()).isLessThanOrEqualTo(8 << 20);
			assertThat(read(repository)).isEqualTo(lastOf(points, different));
			repository.checkpoint();
			assertThat(repository.statistics().headBytes()).isZero();
			assertThat(read(repository)).isEqualTo(lastOf(points, different));
		}
		try (RocksDbMetricRepository repository = open()) {
			assertThat(read(repository)).isEqualTo(lastOf(points, different));
		}
		assertThat(this.budget.share(HeapUse.SNAPSHOTS).usedBytes()).isZero();
		assertThat(this.budget.share(HeapUse.CHECKPOINT).usedBytes()).isZero();
	}

	@Test
	void seriesThatIsTooLongForACopyIsReadAllTheSame() throws Exception {
		// As after a start with less memory than before: nothing may be written.
		HeapBudget little = new HeapBudget(64 << 20, 40 << 20, Map.of(HeapUse.SNAPSHOTS, 1L << 20));
		Heads heads = new Heads();
		Series series = Series.withoutChunks(KEY, 0, 0);
		for (int i = 300_000; i > 0; i--) {
			heads.append(series, i, i);
		}
		SnapshotMemoryLimit room = new SnapshotMemoryLimit(little, SnapshotMemoryLimit.PATIENCE);
		HeadSnapshot.Plan plan = HeadSnapshot.plan(series.head(), room.mostBytes());
		assertThat(plan.copied()).isFalse();
		try (SnapshotMemoryLimit.Lease lease = room.take(plan.bytesToTake())) {
			HeadSnapshot snapshot = plan.take();
			lease.hold(snapshot);
			snapshot.skipTo(11);
			for (int i = 11; i <= 300_000; i++) {
				assertThat(snapshot.hasNext() && snapshot.timestamp() == i && snapshot.value() == i).isTrue();
				snapshot.advance();
			}
			assertThat(snapshot.hasNext()).isFalse();
		}
		assertThat(little.share(HeapUse.SNAPSHOTS).usedBytes()).isZero();
	}

	private RocksDbMetricRepository open() {
		return new RocksDbMetricRepository(
				EmbeddedStorageSettings.of(this.directory.resolve("store")).withFsync(Fsync.NEVER), Clock.systemUTC(),
				this.budget);
	}

	// Descends, so that nothing is in order but what is overwritten.
	private static void put(RocksDbMetricRepository repository, int points, int different) {
		PointBatch batch = new PointBatch();
		for (int i = 0; i < points; i++) {
			batch.add(KEY, -(i % different), i);
			if (batch.size() == BATCH) {
				repository.put(batch);
				batch.clear();
			}
		}
	}

	private static Map<Long, Double> lastOf(int points, int different) {
		Map<Long, Double> last = new TreeMap<>();
		for (int i = points - different; i < points; i++) {
			last.put(-(long) (i % different), (double) i);
		}
		return last;
	}

	private static Map<Long, Double> read(RocksDbMetricRepository repository) throws IOException {
		Map<Long, Double> found = new TreeMap<>();
		List<Long> timestamps = new ArrayList<>();
		repository.read(KEY, TimeRange.ALL, (key, times, values, from, to) -> {
			for (int i = from; i < to; i++) {
				timestamps.add(times[i]);
				found.put(times[i], values[i]);
			}
		});
		assertThat(timestamps).isSorted().hasSameSizeAs(found.keySet());
		return found;
	}

}
