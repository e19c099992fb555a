package io.eardrum.web.graphite.series;

import java.util.HashMap;
import java.util.Map;

/**
 * Infers the step of a series from its points. The step is the most common distance
 * between two neighbours, and the shorter one of two that are equally common. A distance
 * that is within a twentieth of a step in wide use, such as 59 s, counts as that step,
 * because senders are not punctual.
 */
final class StepInference {

	/** The step of a series with fewer than two points, in seconds: Carbon's default. */
	static final long DEFAULT = 60;

	private static final long[] COMMON = { 10, 15, 20, 30, 60, 120, 300, 600, 900, 1200, 1800, 3600, 7200, 10_800,
			14_400, 21_600, 43_200, 86_400 };

	/**
	 * How many different distances are counted; a series with more of them has no step.
	 */
	private static final int MAX_DISTANCES = 1024;

	private final Map<Long, Integer> counts = new HashMap<>();

	private boolean started;

	private long previous;

	private long distance;

	/** How often the distance has occurred in a row, not yet counted in the map. */
	private int run;

	/**
	 * Adds the next point.
	 * @param timestamp its timestamp, above that of the one before
	 */
	void add(long timestamp) {
		if (this.started) {
			long now = timestamp - this.previous;
			if (now != this.distance) {
				endRun();
				this.distance = now;
			}
			this.run++;
		}
		this.started = true;
		this.previous = timestamp;
	}

	private void endRun() {
		if (this.run > 0 && (this.counts.size() < MAX_DISTANCES || this.counts.containsKey(this.distance))) {
			this.counts.merge(this.distance, this.run, Integer::sum);
		}
		this.run = 0;
	}

	/**
	 * Returns the step.
	 * @return the step in seconds, or 0 if there were fewer than two points
	 */
	long step() {
		endRun();
		long best = 0;
		int bestCount = 0;
		for (Map.Entry<Long, Integer> entry : this.counts.entrySet()) {
			int count = entry.getValue();
			if (count > bestCount || (count == bestCount && entry.getKey() < best)) {
				best = entry.getKey();
				bestCount = count;
			}
		}
		return punctual(best);
	}

	private static long punctual(long step) {
		for (long common : COMMON) {
			if (Math.abs(step - common) <= common / 20) {
				return common;
			}
		}
		return step;
	}

}
