package io.eardrum.web.graphite.function.calculate;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.DoubleBinaryOperator;

import io.eardrum.web.graphite.function.call.FunctionCall;
import io.eardrum.web.graphite.function.call.Parameter;
import io.eardrum.web.graphite.function.call.Scope;
import io.eardrum.web.graphite.function.call.SeriesFunction;
import io.eardrum.web.graphite.query.TimeOffset;
import io.eardrum.web.graphite.series.Aggregation;
import io.eardrum.web.graphite.series.Grid;
import io.eardrum.web.graphite.series.GridSeries;

/**
 * Functions over each value and the values before it. They also read the values that they
 * need from before the range.
 */
public final class WindowFunctions {

	private static final Parameter SERIES = Parameter.required("seriesList", Parameter.Type.SERIES_LIST);

	private static final Parameter SIZE = Parameter.required("windowSize", Parameter.Type.INTEGER_OR_INTERVAL, 5, 7, 10,
			"1min", "5min", "10min", "30min", "1hour");

	private static final Parameter X_FILES_FACTOR = Parameter.optional("xFilesFactor", Parameter.Type.FLOAT, null);

	private WindowFunctions() {
	}

	/**
	 * Returns these functions.
	 * @return the functions, in no order
	 */
	public static List<SeriesFunction> all() {
		return List.of(moving("movingAverage", "average"), moving("movingSum", "sum"), moving("movingMin", "min"),
				moving("movingMax", "max"), moving("movingMedian", "median"),
				new SeriesFunction("movingWindow", SeriesFunction.Group.CALCULATE,
						"Aggregates each value and those before it: a number of them, or those of a time such as '5min'.",
						(call) -> compute(call, call.text("func", "average")), SERIES, SIZE,
						Parameter.optional("func", Parameter.Type.AGGREGATION, "average"), X_FILES_FACTOR));
	}

	private static SeriesFunction moving(String name, String aggregation) {
		return new SeriesFunction(name, SeriesFunction.Group.CALCULATE,
				"Takes the " + aggregation
						+ " of each value and those before it: a number of them, or those of a time such as '5min'.",
				(call) -> compute(call, aggregation), SERIES, SIZE, X_FILES_FACTOR);
	}

	private static List<GridSeries> compute(FunctionCall call, String function) {
		Aggregation aggregation = Aggregation.named(function);
		boolean isTime = call.isText("windowSize");
		String size = isTime ? "\"" + call.text("windowSize") + "\"" : Integer.toString(call.integer("windowSize"));
		long before = isTime ? Math.abs(TimeOffset.seconds(call.text("windowSize"))) : secondsBefore(call);
		Scope scope = call.scope();
		String name = "moving" + function.substring(0, 1).toUpperCase(Locale.ROOT) + function.substring(1);
		List<GridSeries> result = new ArrayList<>();
		for (GridSeries series : call.series(scope.over(scope.from() - before, scope.until()))) {
			long taken = scope.account().taken();
			long points = isTime ? before / series.step() : Math.max(0, call.integer("windowSize"));
			int window = (int) Math.min(points, series.size());
			// A series with a shorter step than others was read from further back than it
			// needs.
			int first = 1 + (int) Math.max(0, Math.min(before / series.step() - points, series.size() - window));
			double factor = call.number("xFilesFactor", series.xFilesFactor());
			long ahead = isTime ? before : (first - 1L + window) * series.step();
			Grid grid = new Grid(series.start() + ahead, series.end(), series.step());
			double[] values = isIncremental(aggregation) ? slide(series, first, window, aggregation)
					: fromScratch(series, first, window, aggregation);
			removeSparse(series, first, window, factor, values);
			GridSeries moving = series.withValues(grid, values).within(name + "(", "," + size + ")");
			// The memory of the sums is free for the next series.
			scope.account().keep(taken, GridSeries.heldBy(List.of(moving)));
			result.add(moving);
		}
		return result;
	}

	static long secondsBefore(FunctionCall call) {
		long[] longest = { 1 };
		// One after the other, so that not all of them are held for their steps.
		call.stream().forEach((series) -> longest[0] = Math.max(longest[0], series.step()));
		long longestStep = longest[0];
		int points = Math.max(0, call.integer("windowSize"));
		if (points > TimeOffset.MAX_SECONDS / longestStep) {
			throw call.error("would look back more than ten thousand years");
		}
		return points * longestStep;
	}

	private static void removeSparse(GridSeries series, int first, int window, double factor, double[] values) {
		int present = present(series, first, window);
		for (int i = 0; i < values.length; i++) {
			if (present == 0 || (double) present / window < factor) {
				values[i] = Double.NaN;
			}
			present += present(series, first + i + window, 1) - present(series, first + i, 1);
		}
	}

	private static int present(GridSeries series, int from, int count) {
		int present = 0;
		for (int i = from; i < Math.min(from + count, series.size()); i++) {
			present += Double.isNaN(series.value(i)) ? 0 : 1;
		}
		return present;
	}

	private static double[] room(GridSeries series, int first, int window) {
		return series.room(series.size() + 1 - first - window);
	}

	private static double[] fromScratch(GridSeries series, int first, int window, Aggregation aggregation) {
		double[] values = room(series, first, window);
		series.work((long) window * values.length);
		double[] slot = series.room(window);
		for (int i = 0; i < values.length; i++) {
			// As in Graphite, the aggregations that consider gaps elsewhere also get only
			// the values that are present.
			int present = 0;
			for (int j = first + i; j < first + i + window; j++) {
				if (!Double.isNaN(series.value(j))) {
					slot[present++] = series.value(j);
				}
			}
			values[i] = (present > 0) ? aggregation.of(slot, present) : Double.NaN;
		}
		return values;
	}

	private static boolean isIncremental(Aggregation aggregation) {
		return switch (aggregation) {
			case AVERAGE, SUM, MIN, MAX -> true;
			default -> false;
		};
	}

	/**
	 * Computes windows in time proportional to the number of values, whatever the length
	 * of the window. It never subtracts a value from a sum, which would leave rounding
	 * errors. The values are divided into blocks of the length of a window. Each window
	 * is the end of one block and the beginning of the next (van Herk, Gil and Werman).
	 * @param series the series
	 * @param first the number of the first value in the first window
	 * @param window how many values a window has
	 * @param aggregation average, sum, min or max
	 * @return one value for each window
	 */
	private static double[] slide(GridSeries series, int first, int window, Aggregation aggregation) {
		int size = series.size();
		double[] values = room(series, first, window);
		if (window == 0) {
			Arrays.fill(values, Double.NaN);
			return values;
		}
		DoubleBinaryOperator operator = presentOnly(switch (aggregation) {
			case MIN -> Math::min;
			case MAX -> Math::max;
			default -> Double::sum;
		});
		double[] upTo = series.room(size);
		double[] from = series.room(size);
		for (int i = 0; i < size; i++) {
			upTo[i] = (i % window == 0) ? series.value(i) : operator.applyAsDouble(upTo[i - 1], series.value(i));
		}
		for (int i = size - 1; i >= 0; i--) {
			boolean last = i == size - 1 || (i + 1) % window == 0;
			from[i] = last ? series.value(i) : operator.applyAsDouble(series.value(i), from[i + 1]);
		}
		int present = present(series, first, window);
		for (int i = 0; i < values.length; i++) {
			int start = first + i;
			double end = upTo[start + window - 1];
			values[i] = (start % window == 0) ? end : operator.applyAsDouble(from[start], end);
			if (aggregation == Aggregation.AVERAGE) {
				values[i] /= present;
			}
			present += present(series, start + window, 1) - present(series, start, 1);
		}
		return values;
	}

	private static DoubleBinaryOperator presentOnly(DoubleBinaryOperator operator) {
		return (a, b) -> Double.isNaN(a) ? b : Double.isNaN(b) ? a : operator.applyAsDouble(a, b);
	}

}
