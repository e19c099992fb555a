package io.eardrum.storage.embedded;

import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

import org.assertj.core.api.Assertions;
import org.jspecify.annotations.Nullable;

import io.eardrum.metric.Point;
import io.eardrum.metric.PointSink;
import io.eardrum.metric.SeriesKey;
import io.eardrum.metric.TimeRange;
import io.eardrum.storage.Horizon;
import io.eardrum.storage.MetricRepository;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What a store has to hold, and the comparison with what it does hold: keys in the order
 * of their first put, and the bits of each value. For one thread.
 */
final class StoredRows {

	private final Map<String, NavigableMap<Long, Double>> series = new LinkedHashMap<>();

	/**
	 * Reads the reply to a {@code get *}.
	 * @param reply the text, from its status to its empty line
	 * @param keys all keys in their order, those without points too
	 * @return what it says
	 */
	static StoredRows of(String reply, List<String> keys) {
		String[] lines = reply.split("\n", -1);
		assertThat(lines[0]).isEqualTo("ok");
		assertThat(lines[lines.length - 2]).isEmpty();
		assertThat(lines[lines.length - 1]).isEmpty();
		StoredRows rows = new StoredRows();
		keys.forEach((key) -> rows.series.put(key, new TreeMap<>()));
		List<String> grouped = new ArrayList<>();
		for (int i = 1; i < lines.length - 2; i++) {
			String[] words = lines[i].split(" ", -1);
			assertThat(words).as(lines[i]).hasSize(3);
			if (grouped.isEmpty() || !grouped.get(grouped.size() - 1).equals(words[0])) {
				grouped.add(words[0]);
			}
			rows.put(words[0], Long.parseLong(words[2]), Double.parseDouble(words[1]));
		}
		assertThat(grouped).as("keys of rows, in the order of all keys")
			.isEqualTo(keys.stream().filter((key) -> !rows.points(key).isEmpty()).toList());
		return rows;
	}

	void put(String key, long timestamp, double value) {
		this.series.computeIfAbsent(key, (unused) -> new TreeMap<>()).put(timestamp, value);
	}

	Map<String, NavigableMap<Long, Double>> series() {
		return this.series;
	}

	/**
	 * Reads a store in every way there is, and compares.
	 * @param repository the store
	 * @throws IOException never
	 */
	void requireSame(MetricRepository repository) throws IOException {
		assertThat(repository.seriesCount()).isEqualTo(this.series.size());
		List<String> keys = new ArrayList<>();
		repository.forEachKey((key) -> keys.add(key.toString()));
		requireSame("keys", keys, List.copyOf(this.series.keySet()));
		requireSame("all rows", read((sink) -> repository.readAll(TimeRange.ALL, sink)), expected(TimeRange.ALL));
		List<String> lastOfEach = new ArrayList<>();
		for (String key : this.series.keySet()) {
			SeriesKey seriesKey = SeriesKey.of(key);
			for (TimeRange range : ranges(points(key))) {
				requireSame(key + ", " + range, read((sink) -> repository.read(seriesKey, range, sink)),
						expected(key, range));
			}
			Map.Entry<Long, Double> last = points(key).floorEntry(Horizon.of(Instant.now().getEpochSecond()));
			last = (last != null) ? last : points(key).lastEntry();
			String row = (last != null) ? row(key, last.getKey(), last.getValue()) : key + " none";
			lastOfEach.add(row);
			assertThat(row(key, repository.last(seriesKey))).isEqualTo(row);
		}
		List<String> found = new ArrayList<>();
		repository.forEachLast((key) -> true, (key, point) -> found.add(row(key.toString(), point)));
		requireSame("last rows", found, lastOfEach);
		TimeRange some = new TimeRange(-1, 1_150_864_300L);
		requireSame("all rows of a range", read((sink) -> repository.readAll(some, sink)), expected(some));
	}

	// Shows the first difference alone: there may be a hundred thousand rows.
	private static void requireSame(String what, List<String> found, List<String> expected) {
		for (int i = 0; i < Math.max(found.size(), expected.size()); i++) {
			String actual = (i < found.size()) ? found.get(i) : "the end";
			String wanted = (i < expected.size()) ? expected.get(i) : "the end";
			if (!actual.equals(wanted)) {
				Assertions.fail("%s, number %d: <%s> instead of <%s>", what, i, actual, wanted);
			}
		}
	}

	private NavigableMap<Long, Double> points(String key) {
		return this.series.getOrDefault(key, new TreeMap<>());
	}

	// All, the middle half, one point, and what lies between two and outside.
	private static List<TimeRange> ranges(NavigableMap<Long, Double> points) {
		List<Long> timestamps = List.copyOf(points.keySet());
		int size = timestamps.size();
		if (size == 0) {
			return new ArrayList<>(List.of(TimeRange.ALL));
		}
		long first = timestamps.get(0);
		long last = timestamps.get(size - 1);
		long middle = timestamps.get(size / 2);
		List<TimeRange> ranges = new ArrayList<>(List.of(TimeRange.ALL, new TimeRange(first, last),
				new TimeRange(timestamps.get(size / 4), timestamps.get(size - 1 - size / 4)),
				new TimeRange(middle, middle), new TimeRange(middle, Long.MAX_VALUE),
				new TimeRange(Long.MIN_VALUE, middle)));
		if (last < Long.MAX_VALUE) {
			ranges.add(new TimeRange(last + 1, Long.MAX_VALUE));
		}
		if (first > Long.MIN_VALUE) {
			ranges.add(new TimeRange(Long.MIN_VALUE, first - 1));
		}
		return ranges;
	}

	private List<String> expected(TimeRange range) {
		List<String> rows = new ArrayList<>();
		this.series.keySet().forEach((key) -> rows.addAll(expected(key, range)));
		return rows;
	}

	private List<String> expected(String key, TimeRange range) {
		List<String> rows = new ArrayList<>();
		points(key).subMap(range.from(), true, range.to(), true)
			.forEach((timestamp, value) -> rows.add(row(key, timestamp, value)));
		return rows;
	}

	private static List<String> read(Reading reading) throws IOException {
		List<String> rows = new ArrayList<>();
		reading.into((key, timestamps, values, from, to) -> {
			for (int i = from; i < to; i++) {
				rows.add(row(key.toString(), timestamps[i], values[i]));
			}
		});
		return rows;
	}

	private static String row(String key, @Nullable Point point) {
		return (point != null) ? row(key, point.timestamp(), point.value()) : key + " none";
	}

	// Two rows are the same if the bits of their values are: 0.0 is not -0.0.
	private static String row(String key, long timestamp, double value) {
		return key + " " + timestamp + " " + Long.toHexString(Double.doubleToRawLongBits(value)) + " (" + value + ")";
	}

	/**
	 * Something that passes points on.
	 */
	private interface Reading {

		void into(PointSink sink) throws IOException;

	}

}
