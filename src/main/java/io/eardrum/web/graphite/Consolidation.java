package io.eardrum.web.graphite;

import java.util.List;

import io.eardrum.web.graphite.series.Answer;
import io.eardrum.web.graphite.series.GridSeries;

/**
 * Shortens series to the width of a chart.
 */
final class Consolidation {

	private Consolidation() {
	}

	/**
	 * Consolidates the series that have more points than the request allows.
	 * <p>
	 * The slots begin at multiples of their length, so that a chart that is drawn again a
	 * little later shows the same slots. Values before the first slot are left out. As in
	 * Graphite, a slot also takes the value before its time, and leaves its last value to
	 * the next slot. If no series has any slot, the answer has no series.
	 * @param answer the series
	 * @param maxPoints how many points each may have; 0 means any number
	 */
	static void apply(Answer answer, int maxPoints) {
		List<GridSeries> series = answer.list();
		if (series.stream().allMatch((one) -> one.size() == 0)) {
			answer.clear();
		}
		else if (maxPoints > 0) {
			long start = series.stream().mapToLong(GridSeries::start).min().orElse(0);
			long end = series.stream().mapToLong(GridSeries::end).max().orElse(0);
			series.clear();
			answer.replaceAll((one) -> consolidated(one, end - start, maxPoints));
		}
	}

	private static GridSeries consolidated(GridSeries series, long seconds, int maxPoints) {
		if (maxPoints == 1) {
			return (series.size() > 1) ? series.consolidated(0, series.size(), series.start()) : series;
		}
		double points = (double) seconds / series.step();
		if (maxPoints >= points) {
			return series;
		}
		int count = (int) Math.ceil(points / maxPoints);
		long slotSeconds = count * series.step();
		long ahead = slotSeconds + Math.floorMod(series.start(), series.step())
				- Math.floorMod(series.start(), slotSeconds);
		int left = (int) Math.min(Math.max(0, ahead / series.step() - 1), series.size());
		return series.consolidated(left, count, series.start() + ahead);
	}

}
