package io.eardrum.suite.damage;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;

import org.jspecify.annotations.Nullable;

import io.eardrum.metric.PointBatch;
import io.eardrum.metric.SeriesKey;

/**
 * An endless sequence of puts that one seed decides, and that one client makes one after
 * another: what a store holds after so many of them is known without having made them.
 * Each value is the number of its put, later puts overwrite points of earlier ones, and
 * new series go on coming.
 * <p>
 * Immutable, and so safe for any number of threads.
 */
final class PutHistory {

	/** Stands for the keys of all series. */
	static final String ALL = "*";

	private static final int POINTS = 40;

	private static final int TIMESTAMPS = 400;

	/** After how many puts there is one series more. */
	private static final int PUTS_PER_SERIES = 12;

	private final String prefix;

	private final long seed;

	/**
	 * Makes a history.
	 * @param name what all its keys begin with; no other history has points of them
	 * @param seed what decides the points
	 */
	PutHistory(String name, long seed) {
		this.prefix = "damage." + name + ".";
		this.seed = seed;
	}

	/**
	 * Returns the points of one put.
	 * @param put its number, from 0
	 * @return the batch, in which no point comes twice
	 */
	PointBatch batch(int put) {
		PointBatch batch = new PointBatch();
		each(put, (series, timestamp) -> batch.add(SeriesKey.of(key(series)), timestamp, put));
		return batch;
	}

	/**
	 * Returns what a store holds after the first puts.
	 * @param puts how many
	 * @return by key and timestamp the value, keys without points left out
	 */
	Map<String, Map<Long, Double>> after(int puts) {
		Map<String, Map<Long, Double>> rows = new HashMap<>();
		for (int put = 0; put < puts; put++) {
			double value = put;
			each(put, (series, timestamp) -> rows.computeIfAbsent(key(series), (unused) -> new TreeMap<>())
				.put(timestamp, value));
		}
		return rows;
	}

	/**
	 * Compares what was read of a store with what the puts leave. As each put leaves at
	 * least one point with its number until a later one is there, the largest value says
	 * how many puts there were.
	 * @param found by key and timestamp the value, keys without points left out; series
	 * that can't be read are left out, too
	 * @param unreadable the keys of these, or {@value #ALL} if no series can be read
	 * @param kept how many puts must be there
	 * @param made how many puts were made
	 * @return how many puts are there, or what is wrong
	 */
	Comparison compare(Map<String, Map<Long, Double>> found, Set<String> unreadable, int kept, int made) {
		if (unreadable.contains(ALL)) {
			return new Comparison(kept, null);
		}
		double largest = -1;
		for (Map<Long, Double> points : found.values()) {
			for (double value : points.values()) {
				largest = Math.max(largest, value);
			}
		}
		if (largest >= made) {
			return new Comparison(made, "the value " + largest + " was never put");
		}
		int puts = (int) largest + 1;
		if (!unreadable.isEmpty()) {
			puts = Math.max(puts, kept);
		}
		Map<String, Map<Long, Double>> expected = after(puts);
		expected.keySet().removeAll(unreadable);
		String difference = difference(found, expected);
		if (difference == null && puts < kept) {
			difference = "of " + kept + " puts that had to be kept (and " + made
					+ " that were made) there are only the first " + puts;
		}
		return new Comparison(puts, difference);
	}

	private static @Nullable String difference(Map<String, Map<Long, Double>> found,
			Map<String, Map<Long, Double>> expected) {
		if (found.equals(expected)) {
			return null;
		}
		for (Map.Entry<String, Map<Long, Double>> series : new TreeMap<>(expected).entrySet()) {
			Map<Long, Double> points = found.getOrDefault(series.getKey(), Map.of());
			for (Map.Entry<Long, Double> point : series.getValue().entrySet()) {
				Double value = points.get(point.getKey());
				if (!point.getValue().equals(value)) {
					return series.getKey() + " at " + point.getKey()
							+ ((value != null) ? " holds " + value : " is missing") + " instead of " + point.getValue();
				}
			}
		}
		for (Map.Entry<String, Map<Long, Double>> series : new TreeMap<>(found).entrySet()) {
			Map<Long, Double> points = expected.getOrDefault(series.getKey(), Map.of());
			for (Map.Entry<Long, Double> point : series.getValue().entrySet()) {
				if (!points.containsKey(point.getKey())) {
					return series.getKey() + " at " + point.getKey() + " holds " + point.getValue()
							+ ", and no put up to the last one that is there put it";
				}
			}
		}
		throw new IllegalStateException("two maps differ in nothing");
	}

	private void each(int put, PointConsumer consumer) {
		Random random = new Random(this.seed * 1_000_003 + put);
		int count = 1 + random.nextInt(POINTS);
		int series = random.nextInt(2 + put / PUTS_PER_SERIES);
		int start = random.nextInt(TIMESTAMPS);
		for (int i = 0; i < count; i++) {
			consumer.accept(series + i % 2, (start + i) % TIMESTAMPS);
		}
	}

	private String key(int series) {
		return this.prefix + String.format(Locale.ROOT, "%03d", series);
	}

	/**
	 * What a comparison has found.
	 *
	 * @param puts how many puts are there
	 * @param difference what is wrong, or {@code null}
	 */
	record Comparison(int puts, @Nullable String difference) {
	}

	/**
	 * Takes the points of a put.
	 */
	private interface PointConsumer {

		void accept(int series, long timestamp);

	}

}
