package io.eardrum.web.api;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.function.IntToDoubleFunction;

import org.junit.jupiter.api.Test;

import io.eardrum.budget.HeapBudget;
import io.eardrum.budget.HeapShare;
import io.eardrum.budget.HeapUse;
import io.eardrum.fixture.TestSeed;
import io.eardrum.metric.Point;
import io.eardrum.metric.SeriesKey;
import io.eardrum.web.http.admission.RequestMemory;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link Downsampling}.
 */
class DownsamplingTests {

	@Test
	void fewPointsStayAsTheyAre() throws IOException {
		assertThat(thin(List.of(), 0, 4)).isEmpty();
		List<Point> points = ascending(10, (i) -> i % 3);
		assertThat(thin(points, 9, 10)).isEqualTo(points);
		assertThat(thin(points.subList(0, 4), 9, 4)).isEqualTo(points.subList(0, 4));
	}

	@Test
	void peaksAndBothEndsStay() throws IOException {
		List<Point> points = ascending(1_000_000, (i) -> (i == 123_456) ? 1_000 : (i == 777_777) ? -1_000 : i % 2);
		List<Point> thin = thin(points, 999_999, 100);
		assertThat(thin).hasSizeBetween(90, 100);
		assertThat(thin).contains(points.get(123_456), points.get(777_777));
		assertThat(thin).startsWith(points.get(0)).endsWith(points.get(999_999));
	}

	@Test
	void outermostTimestampsHaveRoom() throws IOException {
		List<Point> points = new ArrayList<>();
		for (long i = 0; i < 16; i++) {
			points.add(new Point(Long.MIN_VALUE + i * (1L << 60), -i));
		}
		points.add(new Point(Long.MAX_VALUE, 5));
		for (int max = 4; max < 17; max++) {
			List<Point> thin = thin(points, Long.MAX_VALUE, max);
			assertThat(thin).hasSizeLessThanOrEqualTo(max)
				.startsWith(points.get(0))
				.endsWith(points.get(16))
				.contains(points.get(15));
		}
	}

	@Test
	void whatCameSinceTheEndWasLookedUpBelongsToTheLastSpan() throws IOException {
		List<Point> points = ascending(10_000, (i) -> Math.sin(i));
		List<Point> thin = thin(points, 100, 50);
		assertThat(thin).hasSizeLessThanOrEqualTo(50).endsWith(points.get(9_999));
	}

	@Test
	void samePointsAreChosenWhenTheRangeMovesOn() throws IOException {
		List<Point> points = ascending(11_000, (i) -> new Random(i).nextDouble());
		List<Point> before = thin(points.subList(0, 10_000), 9_999, 100);
		List<Point> after = thin(points.subList(1_000, 11_000), 10_999, 100);
		assertThat(before.stream().filter((point) -> point.timestamp() > 1_300 && point.timestamp() < 9_700))
			.containsExactlyElementsOf(
					after.stream().filter((point) -> point.timestamp() > 1_300 && point.timestamp() < 9_700).toList());
	}

	@Test
	void keepsExtremesOfAnySeries() throws IOException {
		long seed = TestSeed.value();
		Random random = new Random(seed);
		for (int round = 0; round < 2_000; round++) {
			List<Point> points = new ArrayList<>();
			long timestamp = random.nextInt(1_000) - 500L;
			int size = 1 + random.nextInt(200);
			int step = 1 << random.nextInt(10);
			for (int i = 0; i < size; i++) {
				points.add(new Point(timestamp, random.nextInt(5) - 2));
				timestamp += 1 + random.nextInt(step);
			}
			int max = Downsampling.MIN_POINTS + random.nextInt(60);
			List<Point> thin = thin(points, points.get(size - 1).timestamp(), max);
			assertThat(thin).as("seed %d, round %d", seed, round)
				.hasSizeLessThanOrEqualTo(max)
				.isSubsetOf(new HashSet<>(points))
				.isSortedAccordingTo(Comparator.comparingLong(Point::timestamp))
				.doesNotHaveDuplicates()
				.startsWith(points.get(0))
				.endsWith(points.get(size - 1));
			assertThat(thin.stream().mapToDouble(Point::value).min())
				.isEqualTo(points.stream().mapToDouble(Point::value).min());
			assertThat(thin.stream().mapToDouble(Point::value).max())
				.isEqualTo(points.stream().mapToDouble(Point::value).max());
			if (size <= max) {
				assertThat(thin).isEqualTo(points);
			}
		}
	}

	@Test
	void pointsLeaveSpanBySpanAndWhatIsHeldIsReserved() throws IOException {
		HeapBudget heap = HeapBudget.ofThisProcess();
		HeapShare queries = heap.share(HeapUse.QUERIES);
		int[] left = { 0 };
		Downsampling thinning = new Downsampling(SeriesKey.of("a"), 99_999, new Downsampling.Target(10_000,
				(key, timestamps, values, from, to) -> left[0] += to - from, RequestMemory.of(heap)));
		for (int i = 0; i < 10_000; i++) {
			thinning.accept(SeriesKey.of("a"), new long[] { i }, new double[] { i }, 0, 1);
		}
		assertThat(queries.usedBytes()).isBetween(10_000L * 15, 10_000L * 16);
		assertThat(left[0]).isZero();
		for (int i = 10_000; i < 90_000; i++) {
			thinning.accept(SeriesKey.of("a"), new long[] { i }, new double[] { i % 7 }, 0, 1);
		}
		assertThat(queries.usedBytes()).isZero();
		assertThat(left[0]).isBetween(8_000, 9_000);
	}

	private static List<Point> thin(List<Point> points, long end, int max) throws IOException {
		List<Point> thin = new ArrayList<>();
		HeapBudget heap = HeapBudget.ofThisProcess();
		Downsampling thinning = new Downsampling(SeriesKey.of("a"), end,
				new Downsampling.Target(max, (key, timestamps, values, from, to) -> {
					for (int i = from; i < to; i++) {
						thin.add(new Point(timestamps[i], values[i]));
					}
				}, RequestMemory.of(heap)));
		// In blocks, as a store passes points on.
		for (int start = 0; start < points.size(); start += 100) {
			List<Point> block = points.subList(start, Math.min(points.size(), start + 100));
			long[] timestamps = block.stream().mapToLong(Point::timestamp).toArray();
			double[] values = block.stream().mapToDouble(Point::value).toArray();
			thinning.accept(SeriesKey.of("a"), timestamps, values, 0, timestamps.length);
		}
		thinning.end();
		assertThat(heap.share(HeapUse.QUERIES).usedBytes()).isZero();
		return thin;
	}

	private static List<Point> ascending(int count, IntToDoubleFunction value) {
		List<Point> points = new ArrayList<>(count);
		for (int i = 0; i < count; i++) {
			points.add(new Point(i, value.applyAsDouble(i)));
		}
		return points;
	}

}
