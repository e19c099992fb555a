package io.eardrum.web.graphite.function.transform;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

import io.eardrum.web.graphite.function.call.FunctionCall;
import io.eardrum.web.graphite.function.call.Parameter;
import io.eardrum.web.graphite.function.call.Scope;
import io.eardrum.web.graphite.function.call.SeriesFunction;
import io.eardrum.web.graphite.query.TimeOffset;
import io.eardrum.web.graphite.series.Aggregation;
import io.eardrum.web.graphite.series.Grid;
import io.eardrum.web.graphite.series.GridSeries;
import io.eardrum.web.graphite.series.SeriesName;

/**
 * Functions over time: differences between neighbours, sums, summaries and shifts.
 */
public final class RateFunctions {

	private static final Parameter SERIES = Parameter.required("seriesList", Parameter.Type.SERIES_LIST);

	private static final Parameter MAX = Parameter.optional("maxValue", Parameter.Type.FLOAT, null);

	private static final Parameter MIN = Parameter.optional("minValue", Parameter.Type.FLOAT, null);

	private static final long HOUR_SECONDS = 3600;

	private RateFunctions() {
	}

	/**
	 * Returns these functions.
	 * @return the functions, in no order
	 */
	public static List<SeriesFunction> all() {
		return List.of(
				new SeriesFunction("derivative", SeriesFunction.Group.TRANSFORM,
						"Takes each value less the one before it.", RateFunctions::derivative, SERIES),
				new SeriesFunction("nonNegativeDerivative", SeriesFunction.Group.TRANSFORM,
						"Takes each value of a counter less the one before it; where the counter has started again, "
								+ "there is no value, or the one that maxValue or minValue let compute.",
						(call) -> counted(call, (delta) -> delta), SERIES, MAX, MIN),
				new SeriesFunction("perSecond", SeriesFunction.Group.TRANSFORM,
						"Does what nonNegativeDerivative does, and divides by the seconds between the values.",
						(call) -> counted(call, null), SERIES, MAX, MIN),
				new SeriesFunction("integral", SeriesFunction.Group.TRANSFORM, "Adds all values up to each one.",
						RateFunctions::integral, SERIES),
				new SeriesFunction("summarize", SeriesFunction.Group.TRANSFORM,
						"Makes one value of all in an interval such as '1h'; intervals begin at multiples of their "
								+ "length, or at the first value if alignToFrom is true.",
						RateFunctions::summarize, SERIES,
						Parameter.required("intervalString", Parameter.Type.INTERVAL, "10min", "1h", "1d"),
						Parameter.optional("func", Parameter.Type.AGGREGATION, "sum"),
						Parameter.optional("alignToFrom", Parameter.Type.BOOLEAN, false)),
				new SeriesFunction("timeShift", SeriesFunction.Group.TRANSFORM,
						"Shows the values of an earlier time, such as '1d' before, or of a later one ('+1d').",
						RateFunctions::shift, SERIES,
						Parameter.required("timeShift", Parameter.Type.INTERVAL, "1h", "1d", "7d"),
						Parameter.optional("resetEnd", Parameter.Type.BOOLEAN, true),
						Parameter.optional("alignDST", Parameter.Type.BOOLEAN, false)));
	}

	private static List<GridSeries> derivative(FunctionCall call) {
		List<GridSeries> result = new ArrayList<>();
		for (GridSeries series : call.series()) {
			double[] values = series.room(series.size());
			double previous = Double.NaN;
			for (int i = 0; i < values.length; i++) {
				// NaN if either value is NaN.
				values[i] = series.value(i) - previous;
				previous = series.value(i);
			}
			result.add(series.withValues(values).within("derivative(", ")"));
		}
		return result;
	}

	private static List<GridSeries> counted(FunctionCall call,
			@org.jspecify.annotations.Nullable Function<Double, Double> plain) {
		double max = call.number("maxValue", Double.NaN);
		double min = call.number("minValue", Double.NaN);
		List<GridSeries> result = new ArrayList<>();
		for (GridSeries series : call.series()) {
			double[] values = series.room(series.size());
			double previous = Double.NaN;
			for (int i = 0; i < values.length; i++) {
				double value = series.value(i);
				if (value > max || value < min) {
					value = Double.NaN;
				}
				double delta = delta(value, previous, max, min);
				values[i] = (plain != null) ? delta : TransformFunctions.rounded(delta / series.step(), 6);
				previous = value;
			}
			String name = (plain != null) ? "nonNegativeDerivative(" : "perSecond(";
			result.add(series.withValues(values).within(name, ")"));
		}
		return result;
	}

	// Comparisons with NaN are false, so arguments that are not given and values that are
	// missing drop out.
	private static double delta(double value, double previous, double max, double min) {
		if (Double.isNaN(value) || Double.isNaN(previous)) {
			return Double.NaN;
		}
		if (value >= previous) {
			return value - previous;
		}
		if (!Double.isNaN(max)) {
			return max + 1 + value - previous - (Double.isNaN(min) ? 0 : min);
		}
		return value - min;
	}

	private static List<GridSeries> integral(FunctionCall call) {
		List<GridSeries> result = new ArrayList<>();
		for (GridSeries series : call.series()) {
			double[] sum = new double[1];
			result.add(series.map((value) -> {
				sum[0] += value;
				return sum[0];
			}).within("integral(", ")"));
		}
		return result;
	}

	private static List<GridSeries> summarize(FunctionCall call) {
		long interval = call.interval("intervalString");
		String function = call.text("func", "sum");
		boolean alignToFrom = call.flag("alignToFrom");
		List<GridSeries> result = new ArrayList<>();
		for (GridSeries series : call.series()) {
			String end = ", \"" + call.text("intervalString") + "\", \"" + function + "\""
					+ (alignToFrom ? ", true)" : ")");
			result.add(summarize(series, interval, Aggregation.named(function), alignToFrom).within("summarize(", end));
		}
		return result;
	}

	private static GridSeries summarize(GridSeries series, long interval, Aggregation aggregation,
			boolean alignToFrom) {
		long start = alignToFrom ? series.start() : Math.floorDiv(series.start(), interval) * interval;
		long end = alignToFrom ? series.end() : Math.floorDiv(series.end(), interval) * interval + interval;
		return summarize(series, interval, aggregation, start, end);
	}

	/**
	 * Makes one value of all in an interval.
	 * @param series the series
	 * @param interval the length of an interval in seconds
	 * @param aggregation the aggregation
	 * @param start where the first interval begins; values before are left out
	 * @param end where the last interval ends, or a time in it
	 * @return the series with a value for each interval
	 */
	static GridSeries summarize(GridSeries series, long interval, Aggregation aggregation, long start, long end) {
		long slots = (end - start + interval - 1) / interval;
		double[] values = series.room(slots);
		double[] slot = series.room(series.size());
		int next = (int) Math.max(0, (start - series.start() + series.step() - 1) / series.step());
		for (int i = 0; i < values.length; i++) {
			int count = 0;
			int present = 0;
			while (next < series.size() && series.time(next) < series.end()
					&& series.time(next) < start + (i + 1) * interval) {
				slot[count++] = series.value(next);
				present += Double.isNaN(series.value(next)) ? 0 : 1;
				next++;
			}
			values[i] = series.isEnough(present, (double) interval / series.step()) ? aggregation.of(slot, count)
					: Double.NaN;
		}
		return series.withValues(new Grid(start, start + slots * interval, interval), values);
	}

	private static List<GridSeries> shift(FunctionCall call) {
		String text = call.text("timeShift");
		// Without a sign, the shift goes back in time.
		String signed = Character.isDigit(text.charAt(0)) ? "-" + text : text;
		long seconds = TimeOffset.seconds(signed);
		boolean resetEnd = !call.has("resetEnd") || call.flag("resetEnd");
		List<GridSeries> original = call.series();
		if (original.isEmpty()) {
			return original;
		}
		GridSeries first = original.get(0);
		Scope scope = call.scope();
		if (call.flag("alignDST")) {
			seconds += clockChange(scope, seconds);
		}
		List<GridSeries> result = new ArrayList<>();
		for (GridSeries series : call.series(scope.over(scope.from() + seconds, scope.until() + seconds))) {
			long end = resetEnd ? first.end() : series.end() - series.start() + first.start();
			result.add(series.movedTo(first.start(), end)
				.withName(SeriesName.of("timeShift(", series.name(), ", \"" + signed + "\")")));
		}
		return result;
	}

	// As in Graphite, a range in which the clock changes is not moved further, because
	// one
	// of its parts would be wrong in any case.
	private static long clockChange(Scope scope, long seconds) {
		boolean summer = isSummer(scope, scope.from());
		boolean shiftedSummer = isSummer(scope, scope.from() + seconds);
		if (summer != isSummer(scope, scope.until()) || summer == shiftedSummer
				|| shiftedSummer != isSummer(scope, scope.until() + seconds)) {
			return 0;
		}
		return summer ? HOUR_SECONDS : -HOUR_SECONDS;
	}

	private static boolean isSummer(Scope scope, long time) {
		return scope.zone().getRules().isDaylightSavings(Instant.ofEpochSecond(time));
	}

}
