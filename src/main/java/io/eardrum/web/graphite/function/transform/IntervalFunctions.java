package io.eardrum.web.graphite.function.transform;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import io.eardrum.web.graphite.function.call.FunctionCall;
import io.eardrum.web.graphite.function.call.Parameter;
import io.eardrum.web.graphite.function.call.RangeStart;
import io.eardrum.web.graphite.function.call.Scope;
import io.eardrum.web.graphite.function.call.SeriesFunction;
import io.eardrum.web.graphite.function.call.TimeArgument;
import io.eardrum.web.graphite.query.Expression;
import io.eardrum.web.graphite.query.TimeOffset;
import io.eardrum.web.graphite.series.Aggregation;
import io.eardrum.web.graphite.series.Grid;
import io.eardrum.web.graphite.series.GridSeries;

/**
 * Functions over spans of time: sums and summaries of intervals, parts of a range, and
 * the same range at several times.
 */
public final class IntervalFunctions {

	private static final Parameter SERIES = Parameter.required("seriesList", Parameter.Type.SERIES_LIST);

	private static final Parameter INTERVAL = Parameter.required("intervalString", Parameter.Type.INTERVAL, "10min",
			"1h", "1d");

	private static final int MINUTE = 60;

	private static final int HOUR = 3600;

	private static final int DAY = 86_400;

	private IntervalFunctions() {
	}

	/**
	 * Returns these functions.
	 * @return the functions, in no order
	 */
	public static List<SeriesFunction> all() {
		return List.of(
				new SeriesFunction("hitcount", SeriesFunction.Group.TRANSFORM,
						"Counts what happened in each interval such as '1h', from values that say how often it "
								+ "happened in a second.",
						IntervalFunctions::hitcount, SERIES, INTERVAL,
						Parameter.optional("alignToInterval", Parameter.Type.BOOLEAN, false)),
				new SeriesFunction("smartSummarize", SeriesFunction.Group.TRANSFORM,
						"Does what summarize does; intervals begin where the range begins, or the unit in alignTo "
								+ "before it, such as 'days'.",
						IntervalFunctions::smartSummarize, SERIES, INTERVAL,
						Parameter.optional("func", Parameter.Type.AGGREGATION, "sum"),
						Parameter.optional("alignTo", Parameter.Type.ALIGNMENT, null)),
				new SeriesFunction("integralByInterval", SeriesFunction.Group.TRANSFORM,
						"Adds all values up to each one, and begins anew in each interval such as '1d'.",
						IntervalFunctions::integral, SERIES,
						Parameter.required("intervalUnit", Parameter.Type.INTERVAL, "10min", "1h", "1d"))
					.forEach(),
				new SeriesFunction("compressPeriodicGaps", SeriesFunction.Group.TRANSFORM,
						"Takes the gaps out of series that have a value at each n-th step only.",
						(call) -> call.series()
							.stream()
							.map((one) -> compressed(one).within("compressPeriodicGaps(", ")"))
							.toList(),
						SERIES)
					.forEach(),
				new SeriesFunction("timeSlice", SeriesFunction.Group.TRANSFORM,
						"Keeps the values between two times, such as '-1h' and 'now'.", IntervalFunctions::slice,
						SERIES, Parameter.required("startSliceAt", Parameter.Type.DATE),
						Parameter.optional("endSliceAt", Parameter.Type.DATE, "now"))
					.forEach(),
				new SeriesFunction("timeStack", SeriesFunction.Group.TRANSFORM,
						"Shows the values of several earlier times: timeShiftUnit times each number from timeShiftStart "
								+ "up to, but without, timeShiftEnd.",
						IntervalFunctions::stack, SERIES,
						Parameter.optional("timeShiftUnit", Parameter.Type.INTERVAL, "1d"),
						Parameter.optional("timeShiftStart", Parameter.Type.INTEGER, 0),
						Parameter.optional("timeShiftEnd", Parameter.Type.INTEGER, 7)));
	}

	private static List<GridSeries> hitcount(FunctionCall call) {
		long interval = call.interval("intervalString");
		boolean aligned = call.flag("alignToInterval");
		String end = ", \"" + call.text("intervalString") + "\"" + (aligned ? ", true)" : ")");
		List<GridSeries> result = new ArrayList<>();
		for (GridSeries one : aligned ? since(call, unitOf(interval)) : call.series()) {
			long length = one.end() - one.start();
			long slots = aligned ? length / interval + 1 : (length + interval - 1) / interval;
			long until = aligned ? one.start() + slots * interval : one.end();
			result.add(hits(one, new Grid(until - slots * interval, until, interval)).within("hitcount(", end));
		}
		return result;
	}

	private static List<GridSeries> since(FunctionCall call, String unit) {
		Scope scope = call.scope();
		return call.series(scope.over(RangeStart.of(scope, unit), scope.until()));
	}

	private static String unitOf(long interval) {
		if (interval >= DAY) {
			return "days";
		}
		return (interval >= HOUR) ? "hours" : (interval >= MINUTE) ? "minutes" : "seconds";
	}

	// A value whose time lies in several slots counts in each for the seconds there.
	private static GridSeries hits(GridSeries series, Grid grid) {
		double[] hits = series.room(grid.size());
		Arrays.fill(hits, Double.NaN);
		for (int i = 0; i < series.size(); i++) {
			if (Double.isNaN(series.value(i))) {
				continue;
			}
			long begin = series.time(i);
			long end = Math.min(begin + series.step(), grid.end());
			while (begin < end) {
				int slot = (int) ((begin - grid.start()) / grid.step());
				long next = Math.min(end, grid.time(slot + 1));
				hits[slot] = (Double.isNaN(hits[slot]) ? 0 : hits[slot]) + series.value(i) * (next - begin);
				begin = next;
			}
		}
		return series.withValues(grid, hits);
	}

	private static List<GridSeries> smartSummarize(FunctionCall call) {
		long interval = call.interval("intervalString");
		String function = call.text("func", "sum");
		String end = ", \"" + call.text("intervalString") + "\", \"" + function + "\")";
		boolean aligned = call.expressions("alignTo")
			.stream()
			.anyMatch((unit) -> unit instanceof Expression.Text text && RangeStart.isUnit(text.value()));
		return (aligned ? since(call, call.text("alignTo")) : call.series()).stream()
			.map((one) -> RateFunctions.summarize(one, interval, Aggregation.named(function), one.start(), one.end())
				.within("smartSummarize(", end))
			.toList();
	}

	private static List<GridSeries> integral(FunctionCall call) {
		String unit = call.text("intervalUnit");
		long interval = Math.abs(TimeOffset.seconds(unit));
		long from = call.scope().from();
		List<GridSeries> result = new ArrayList<>();
		for (GridSeries series : call.series()) {
			double[] values = series.room(series.size());
			double sum = 0;
			for (int i = 0; i < values.length; i++) {
				long time = series.time(i) - from;
				if (Math.floorDiv(time, interval) != Math.floorDiv(time - series.step(), interval)) {
					sum = 0;
				}
				sum += Double.isNaN(series.value(i)) ? 0 : series.value(i);
				values[i] = sum;
			}
			result.add(series.withValues(values).within("integralByInterval(", ",'" + unit + "')"));
		}
		return result;
	}

	// As in Graphite, the period is that between the first two values that are not 0, if
	// there is such a value after the period again, and none around it.
	private static GridSeries compressed(GridSeries series) {
		int first = nextValue(series, 0);
		int second = nextValue(series, first + 1);
		int period = second - first;
		long third = (long) second + period;
		if (period < 2 || third > series.size() - 2 || !hasValue(series, (int) third)
				|| !Double.isNaN(series.value((int) third - 1)) || !Double.isNaN(series.value((int) third + 1))) {
			return series;
		}
		long start = series.time(first);
		long interval = period * series.step();
		GridSeries summary = RateFunctions.summarize(series, interval, Aggregation.LAST, start, series.end());
		return summary.movedTo(start, start + (summary.size() - 1) * interval);
	}

	private static int nextValue(GridSeries series, int from) {
		int next = from;
		while (next < series.size() && !hasValue(series, next)) {
			next++;
		}
		return next;
	}

	private static boolean hasValue(GridSeries series, int index) {
		return !Double.isNaN(series.value(index)) && series.value(index) != 0;
	}

	private static List<GridSeries> slice(FunctionCall call) {
		long start = TimeArgument.seconds(call.scope(), call.expressions("startSliceAt"), 0);
		long end = TimeArgument.seconds(call.scope(), call.expressions("endSliceAt"), call.scope().now());
		List<GridSeries> result = new ArrayList<>();
		for (GridSeries series : call.series()) {
			double[] values = series.room(series.size());
			for (int i = 0; i < values.length; i++) {
				// As in Graphite, times count from where the range begins.
				long time = call.scope().from() + i * series.step();
				values[i] = (time < start || time > end) ? Double.NaN : series.value(i);
			}
			result.add(
					series.withValues(values).withName("timeSlice(" + series.name() + ", " + start + ", " + end + ")"));
		}
		return result;
	}

	private static List<GridSeries> stack(FunctionCall call) {
		String text = call.text("timeShiftUnit", "1d");
		// Without a sign, the shift goes back in time.
		String unit = Character.isDigit(text.charAt(0)) ? "-" + text : text;
		long seconds = TimeOffset.seconds(unit);
		int first = call.integer("timeShiftStart", 0);
		int end = call.integer("timeShiftEnd", 7);
		long farthest = Math.max(Math.abs((long) first), Math.abs((long) end));
		if (farthest > TimeOffset.MAX_SECONDS / Math.abs(seconds)) {
			throw call.error("would look at times more than ten thousand years away");
		}
		List<GridSeries> original = call.series();
		List<GridSeries> result = new ArrayList<>();
		Scope scope = call.scope();
		for (int shift = first; shift < end && !original.isEmpty(); shift++) {
			GridSeries like = original.get(0);
			long by = shift * seconds;
			String after = ", " + unit + ", " + shift + ")";
			call.series(scope.over(scope.from() + by, scope.until() + by))
				.forEach((one) -> result.add(one.movedTo(like.start(), like.end()).within("timeShift(", after)));
		}
		return result;
	}

}
