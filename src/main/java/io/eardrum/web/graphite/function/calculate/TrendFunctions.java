package io.eardrum.web.graphite.function.calculate;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import io.eardrum.web.graphite.function.call.FunctionCall;
import io.eardrum.web.graphite.function.call.Parameter;
import io.eardrum.web.graphite.function.call.Scope;
import io.eardrum.web.graphite.function.call.SeriesFunction;
import io.eardrum.web.graphite.function.call.TimeArgument;
import io.eardrum.web.graphite.function.special.SpecialFunctions;
import io.eardrum.web.graphite.function.transform.TransformFunctions;
import io.eardrum.web.graphite.query.NumberText;
import io.eardrum.web.graphite.query.TimeOffset;
import io.eardrum.web.graphite.series.Aggregation;
import io.eardrum.web.graphite.series.Grid;
import io.eardrum.web.graphite.series.GridSeries;

/**
 * Functions that show where a series is heading: exponential averages, deviations and
 * straight lines.
 */
public final class TrendFunctions {

	private static final Parameter SERIES = Parameter.required("seriesList", Parameter.Type.SERIES_LIST);

	/** Graphite rounds exponential averages to this many digits after the point. */
	private static final int DIGITS = 6;

	private TrendFunctions() {
	}

	/**
	 * Returns these functions.
	 * @return the functions, in no order
	 */
	public static List<SeriesFunction> all() {
		return List.of(
				new SeriesFunction("exponentialMovingAverage", SeriesFunction.Group.CALCULATE,
						"Takes the average of all values up to each one, in which a value counts less the older it is.",
						TrendFunctions::exponential, SERIES,
						Parameter.required("windowSize", Parameter.Type.INTEGER_OR_INTERVAL, 5, 7, 10, "1min", "5min",
								"10min", "30min", "1hour")),
				new SeriesFunction("stdev", SeriesFunction.Group.CALCULATE,
						"Takes the standard deviation of a number of values up to each one, of which a part "
								+ "(windowTolerance, from 0 to 1) has to be there.",
						TrendFunctions::deviation, SERIES, Parameter.required("points", Parameter.Type.INTEGER),
						Parameter.optional("windowTolerance", Parameter.Type.FLOAT, 0.1))
					.forEach(),
				new SeriesFunction("linearRegression", SeriesFunction.Group.CALCULATE,
						"Draws the straight line that is nearest to the values, or to those between two other times.",
						TrendFunctions::regression, SERIES,
						Parameter.optional("startSourceAt", Parameter.Type.DATE, null),
						Parameter.optional("endSourceAt", Parameter.Type.DATE, null)),
				new SeriesFunction("aggregateLine", SeriesFunction.Group.CALCULATE,
						"Draws a line at an aggregation of each series, with three values, or with as many as the "
								+ "series has (keepStep).",
						TrendFunctions::line, SERIES, Parameter.optional("func", Parameter.Type.AGGREGATION, "average"),
						Parameter.optional("keepStep", Parameter.Type.BOOLEAN, false))
					.forEach());
	}

	private static List<GridSeries> exponential(FunctionCall call) {
		boolean isTime = call.isText("windowSize");
		String size = isTime ? "\"" + call.text("windowSize") + "\"" : Integer.toString(call.integer("windowSize"));
		if (!isTime && call.integer("windowSize") < 1) {
			throw call.error("takes a 'windowSize' of 1 or more points, not " + size);
		}
		long before = isTime ? Math.abs(TimeOffset.seconds(call.text("windowSize")))
				: WindowFunctions.secondsBefore(call);
		double weight = 2.0 / ((isTime ? before : call.integer("windowSize")) + 1);
		Scope scope = call.scope();
		List<GridSeries> result = new ArrayList<>();
		for (GridSeries series : call.series(scope.over(scope.from() - before, scope.until()))) {
			long points = isTime ? before / series.step() : call.integer("windowSize");
			result.add(exponential(series, (int) Math.min(points, series.size()), weight, before)
				.within("exponentialMovingAverage(", "," + size + ")"));
		}
		return result;
	}

	// As in Graphite, the first value is the average of the window, so there is one more
	// value than the range has, and each of them is a step late.
	private static GridSeries exponential(GridSeries series, int window, double weight, long before) {
		double[] values = series.room(series.size() - window + 1L);
		double[] first = series.room(window);
		series.copy(0, first, window);
		double average = Aggregation.AVERAGE.of(first, window);
		average = Double.isNaN(average) ? 0 : average;
		values[0] = TransformFunctions.rounded(average, DIGITS);
		for (int i = window; i < series.size(); i++) {
			double value = series.value(i);
			average = Double.isNaN(value) ? average : weight * value + (1 - weight) * average;
			values[i - window + 1] = Double.isNaN(value) ? Double.NaN : TransformFunctions.rounded(average, DIGITS);
		}
		return series.withValues(new Grid(series.start() + before, series.end(), series.step()), values);
	}

	private static List<GridSeries> deviation(FunctionCall call) {
		int points = call.integer("points");
		if (points < 1) {
			throw call.error("takes 1 or more 'points', not " + points);
		}
		double tolerance = call.number("windowTolerance", 0.1);
		return call.series()
			.stream()
			.map((one) -> deviation(one, points, tolerance).within("stdev(", "," + points + ")"))
			.toList();
	}

	private static GridSeries deviation(GridSeries series, int points, double tolerance) {
		double[] values = series.room(series.size());
		int present = 0;
		double sum = 0;
		double squares = 0;
		for (int i = 0; i < values.length; i++) {
			double dropped = (i < points) ? Double.NaN : series.value(i - points);
			if (!Double.isNaN(dropped)) {
				present--;
				sum -= dropped;
				squares -= dropped * dropped;
			}
			double value = series.value(i);
			if (!Double.isNaN(value)) {
				present++;
				sum += value;
				squares += value * value;
			}
			// NaN if there is nothing, or if rounding has left less than 0.
			values[i] = ((double) present / points >= tolerance) ? Math.sqrt(present * squares - sum * sum) / present
					: Double.NaN;
		}
		return series.withValues(values);
	}

	private static List<GridSeries> regression(FunctionCall call) {
		Scope scope = call.scope();
		long start = TimeArgument.seconds(call.scope(), call.expressions("startSourceAt"), scope.from());
		long end = TimeArgument.seconds(call.scope(), call.expressions("endSourceAt"), scope.until());
		if (start > end) {
			throw call.error("takes a 'startSourceAt' that is not after 'endSourceAt'");
		}
		List<GridSeries> series = call.series();
		List<GridSeries> sources = call.series(scope.over(start, end));
		List<GridSeries> result = new ArrayList<>();
		for (int i = 0; i < Math.min(series.size(), sources.size()); i++) {
			GridSeries one = series.get(i);
			double[] line = line(sources.get(i));
			if (line.length > 0) {
				double[] values = one.room(one.size());
				for (int j = 0; j < values.length; j++) {
					values[j] = line[1] + one.time(j) * line[0];
				}
				result.add(one.withValues(values).within("linearRegression(", ", " + start + ", " + end + ")"));
			}
		}
		return result;
	}

	// Returns the slope of the line and its value at time 0, or nothing if there are too
	// few values for a line.
	private static double[] line(GridSeries series) {
		series.work(series.size());
		double count = 0;
		double sumOfX = 0;
		double sumOfY = 0;
		double sumOfSquares = 0;
		double sumOfProducts = 0;
		for (int i = 0; i < series.size(); i++) {
			double y = series.value(i);
			if (!Double.isNaN(y)) {
				count++;
				sumOfX += i;
				sumOfY += y;
				sumOfSquares += (double) i * i;
				sumOfProducts += i * y;
			}
		}
		double denominator = count * sumOfSquares - sumOfX * sumOfX;
		if (denominator == 0) {
			return new double[0];
		}
		double slope = (count * sumOfProducts - sumOfX * sumOfY) / denominator / series.step();
		double atStart = (sumOfSquares * sumOfY - sumOfProducts * sumOfX) / denominator;
		return new double[] { slope, atStart - slope * series.start() };
	}

	private static List<GridSeries> line(FunctionCall call) {
		Aggregation aggregation = Aggregation.named(call.text("func", "average"));
		List<GridSeries> result = new ArrayList<>();
		for (GridSeries series : call.series()) {
			double value = series.total(aggregation);
			boolean none = Double.isNaN(value);
			String name = "aggregateLine(" + series.name() + ", " + (none ? "None" : NumberText.brief(value)) + ")";
			if (call.flag("keepStep")) {
				double[] values = series.room(series.size());
				Arrays.fill(values, value);
				result.add(series.withValues(values).withPath(name));
			}
			else {
				String line = none ? "None" : NumberText.exact(value);
				result.add(SpecialFunctions.constantLine(call.scope(), value, line).withPath(name));
			}
		}
		return result;
	}

}
