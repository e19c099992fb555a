package io.eardrum.storage.series;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

import org.junit.jupiter.api.Test;

import io.eardrum.fixture.TestSeed;
import io.eardrum.metric.SeriesKey;
import io.eardrum.metric.TimeRange;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link PointBuffer}, {@link LatePoints} and {@link PointSort}.
 */
class PointBufferTests {

	private final PointBuffer buffer = new PointBuffer();

	@Test
	void emptyBufferHasEmptySnapshot() throws Exception {
		PointBuffer.Snapshot snapshot = this.buffer.snapshot();
		assertThat(snapshot.size()).isZero();
		assertThat(snapshot.indexFrom(0)).isZero();
		snapshot.read(SeriesKey.of("a"), TimeRange.ALL, (key, timestamps, values, from, to) -> {
			throw new AssertionError("there is no point");
		});
	}

	@Test
	void pointsAreSortedAndLastOneWins() {
		put(5, 3, 5, 4, 3, 6, 6, 5);
		PointBuffer.Snapshot snapshot = this.buffer.snapshot();
		assertThat(pointsOf(snapshot))
			.isEqualTo(List.of(List.of(3L, 4.0), List.of(4L, 3.0), List.of(5L, 7.0), List.of(6L, 6.0)));
		assertThat(this.buffer.size()).isEqualTo(4);
	}

	@Test
	void snapshotsWithoutChangesShareTheirArrays() {
		put(1, 2, 3);
		Object[] arrays = arraysOf(this.buffer.snapshot());
		put(4);
		assertThat(arraysOf(this.buffer.snapshot())).isEqualTo(arrays);
	}

	@Test
	void latePointBehindTheLastSnapshotIsMergedInPlace() {
		put(1, 2, 3, 4, 5, 6, 7, 8);
		Object[] arrays = arraysOf(this.buffer.snapshot());
		put(20, 10);
		assertThat(arraysOf(this.buffer.snapshot())).isEqualTo(arrays);
	}

	@Test
	void snapshotStaysAsItWas() {
		put(1, 2, 3, 4, 5);
		PointBuffer.Snapshot snapshot = this.buffer.snapshot();
		List<?> before = pointsOf(snapshot);
		// Replaced without need for more room, then moved, then appended to.
		put(5, 1, 3);
		this.buffer.snapshot();
		assertThat(pointsOf(snapshot)).isEqualTo(before);
		put(0, 2, 6, 6, 7, 8, 9);
		this.buffer.snapshot();
		assertThat(pointsOf(snapshot)).isEqualTo(before);
	}

	@Test
	void rangeIsFoundBySearch() {
		put(-10, 0, 10, Long.MAX_VALUE);
		PointBuffer.Snapshot snapshot = this.buffer.snapshot();
		assertThat(snapshot.indexFrom(Long.MIN_VALUE)).isZero();
		assertThat(snapshot.indexFrom(-9)).isEqualTo(1);
		assertThat(snapshot.indexFrom(10)).isEqualTo(2);
		assertThat(snapshot.indexFrom(Long.MAX_VALUE)).isEqualTo(3);
	}

	@Test
	void memoryIsEstimated() {
		long empty = this.buffer.memoryBytes();
		put(1);
		assertThat(this.buffer.memoryBytes() - empty).isEqualTo(16);
		for (int i = 2; i <= 100_000; i++) {
			put(i);
		}
		assertThat(this.buffer.memoryBytes()).isBetween(16L * 100_000, 24L * 100_000 + 100);
		put(1);
		assertThat(this.buffer.memoryBytes()).isGreaterThan(16L * 100_000 + 64);
	}

	@Test
	void behavesLikeSortedMapAtRandom() {
		long seed = TestSeed.value();
		for (int run = 0; run < 200; run++) {
			try {
				behavesLikeSortedMap(new Random(seed + run));
			}
			catch (AssertionError | RuntimeException ex) {
				throw new AssertionError("-Deardrum.test.seed=" + (seed + run), ex);
			}
		}
	}

	private void behavesLikeSortedMap(Random random) {
		PointBuffer points = new PointBuffer();
		TreeMap<Long, Double> model = new TreeMap<>();
		List<PointBuffer.Snapshot> snapshots = new ArrayList<>();
		List<List<?>> expected = new ArrayList<>();
		int span = 1 << random.nextInt(14);
		int readEvery = 1 + random.nextInt(300);
		int inOrder = random.nextInt(5);
		long next = 0;
		for (int i = 0; i < 2_000; i++) {
			long timestamp = (random.nextInt(4) < inOrder) ? next++ : random.nextInt(span) - span / 2;
			points.put(timestamp, i);
			model.put(timestamp, (double) i);
			assertThat(points.size()).isGreaterThanOrEqualTo(model.size());
			if (random.nextInt(readEvery) == 0 && snapshots.size() < 20) {
				snapshots.add(points.snapshot());
				expected.add(pointsOf(model));
				assertThat(points.size()).isEqualTo(model.size());
			}
		}
		snapshots.add(points.snapshot());
		expected.add(pointsOf(model));
		for (int i = 0; i < snapshots.size(); i++) {
			assertThat(pointsOf(snapshots.get(i))).isEqualTo(expected.get(i));
		}
	}

	@Test
	void sortKeepsOrderOfEqualTimestamps() {
		Random random = new Random(5);
		for (int size : new int[] { 0, 1, 2, 15, 16, 17, 31, 32, 33, 100, 1000, 4097 }) {
			for (int span : new int[] { 1, 10, 100_000 }) {
				long[] timestamps = random.longs(size, 0, span).toArray();
				double[] values = new double[size];
				Arrays.setAll(values, (i) -> i);
				long[] original = timestamps.clone();
				PointSort.sort(timestamps, values, size);
				for (int i = 0; i < size; i++) {
					assertThat(timestamps[i]).isEqualTo(original[(int) values[i]]);
					assertThat(i == 0 || timestamps[i - 1] < timestamps[i]
							|| (timestamps[i - 1] == timestamps[i] && values[i - 1] < values[i]))
						.isTrue();
				}
			}
		}
	}

	private void put(long... timestamps) {
		for (int i = 0; i < timestamps.length; i++) {
			this.buffer.put(timestamps[i], i);
		}
	}

	private static List<?> pointsOf(PointBuffer.Snapshot snapshot) {
		List<Object> points = new ArrayList<>();
		for (int i = 0; i < snapshot.size(); i++) {
			points.add(List.of(snapshot.timestamp(i), snapshot.value(i)));
		}
		return points;
	}

	private static List<?> pointsOf(Map<Long, Double> model) {
		List<Object> points = new ArrayList<>();
		model.forEach((timestamp, value) -> points.add(List.of(timestamp, value)));
		return points;
	}

	private static Object[] arraysOf(PointBuffer.Snapshot snapshot) {
		List<Object> arrays = new ArrayList<>();
		try {
			snapshot.read(SeriesKey.of("a"), TimeRange.ALL, (key, timestamps, values, from, to) -> {
				arrays.add(System.identityHashCode(timestamps));
				arrays.add(System.identityHashCode(values));
			});
		}
		catch (IOException ex) {
			throw new AssertionError(ex);
		}
		return arrays.toArray();
	}

}
