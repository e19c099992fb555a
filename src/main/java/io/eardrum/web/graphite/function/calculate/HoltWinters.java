package io.eardrum.web.graphite.function.calculate;

import io.eardrum.web.graphite.series.GridSeries;

/**
 * The forecast of Holt and Winters for each value of a series, from the values before it:
 * a level, a slope and a season, each smoothed exponentially. The weights are Graphite's.
 */
final class HoltWinters {

	private static final double ALPHA = 0.1;

	private static final double BETA = 0.0035;

	private static final double GAMMA = 0.1;

	private final double[] predictions;

	private final double[] deviations;

	private final double[] seasonals;

	private final int season;

	private HoltWinters(GridSeries series, int season) {
		this.predictions = series.room(series.size());
		this.deviations = series.room(series.size());
		this.seasonals = series.room(series.size());
		this.season = season;
	}

	/**
	 * Computes forecasts.
	 * @param series the series
	 * @param seasonSeconds how long a season is
	 * @return the forecasts for all of its values
	 */
	static HoltWinters of(GridSeries series, long seasonSeconds) {
		// A season longer than the series has no effect.
		long season = Math.min(Math.max(2, seasonSeconds / series.step()), series.size() + 2L);
		HoltWinters analysis = new HoltWinters(series, (int) season);
		analysis.analyse(series);
		return analysis;
	}

	private void analyse(GridSeries series) {
		double level = Double.NaN;
		double slope = 0;
		double next = Double.NaN;
		for (int i = 0; i < series.size(); i++) {
			double actual = series.value(i);
			this.predictions[i] = (i == 0) ? actual : next;
			if (Double.isNaN(actual)) {
				// Seasonal part and deviation are 0 here.
				level = Double.NaN;
				slope = 0;
				next = Double.NaN;
				continue;
			}
			double before = Double.isNaN(level) ? actual : level;
			double seasonal = earlier(this.seasonals, i);
			level = ALPHA * (actual - seasonal) + (1 - ALPHA) * (before + slope);
			slope = BETA * (level - before) + (1 - BETA) * slope;
			this.seasonals[i] = GAMMA * (actual - level) + (1 - GAMMA) * seasonal;
			double error = Math.abs(actual - (Double.isNaN(this.predictions[i]) ? 0 : this.predictions[i]));
			this.deviations[i] = GAMMA * error + (1 - GAMMA) * earlier(this.deviations, i);
			next = level + slope + earlier(this.seasonals, i + 1);
		}
	}

	private double earlier(double[] values, int index) {
		return (index >= this.season) ? values[index - this.season] : 0;
	}

	/**
	 * Returns the forecast for a value.
	 * @param index the number of the value, from 0
	 * @return the forecast, or NaN if the value before was missing
	 */
	double prediction(int index) {
		return this.predictions[index];
	}

	/**
	 * Returns how far values have been from their forecasts, on average.
	 * @param index the number of the value, from 0
	 * @return the deviation, 0 or more
	 */
	double deviation(int index) {
		return this.deviations[index];
	}

}
