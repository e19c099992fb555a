package io.eardrum.web.graphite.series;

import java.util.Arrays;

/**
 * Computes percentiles as Graphite does: by rank among one more value than there are.
 */
public final class Percentile {

	private Percentile() {
	}

	/**
	 * Computes a percentile.
	 * @param values the values, at the front of this array; NaN where there is none
	 * @param count how many values there are
	 * @param n the percentile, above 0, up to 100
	 * @param interpolate whether to interpolate between two neighbours if the rank is not
	 * a whole number, instead of taking the higher one
	 * @return the value, or NaN if there is none
	 */
	public static double of(double[] values, int count, double n, boolean interpolate) {
		double[] sorted = Arrays.stream(values, 0, count).filter((value) -> !Double.isNaN(value)).sorted().toArray();
		if (sorted.length == 0) {
			return Double.NaN;
		}
		double exact = n / 100 * (sorted.length + 1);
		int rank = (int) exact;
		double fraction = exact - rank;
		if (!interpolate) {
			rank += (int) Math.ceil(fraction);
		}
		int index = Math.max(0, Math.min(sorted.length, rank) - 1);
		if (!interpolate || rank >= sorted.length) {
			return sorted[index];
		}
		return sorted[index] + fraction * (sorted[rank] - sorted[index]);
	}

}
