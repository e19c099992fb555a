package io.eardrum.web.graphite.step;

import java.util.HashMap;
import java.util.Map;

/**
 * Infers the step of a series from its points.
 * <p>
 * A series is regular if half of the distances between neighbours, and two of them at
 * least, are the most common one, and next to none are shorter. Distances that are
 * multiples of it are gaps, and do no harm. A distance that is within a twentieth of a
 * step in wide use, such as 59 s, counts as that step, because senders are not punctual.
 * <p>
 * A series that is not regular has no step. It gets a fine one, 60 s or less, in which
 * next to no two points are in the same slot.
 */
public final class StepInference {

	/**
	 * The step of a series about which nothing is known, in seconds: Carbon's default.
	 */
	public static final long DEFAULT = 60;

	/** How many points say enough, so that none from other times are asked. */
	private static final int ENOUGH = 16;

	private static final long[] COMMON = { 10, 15, 20, 30, 60, 120, 300, 600, 900, 1200, 1800, 3600, 7200, 10_800,
			14_400, 21_600, 43_200, 86_400 };

	/** The steps of series that are not regular. */
	private static final int[] FINE = { 60, 30, 20, 15, 10, 5, 2, 1 };

	/** The finest step that is taken for the sake of a few points. */
	private static final int CARBONS_FINEST = 10;

	/** A longer step needs more than two distances that say so. */
	private static final long LONG = 300;

	private static final int FEW_DISTANCES = 4;

	/**
	 * How many different distances are counted; a series with more of them has no step.
	 */
	private static final int MAX_DISTANCES = 1024;

	/** How many points are held against the fine steps. */
	private static final int MAX_FINE_POINTS = 256;

	private final Map<Long, Integer> counts = new HashMap<>();

	/** The first points, of which only a series that is not regular makes use. */
	private final long[] first = new long[MAX_FINE_POINTS];

	private long points;

	private long previous;

	private long distance;

	/** How often the distance has occurred in a row, not yet counted in the map. */
	private int run;

	/**
	 * Forgets all points, so that those of another series can be added.
	 */
	public void clear() {
		this.counts.clear();
		this.points = 0;
		this.run = 0;
	}

	/**
	 * Adds the next point.
	 * @param timestamp its timestamp, above that of the one before
	 */
	public void add(long timestamp) {
		if (this.points > 0) {
			long now = timestamp - this.previous;
			if (now != this.distance) {
				endRun();
				this.distance = now;
			}
			this.run++;
		}
		if (this.points < MAX_FINE_POINTS) {
			this.first[(int) this.points] = timestamp;
		}
		this.points++;
		this.previous = timestamp;
	}

	private void endRun() {
		if (this.run > 0 && (this.counts.size() < MAX_DISTANCES || this.counts.containsKey(this.distance))) {
			this.counts.merge(this.distance, this.run, Integer::sum);
		}
		this.run = 0;
	}

	/**
	 * Returns whether there were so many points that {@link #step} does not depend on a
	 * few of them.
	 * @return whether there were enough
	 */
	public boolean isSure() {
		return this.points >= ENOUGH;
	}

	/**
	 * Returns the step.
	 * @return the step in seconds, or 0 if there were fewer than three points
	 */
	public long step() {
		endRun();
		long distances = this.points - 1;
		if (distances < 2) {
			return 0;
		}
		long best = mostCommon();
		return isRegular(best, distances) ? punctual(best) : fine();
	}

	private long mostCommon() {
		long best = 0;
		int bestCount = 0;
		for (Map.Entry<Long, Integer> entry : this.counts.entrySet()) {
			int count = entry.getValue();
			if (count > bestCount || (count == bestCount && entry.getKey() < best)) {
				best = entry.getKey();
				bestCount = count;
			}
		}
		return best;
	}

	private boolean isRegular(long step, long distances) {
		long same = 0;
		long gaps = 0;
		long shorter = 0;
		for (Map.Entry<Long, Integer> entry : this.counts.entrySet()) {
			long multiple = (entry.getKey() + step / 2) / step;
			if (multiple > 0 && Math.abs(entry.getKey() - multiple * step) <= tolerance(step)) {
				same += (multiple == 1) ? entry.getValue() : 0;
				gaps += (multiple > 1) ? entry.getValue() : 0;
			}
			else if (entry.getKey() < step) {
				shorter += entry.getValue();
			}
		}
		boolean few = distances < FEW_DISTANCES;
		if (step > LONG && few) {
			return false;
		}
		if (few && same + gaps == distances) {
			return true;
		}
		boolean usual = same * 2 >= distances || (same * 8 >= distances && (same + gaps) * 10 >= distances * 9);
		return same >= 2 && usual && (isSure() ? shorter * 4 < distances : shorter == 0);
	}

	private static long tolerance(long step) {
		return (step < 5) ? 0 : Math.max(1, step / 20);
	}

	private long fine() {
		int compared = (int) Math.min(this.points, MAX_FINE_POINTS);
		for (int step : FINE) {
			// Points in the same slot are lost, so a few are, and none of few.
			int few = (step > CARBONS_FINEST) ? compared / 32 : compared / 4;
			if (lost(step, compared) <= few) {
				return step;
			}
		}
		return 1;
	}

	// Returns how many points are in the same slot as the one before.
	private int lost(int step, int compared) {
		int lost = 0;
		for (int i = 1; i < compared; i++) {
			lost += (Math.floorDiv(this.first[i], step) == Math.floorDiv(this.first[i - 1], step)) ? 1 : 0;
		}
		return lost;
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
