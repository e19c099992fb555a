package io.eardrum.storage.embedded;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.Random;
import java.util.TreeMap;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.eardrum.fixture.TestSeed;
import io.eardrum.metric.Point;
import io.eardrum.metric.PointBatch;
import io.eardrum.metric.SeriesKey;
import io.eardrum.metric.TimeRange;
import io.eardrum.storage.embedded.settings.EmbeddedStorageSettings;
import io.eardrum.storage.embedded.settings.Fsync;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Holds {@link RocksDbMetricRepository} against sorted maps: points in order, late, far
 * in the past and over others, with deletions, checkpoints, restarts and backups at
 * random moments.
 */
class StoreModelTests {

	private static final int SERIES = 6;

	private static final int STEPS = 400;

	@TempDir
	Path directory;

	private final List<NavigableMap<Long, Double>> model = new ArrayList<>();

	private RocksDbMetricRepository repository;

	private int backups;

	@BeforeEach
	void openRepository() {
		this.repository = open(this.directory.resolve("store"));
	}

	@AfterEach
	void closeRepository() {
		this.repository.close();
	}

	@Test
	void behavesLikeSortedMaps() throws Exception {
		long seed = TestSeed.value();
		Random random = new Random(seed);
		for (int i = 0; i < SERIES; i++) {
			this.model.add(new TreeMap<>());
		}
		int step = 0;
		try {
			for (; step < STEPS; step++) {
				step(random);
				verifyNewest(random);
			}
			verify(this.repository);
		}
		catch (Throwable ex) {
			throw new AssertionError("in step " + step + " with -Deardrum.test.seed=" + seed, ex);
		}
	}

	private void step(Random random) throws IOException {
		switch (random.nextInt(20)) {
			case 0 -> {
				this.repository.close();
				this.repository = open(this.directory.resolve("store"));
			}
			case 1, 2, 3, 4 -> this.repository.checkpoint();
			case 5 -> verify(this.repository);
			case 6, 7 -> verifyRange(random);
			case 8 -> {
				if (random.nextInt(3) == 0) {
					Path copy = this.directory.resolve("backups").resolve("copy" + this.backups++);
					this.repository.backup(copy);
					try (RocksDbMetricRepository restored = open(copy)) {
						verify(restored);
						assertThat(restored.statistics().uncleanStarts()).isZero();
					}
				}
			}
			case 9, 10 -> delete(random);
			default -> put(random);
		}
	}

	private void delete(Random random) {
		int series = random.nextInt(SERIES);
		NavigableMap<Long, Double> points = this.model.get(series);
		TimeRange range = TimeRange.ALL;
		if (!points.isEmpty() && random.nextInt(4) > 0) {
			long from = points.firstKey() + (long) (random.nextDouble() * (points.lastKey() - points.firstKey()));
			range = switch (random.nextInt(4)) {
				case 0 -> new TimeRange(Long.MIN_VALUE, from);
				case 1 -> new TimeRange(from, Long.MAX_VALUE);
				default -> new TimeRange(from, from + random.nextInt(1 << random.nextInt(14)));
			};
		}
		points.subMap(range.from(), true, range.to(), true).clear();
		this.repository.delete(List.of(key(series)), range);
	}

	private void put(Random random) {
		PointBatch batch = new PointBatch();
		int size = switch (random.nextInt(4)) {
			case 0 -> 1;
			case 1 -> 1 + random.nextInt(20);
			case 2 -> 1 + random.nextInt(500);
			default -> 1 + random.nextInt(6000);
		};
		int series = random.nextInt(SERIES);
		NavigableMap<Long, Double> points = this.model.get(series);
		boolean single = random.nextBoolean();
		int kind = random.nextInt(5);
		long timestamp = points.isEmpty() ? 0 : switch (kind) {
			case 0, 1 -> points.lastKey() + 1;
			case 2 -> points.firstKey() - random.nextInt(7000);
			default -> points.firstKey() + (long) (random.nextDouble() * (points.lastKey() - points.firstKey()));
		};
		for (int i = 0; i < size; i++) {
			int target = single ? series : random.nextInt(SERIES);
			timestamp = switch (kind) {
				case 3 -> points.isEmpty() ? i
						: points.firstKey() + (long) (random.nextDouble() * (points.lastKey() - points.firstKey()));
				default -> timestamp + 1 + random.nextInt(2);
			};
			double value = random.nextInt(1000) / 10.0;
			batch.add(key(target), timestamp, value);
			this.model.get(target).put(timestamp, value);
		}
		this.repository.put(batch);
	}

	private void verify(RocksDbMetricRepository checked) throws IOException {
		List<NavigableMap<Long, Double>> read = new ArrayList<>();
		for (int i = 0; i < SERIES; i++) {
			read.add(new TreeMap<>());
		}
		checked.readAll(TimeRange.ALL, (key, timestamps, values, from, to) -> {
			NavigableMap<Long, Double> points = read.get(Integer.parseInt(key.toString().substring(1)));
			for (int i = from; i < to; i++) {
				assertThat(points.isEmpty() || points.lastKey() < timestamps[i]).isTrue();
				points.put(timestamps[i], values[i]);
			}
		});
		for (int i = 0; i < SERIES; i++) {
			NavigableMap<Long, Double> points = this.model.get(i);
			assertThat(read.get(i).equals(points)).as("series " + i).isTrue();
			assertThat(checked.last(key(i)))
				.isEqualTo(points.isEmpty() ? null : new Point(points.lastKey(), points.lastEntry().getValue()));
		}
	}

	private void verifyRange(Random random) throws IOException {
		int series = random.nextInt(SERIES);
		NavigableMap<Long, Double> points = this.model.get(series);
		if (points.isEmpty()) {
			return;
		}
		long span = points.lastKey() - points.firstKey() + 20;
		long from = points.firstKey() - 10 + (long) (random.nextDouble() * span);
		long to = from + (long) (random.nextDouble() * span / 4);
		NavigableMap<Long, Double> read = new TreeMap<>();
		this.repository.read(key(series), new TimeRange(from, to), (key, timestamps, values, start, end) -> {
			for (int i = start; i < end; i++) {
				assertThat(read.isEmpty() || read.lastKey() < timestamps[i]).isTrue();
				read.put(timestamps[i], values[i]);
			}
		});
		assertThat(read.equals(points.subMap(from, true, to, true))).as(from + " to " + to).isTrue();
	}

	// Reads what clients ask for most often, several times between two checkpoints.
	private void verifyNewest(Random random) throws IOException {
		int series = random.nextInt(SERIES);
		NavigableMap<Long, Double> points = this.model.get(series);
		long from = points.isEmpty() ? 0 : points.lastKey() - random.nextInt(1 << (1 + random.nextInt(9)));
		long to = random.nextBoolean() ? Long.MAX_VALUE : from + random.nextInt(300);
		TimeRange range = (random.nextInt(4) == 0) ? TimeRange.ALL : new TimeRange(from, to);
		assertThat(this.repository.last(key(series)))
			.isEqualTo(points.isEmpty() ? null : new Point(points.lastKey(), points.lastEntry().getValue()));
		NavigableMap<Long, Double> read = new TreeMap<>();
		this.repository.read(key(series), range, (key, timestamps, values, start, end) -> {
			for (int i = start; i < end; i++) {
				assertThat(read.isEmpty() || read.lastKey() < timestamps[i]).isTrue();
				read.put(timestamps[i], values[i]);
			}
		});
		assertThat(read.equals(points.subMap(range.from(), true, range.to(), true))).as("%s of %d", range, series)
			.isTrue();
	}

	private static SeriesKey key(int series) {
		return SeriesKey.of("s" + series);
	}

	private static RocksDbMetricRepository open(Path path) {
		return new RocksDbMetricRepository(
				EmbeddedStorageSettings.of(path).withHeadBytes(2 << 20).withFsync(Fsync.NEVER), Clock.systemUTC());
	}

}
