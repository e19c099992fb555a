package io.eardrum.web.graphite.function.filter;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.DoublePredicate;

import io.eardrum.web.graphite.function.call.FunctionCall;
import io.eardrum.web.graphite.function.call.Parameter;
import io.eardrum.web.graphite.function.call.SeriesFunction;
import io.eardrum.web.graphite.function.regex.NameRegex;
import io.eardrum.web.graphite.query.NumberText;
import io.eardrum.web.graphite.query.QueryException;
import io.eardrum.web.graphite.series.Aggregation;
import io.eardrum.web.graphite.series.GridSeries;
import io.eardrum.web.graphite.series.Percentile;

/**
 * Functions that leave out series or values.
 */
public final class FilterFunctions {

	private static final Parameter SERIES = Parameter.required("seriesList", Parameter.Type.SERIES_LIST);

	private static final Parameter COUNT = Parameter.required("n", Parameter.Type.INTEGER);

	private static final Map<String, Comparison> COMPARISONS = Map.of("=", (a, b) -> a == b, "!=", (a, b) -> a != b,
			">", (a, b) -> a > b, ">=", (a, b) -> a >= b, "<", (a, b) -> a < b, "<=", (a, b) -> a <= b);

	private FilterFunctions() {
	}

	/**
	 * Returns these functions.
	 * @return the functions, in no order
	 */
	public static List<SeriesFunction> all() {
		List<SeriesFunction> all = new ArrayList<>(List.of(
				new SeriesFunction("limit", SeriesFunction.Group.FILTER_SERIES,
						"Keeps the first n series, or all but the last -n if n is negative.",
						(call) -> first(call.series(), call.integer("n")), SERIES, COUNT),
				top("highest", true, null), top("lowest", false, null), top("highestMax", true, "max"),
				top("highestCurrent", true, "current"), top("highestAverage", true, "average"),
				top("lowestCurrent", false, "current"), top("lowestAverage", false, "average"),
				new SeriesFunction("filterSeries", SeriesFunction.Group.FILTER_SERIES,
						"Keeps the series of which an aggregation is =, !=, >, >=, < or <= a number.",
						FilterFunctions::filter, SERIES, Parameter.required("func", Parameter.Type.AGGREGATION),
						Parameter.required("operator", Parameter.Type.STRING, "=", "!=", ">", ">=", "<", "<="),
						Parameter.required("threshold", Parameter.Type.FLOAT)),
				named("grep", "Keeps the series whose names a regular expression matches.", true),
				named("exclude", "Leaves the series out whose names a regular expression matches.", false),
				new SeriesFunction("unique", SeriesFunction.Group.FILTER_SERIES, "Keeps the first series of each name.",
						FilterFunctions::unique, Parameter.several("seriesLists", Parameter.Type.SERIES_LISTS, true)),
				new SeriesFunction("removeEmptySeries", SeriesFunction.Group.FILTER_SERIES,
						"Leaves the series out that have no value, or too few of them.", FilterFunctions::notEmpty,
						SERIES, Parameter.optional("xFilesFactor", Parameter.Type.FLOAT, null)),
				new SeriesFunction("mostDeviant", SeriesFunction.Group.FILTER_SERIES,
						"Keeps the n series that vary most.", FilterFunctions::mostDeviant, SERIES, COUNT),
				values("removeAboveValue", "Removes the values above n.", true),
				values("removeBelowValue", "Removes the values below n.", false),
				new SeriesFunction("nPercentile", SeriesFunction.Group.CALCULATE,
						"Draws a line at the n-th percentile of each series.", FilterFunctions::percentile, SERIES,
						Parameter.required("n", Parameter.Type.FLOAT))));
		for (String aggregation : List.of("average", "current", "maximum", "minimum")) {
			all.add(compared(aggregation + "Above", aggregation, ">", "above"));
			all.add(compared(aggregation + "Below", aggregation, "<=", "not above"));
		}
		return all;
	}

	private static SeriesFunction top(String name, boolean descending,
			@org.jspecify.annotations.Nullable String fixed) {
		String description = "Keeps the n series with the " + (descending ? "highest" : "lowest") + " "
				+ ((fixed != null) ? fixed : "aggregation") + " of their values, in that order.";
		SeriesFunction.Body body = (call) -> {
			List<GridSeries> series = call.series();
			series.sort(by((fixed != null) ? fixed : call.text("func", "average"), descending));
			return first(series, call.integer("n", 1));
		};
		return (fixed != null)
				? new SeriesFunction(name, SeriesFunction.Group.FILTER_SERIES, description, body, SERIES, COUNT)
				: new SeriesFunction(name, SeriesFunction.Group.FILTER_SERIES, description, body, SERIES,
						Parameter.optional("n", Parameter.Type.INTEGER, 1),
						Parameter.optional("func", Parameter.Type.AGGREGATION, "average"));
	}

	/**
	 * Orders series by an aggregation of their values. A series without values counts as
	 * the lowest.
	 * @param aggregation the aggregation, by its name
	 * @param descending whether the highest comes first
	 * @return the order
	 */
	static Comparator<GridSeries> by(String aggregation, boolean descending) {
		Aggregation function = Aggregation.named(aggregation);
		IdentityHashMap<GridSeries, Double> totals = new IdentityHashMap<>();
		Comparator<GridSeries> ascending = Comparator.comparingDouble((one) -> totals.computeIfAbsent(one, (series) -> {
			double total = series.total(function);
			return Double.isNaN(total) ? Double.NEGATIVE_INFINITY : total;
		}));
		return descending ? ascending.reversed() : ascending;
	}

	// Slices the list as Python does.
	private static List<GridSeries> first(List<GridSeries> series, int n) {
		int end = (n < 0) ? Math.max(0, series.size() + n) : Math.min(n, series.size());
		return new ArrayList<>(series.subList(0, end));
	}

	private static SeriesFunction compared(String name, String aggregation, String operator, String words) {
		String function = switch (aggregation) {
			case "maximum" -> "max";
			case "minimum" -> "min";
			default -> aggregation;
		};
		return new SeriesFunction(name, SeriesFunction.Group.FILTER_SERIES,
				"Keeps the series whose " + aggregation + " is " + words + " n.",
				(call) -> keep(call, function, operator, call.number("n")), SERIES,
				Parameter.required("n", Parameter.Type.FLOAT));
	}

	private static List<GridSeries> filter(FunctionCall call) {
		return keep(call, call.text("func"), call.text("operator"), call.number("threshold"));
	}

	private static List<GridSeries> keep(FunctionCall call, String function, String operator, double number) {
		Comparison comparison = COMPARISONS.get(operator);
		if (comparison == null) {
			throw call.error("takes =, !=, >, >=, < or <= as 'operator', not " + QueryException.quoted(operator));
		}
		Aggregation aggregation = Aggregation.named(function);
		// As in Graphite, a series without values is below and unequal to any number.
		boolean withoutValues = operator.startsWith("<") || operator.equals("!=");
		List<GridSeries> series = call.series();
		series.removeIf((one) -> {
			double total = one.total(aggregation);
			return Double.isNaN(total) ? !withoutValues : !comparison.holds(total, number);
		});
		return series;
	}

	private static SeriesFunction named(String name, String description, boolean kept) {
		return new SeriesFunction(name, SeriesFunction.Group.FILTER_SERIES, description, (call) -> {
			NameRegex regex = call.regex("pattern");
			List<GridSeries> series = call.series();
			series.removeIf((one) -> regex.isIn(one.name()) != kept);
			return series;
		}, SERIES, Parameter.required("pattern", Parameter.Type.STRING));
	}

	private static List<GridSeries> unique(FunctionCall call) {
		Set<String> names = new HashSet<>();
		List<GridSeries> series = call.series();
		series.removeIf((one) -> !names.add(one.name()));
		return series;
	}

	private static List<GridSeries> notEmpty(FunctionCall call) {
		double factor = call.number("xFilesFactor", 0);
		List<GridSeries> series = call.series();
		series.removeIf((one) -> {
			double present = one.total(Aggregation.COUNT);
			return present == 0 || present / one.size() < factor;
		});
		return series;
	}

	private static List<GridSeries> mostDeviant(FunctionCall call) {
		List<GridSeries> series = call.series();
		series.removeIf((one) -> one.total(Aggregation.COUNT) == 0);
		series.sort(by("stddev", true));
		return first(series, call.integer("n"));
	}

	private static SeriesFunction values(String name, String description, boolean above) {
		return new SeriesFunction(name, SeriesFunction.Group.FILTER_DATA, description, (call) -> {
			double n = call.number("n");
			DoublePredicate removed = above ? (value) -> value > n : (value) -> value < n;
			return call.series()
				.stream()
				.map((one) -> one.map((value) -> removed.test(value) ? Double.NaN : value)
					.within(name + "(", ", " + NumberText.brief(n) + ")"))
				.toList();
		}, SERIES, Parameter.required("n", Parameter.Type.FLOAT));
	}

	private static List<GridSeries> percentile(FunctionCall call) {
		double n = call.number("n");
		if (n <= 0) {
			throw call.error("takes a percentile above 0");
		}
		List<GridSeries> result = new ArrayList<>();
		for (GridSeries series : call.series()) {
			double[] values = series.room(series.size());
			series.copy(0, values, values.length);
			double value = Percentile.of(values, values.length, n, false);
			if (!Double.isNaN(value)) {
				Arrays.fill(values, value);
				result.add(series.withValues(values).within("nPercentile(", ", " + NumberText.brief(n) + ")"));
			}
		}
		return result;
	}

	/**
	 * Compares two numbers.
	 */
	@FunctionalInterface
	private interface Comparison {

		boolean holds(double a, double b);

	}

}
