package io.eardrum.web.graphite;

import java.util.List;

import io.eardrum.web.graphite.series.Answer;
import io.eardrum.web.graphite.series.GridSeries;

/**
 * Makes series as short as a chart is wide.
 */
final class Consolidation {

	private Consolidation() {
	}

	/**
	 * Consolidates the series that are longer than was asked for.
	 * <p>
	 * The slots begin at multiples of their length, so that a chart which is drawn again
	 * a little later shows the same ones; what is before the first of them is left out.
	 * As in Graphite, a slot takes the value before its time too, and leaves its last one
	 * to the next; where no series has any value or gap, there is no series.
	 * @param answer the series
	 * @param maxPoints how many points each may have; 0 is any number
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
