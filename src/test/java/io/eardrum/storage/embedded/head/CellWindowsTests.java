package io.eardrum.storage.embedded.head;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

import org.junit.jupiter.api.Test;

import io.eardrum.fixture.TestSeed;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link CellWindows} and the {@link CellSort} that it uses: whatever the order
 * in which points were put, and however few are sorted at a time, what comes is what a
 * map would have.
 */
class CellWindowsTests {

	private final Random random = new Random(TestSeed.value());

	@Test
	void fewPointsAreSortedAtOnce() {
		List<long[]> points = List.of(point(3, 1), point(1, 2), point(3, 3), point(2, 4));
		assertThat(sorted(points, 4, Long.MIN_VALUE)).containsExactly(Map.entry(1L, 2L), Map.entry(2L, 4L),
				Map.entry(3L, 3L));
	}

	@Test
	void extremeTimestampsCount() {
		List<long[]> points = List.of(point(Long.MAX_VALUE, 1), point(Long.MIN_VALUE, 2), point(0, 3));
		assertThat(sorted(points, 8, Long.MIN_VALUE)).hasSize(3);
		assertThat(sorted(points, 2, Long.MIN_VALUE)).hasSize(3);
		assertThat(sorted(points, 2, 0)).hasSize(2);
	}

	@Test
	void anyOrderIsSortedInAnyMemory() {
		for (int round = 0; round < 300; round++) {
			int size = 1 + this.random.nextInt(5_000);
			long different = 1L + this.random.nextInt(size * 2);
			int shape = this.random.nextInt(5);
			List<long[]> points = new ArrayList<>();
			for (int i = 0; i < size; i++) {
				long timestamp = switch (shape) {
					case 0 -> i;
					case 1 -> size - i;
					case 2 -> i % different;
					case 3 -> (i % 2 == 0) ? i : -i;
					default -> this.random.nextLong(different);
				};
				points.add(point(timestamp, i));
			}
			long from = this.random.nextBoolean() ? Long.MIN_VALUE : this.random.nextLong(different);
			int memory = 2 + this.random.nextInt(600);
			assertThat(sorted(points, memory, from)).as("shape %d of %d in %d", shape, size, memory)
				.isEqualTo(List.copyOf(expected(points, from).entrySet()));
		}
	}

	@Test
	void sampleSparesMostSorting() {
		int size = 200_000;
		List<long[]> points = new ArrayList<>();
		for (int i = size; i > 0; i--) {
			points.add(point(i, i));
		}
		CellSort sort = new CellSort(20_000);
		int[] visits = new int[1];
		CellWindows windows = new CellWindows((visitor) -> {
			visits[0]++;
			points.forEach((point) -> visitor.accept(point, 0, 1));
		}, size, Long.MIN_VALUE, sort);
		int windowCount = 0;
		while (windows.next()) {
			windowCount++;
			assertThat(sort.size()).isLessThanOrEqualTo(20_000);
		}
		assertThat(windowCount).isBetween(10, 16);
		// One for the sample, one for each, and perhaps one that finds the end.
		assertThat(visits[0]).isBetween(windowCount + 1, windowCount + 2);
	}

	private static List<Map.Entry<Long, Long>> sorted(List<long[]> points, int memory, long from) {
		CellSort sort = new CellSort(memory);
		CellWindows windows = new CellWindows((visitor) -> points.forEach((point) -> visitor.accept(point, 0, 1)),
				points.size(), from, sort);
		List<Map.Entry<Long, Long>> found = new ArrayList<>();
		while (windows.next()) {
			for (int i = 0; i < sort.size(); i++) {
				found.add(Map.entry(sort.cells()[2 * i], sort.cells()[2 * i + 1]));
			}
		}
		return found;
	}

	private static Map<Long, Long> expected(List<long[]> points, long from) {
		TreeMap<Long, Long> expected = new TreeMap<>();
		for (long[] point : points) {
			if (point[0] >= from) {
				expected.put(point[0], point[1]);
			}
		}
		return expected;
	}

	private static long[] point(long timestamp, long bits) {
		return new long[] { timestamp, bits };
	}

}
