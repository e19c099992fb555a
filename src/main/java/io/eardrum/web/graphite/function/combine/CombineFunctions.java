package io.eardrum.web.graphite.function.combine;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

import org.jspecify.annotations.Nullable;

import io.eardrum.web.graphite.function.call.FunctionCall;
import io.eardrum.web.graphite.function.call.Parameter;
import io.eardrum.web.graphite.function.call.SeriesFunction;
import io.eardrum.web.graphite.function.call.SeriesNodes;
import io.eardrum.web.graphite.function.call.SeriesStream;
import io.eardrum.web.graphite.function.special.SpecialFunctions;
import io.eardrum.web.graphite.query.Expression;
import io.eardrum.web.graphite.query.NumberText;
import io.eardrum.web.graphite.series.Aggregation;
import io.eardrum.web.graphite.series.AlignedSeries;
import io.eardrum.web.graphite.series.GridSeries;
import io.eardrum.web.graphite.series.Percentile;
import io.eardrum.web.graphite.series.SeriesFold;
import io.eardrum.web.graphite.series.SeriesName;
import io.eardrum.web.graphite.series.ValueBudget;

/**
 * Functions that combine several series into one, value by value.
 */
public final class CombineFunctions {

	private static final Parameter SERIES = Parameter.required("seriesList", Parameter.Type.SERIES_LIST);

	private static final Parameter LISTS = Parameter.several("seriesLists", Parameter.Type.SERIES_LISTS, true);

	private static final Parameter POSITIONS = Parameter.several("position", Parameter.Type.NODE, false);

	private static final Parameter CALLBACK = new Parameter("callback", Parameter.Type.AGGREGATION_OR_FUNCTION, true,
			false, null, List.of("average", "sum", "max", "min", "count"));

	private CombineFunctions() {
	}

	/**
	 * Returns these functions.
	 * @return the functions, in no order
	 */
	public static List<SeriesFunction> all() {
		return List.of(simple("sumSeries", "sum", "Adds all series up."),
				simple("averageSeries", "average", "Takes the average of all series."),
				simple("maxSeries", "max", "Takes the highest value of all series."),
				simple("minSeries", "min", "Takes the lowest value of all series."),
				simple("diffSeries", "diff", "Subtracts all other series from the first one."),
				simple("stddevSeries", "stddev", "Takes the standard deviation of all series."),
				simple("rangeOfSeries", "rangeOf", "Takes the highest value of all series less the lowest."),
				new SeriesFunction("multiplySeries", SeriesFunction.Group.COMBINE,
						"Multiplies all series with each other.", CombineFunctions::multiply, LISTS),
				new SeriesFunction("countSeries", SeriesFunction.Group.COMBINE, "Draws a line at the number of series.",
						CombineFunctions::count, Parameter.several("seriesLists", Parameter.Type.SERIES_LISTS, false)),
				new SeriesFunction("aggregate", SeriesFunction.Group.COMBINE,
						"Makes one series of all with an aggregation, such as 'sum'.",
						(call) -> aggregate(call, call.text("func"), factor(call)), SERIES,
						Parameter.required("func", Parameter.Type.AGGREGATION),
						Parameter.optional("xFilesFactor", Parameter.Type.FLOAT, null)),
				new SeriesFunction("percentileOfSeries", SeriesFunction.Group.COMBINE,
						"Takes the n-th percentile of all series.", CombineFunctions::percentile, SERIES,
						Parameter.required("n", Parameter.Type.FLOAT, 95),
						Parameter.optional("interpolate", Parameter.Type.BOOLEAN, false)),
				new SeriesFunction("groupByNode", SeriesFunction.Group.COMBINE,
						"Makes one series of all that share a node, with an aggregation such as 'sum'.",
						(call) -> grouped(call, call.expressions("nodeNum"), call.text("callback", "average")), SERIES,
						Parameter.required("nodeNum", Parameter.Type.NODE_OR_TAG, 0, 1, 2, 3),
						Parameter.optional("callback", Parameter.Type.AGGREGATION_OR_FUNCTION, "average")),
				new SeriesFunction("groupByNodes", SeriesFunction.Group.COMBINE,
						"Makes one series of all that share some nodes, with an aggregation such as 'sum'.",
						(call) -> grouped(call, call.expressions("nodes"), call.text("callback")), SERIES, CALLBACK,
						Parameter.several("nodes", Parameter.Type.NODE_OR_TAG, false)),
				wildcards("sumSeriesWithWildcards", "sum"), wildcards("averageSeriesWithWildcards", "average"),
				wildcards("multiplySeriesWithWildcards", "multiply"),
				new SeriesFunction("aggregateWithWildcards", SeriesFunction.Group.COMBINE,
						"Makes one series of all whose names are the same without the nodes at these positions.",
						(call) -> withoutNodes(call, call.text("func")), SERIES,
						Parameter.required("func", Parameter.Type.AGGREGATION, "average", "sum", "max"), POSITIONS),
				new SeriesFunction("group", SeriesFunction.Group.COMBINE, "Makes one list of several.",
						FunctionCall::series, Parameter.several("seriesLists", Parameter.Type.SERIES_LISTS, false)));
	}

	private static SeriesFunction simple(String name, String aggregation, String description) {
		return new SeriesFunction(name, SeriesFunction.Group.COMBINE, description,
				(call) -> aggregate(call, aggregation, null), LISTS);
	}

	private static SeriesFunction wildcards(String name, String aggregation) {
		return new SeriesFunction(name, SeriesFunction.Group.COMBINE,
				"Does what aggregateWithWildcards does with '" + aggregation + "'.",
				(call) -> withoutNodes(call, aggregation), SERIES, POSITIONS);
	}

	private static @Nullable Double factor(FunctionCall call) {
		return call.has("xFilesFactor") ? call.number("xFilesFactor") : null;
	}

	// Takes one series after the other where the result is the same, so that not all of
	// them are in memory at once.
	private static List<GridSeries> aggregate(FunctionCall call, String aggregation, @Nullable Double xFilesFactor) {
		Aggregation function = Aggregation.named(aggregation);
		if (!function.isFoldable()) {
			return aggregate(call.series(), aggregation, xFilesFactor);
		}
		SeriesFold fold = fold(call, function);
		return (fold.count() > 0) ? List.of(result(fold, aggregation, xFilesFactor)) : List.of();
	}

	private static SeriesFold fold(FunctionCall call, Aggregation function) {
		SeriesFold fold = new SeriesFold(call.scope().account(), function);
		SeriesStream series = call.stream();
		series.forEach(fold::add);
		if (fold.restart()) {
			series.forEach(fold::add);
		}
		return fold;
	}

	private static GridSeries result(SeriesFold fold, String aggregation, @Nullable Double xFilesFactor) {
		String plain = plain(aggregation);
		String name = plain + "Series(" + fold.paths() + ")";
		Map<String, String> tags = fold.commonTags();
		tags.putIfAbsent(GridSeries.NAME_TAG, name);
		tags.put("aggregatedBy", plain);
		double factor = (xFilesFactor != null) ? xFilesFactor : fold.xFilesFactor();
		return fold.result(name, factor).withXFilesFactor(factor).withTags(tags);
	}

	private static String plain(String aggregation) {
		return aggregation.endsWith("Series") ? aggregation.substring(0, aggregation.length() - 6) : aggregation;
	}

	/**
	 * Combines several series into one.
	 * @param series the series
	 * @param aggregation the aggregation, by its name in Graphite
	 * @param xFilesFactor which fraction of the values has to be present
	 * @return one series, or none if there was none
	 */
	public static List<GridSeries> aggregate(List<GridSeries> series, String aggregation, double xFilesFactor) {
		return aggregate(series, aggregation, (Double) xFilesFactor);
	}

	/**
	 * Combines several series into one.
	 * @param series the series
	 * @param aggregation the aggregation, by its name in Graphite
	 * @param xFilesFactor which fraction of the values has to be present; if
	 * {@code null}, the highest that one of the series requires
	 * @return one series, or none if there was none
	 */
	public static List<GridSeries> aggregate(List<GridSeries> series, String aggregation,
			@Nullable Double xFilesFactor) {
		if (series.isEmpty()) {
			return List.of();
		}
		Aggregation function = Aggregation.named(aggregation);
		String plain = plain(aggregation);
		double factor = (xFilesFactor != null) ? xFilesFactor : highestFactor(series);
		String name = SeriesName.of(plain, "Series(", SeriesNodes.paths(series), ")");
		return List.of(combine(series, name, (row) -> {
			int present = 0;
			for (double value : row) {
				present += Double.isNaN(value) ? 0 : 1;
			}
			boolean enough = present > 0 && (double) present / row.length >= factor;
			return enough ? function.of(row, row.length) : Double.NaN;
		}).withXFilesFactor(factor).withTags(commonTags(series, plain)));
	}

	private static double highestFactor(List<GridSeries> series) {
		return series.stream().mapToDouble(GridSeries::xFilesFactor).max().orElse(0);
	}

	/**
	 * Combines several series into one.
	 * @param series at least one series
	 * @param name the name of the result, which is also its path
	 * @param function computes one value from a row, which it may change
	 * @return the series
	 */
	static GridSeries combine(List<GridSeries> series, String name, Function<double[], Double> function) {
		return combine(series, name, name, function);
	}

	/**
	 * Combines several series into one.
	 * @param series at least one series
	 * @param name the name of the result
	 * @param path its path
	 * @param function computes one value from a row, which it may change
	 * @return the series
	 */
	static GridSeries combine(List<GridSeries> series, String name, String path, Function<double[], Double> function) {
		AlignedSeries aligned = AlignedSeries.of(series);
		double[] values = series.get(0).room(aligned.size());
		double[] row = series.get(0).room(series.size());
		for (int i = 0; i < values.length; i++) {
			series.get(0).work(row.length);
			aligned.row(i, row);
			values[i] = function.apply(row);
		}
		return series.get(0)
			.withConsolidation(Aggregation.AVERAGE)
			.withXFilesFactor(highestFactor(series))
			.withValues(aligned.grid(), values)
			.withTags(Map.of(GridSeries.NAME_TAG, name))
			.withPath(name, path);
	}

	private static Map<String, String> commonTags(List<GridSeries> series, String aggregation) {
		Map<String, String> tags = new HashMap<>(series.get(0).tags());
		series.forEach((one) -> tags.entrySet().retainAll(one.tags().entrySet()));
		tags.putIfAbsent(GridSeries.NAME_TAG, aggregation + "Series(" + SeriesNodes.paths(series) + ")");
		tags.put("aggregatedBy", aggregation);
		return tags;
	}

	private static List<GridSeries> multiply(FunctionCall call) {
		SeriesFold fold = fold(call, Aggregation.MULTIPLY);
		if (fold.count() == 1) {
			// As in Graphite, a single series is not changed.
			return call.series();
		}
		return (fold.count() > 0) ? List.of(result(fold, "multiply", null)) : List.of();
	}

	private static List<GridSeries> count(FunctionCall call) {
		if (!call.has("seriesLists")) {
			return List.of(SpecialFunctions.constantLine(call.scope(), 0, "0").foundBy("countSeries()"));
		}
		SeriesFold fold = fold(call, Aggregation.COUNT);
		if (fold.count() == 0) {
			return List.of();
		}
		String name = SeriesName.of("countSeries(", fold.paths(), ")");
		GridSeries counted = fold.result(name, 0);
		double[] values = counted.room(counted.size());
		Arrays.fill(values, (double) fold.count());
		return List.of(counted.withValues(values).withXFilesFactor(fold.xFilesFactor()));
	}

	private static List<GridSeries> percentile(FunctionCall call) {
		double n = call.number("n");
		if (n <= 0) {
			throw call.error("takes a percentile above 0");
		}
		List<GridSeries> series = call.series();
		if (series.isEmpty()) {
			return series;
		}
		boolean interpolate = call.flag("interpolate");
		String name = SeriesName.of("percentileOfSeries(", series.get(0).path(), "," + NumberText.brief(n) + ")");
		return List.of(combine(series, name, (row) -> Percentile.of(row, row.length, n, interpolate)));
	}

	// As in Graphite, a callback that is a function takes each group, and its first
	// series
	// is the result.
	private static List<GridSeries> grouped(FunctionCall call, List<Expression> nodes, String callback) {
		Function<GridSeries, String> key = SeriesNodes.key(nodes);
		if (!callback.equals("countSeries") && Aggregation.find(callback) != null) {
			return byKey(call, key, callback);
		}
		Map<String, List<GridSeries>> groups = groups(call.series(), key);
		if (groups.isEmpty()) {
			// An error in the call is an error even if there are no series.
			return call.apply(callback, List.of());
		}
		List<GridSeries> result = new ArrayList<>();
		groups.forEach((name, members) -> call.apply(callback, members)
			.stream()
			.limit(1)
			.forEach((one) -> result.add(one.withName(name))));
		return result;
	}

	private static List<GridSeries> withoutNodes(FunctionCall call, String aggregation) {
		Set<Integer> positions = new HashSet<>(call.integers("position"));
		return byKey(call, (one) -> SeriesNodes.without(one, positions), aggregation);
	}

	private static List<GridSeries> byKey(FunctionCall call, Function<GridSeries, String> key, String aggregation) {
		List<GridSeries> result = new ArrayList<>();
		Aggregation function = Aggregation.named(aggregation);
		if (function.isFoldable()) {
			folds(call, key, function)
				.forEach((name, fold) -> result.add(result(fold, aggregation, null).withName(name)));
		}
		else {
			groups(call.series(), key).forEach((name, members) -> aggregate(members, aggregation, null)
				.forEach((one) -> result.add(one.withName(name))));
		}
		return result;
	}

	private static Map<String, SeriesFold> folds(FunctionCall call, Function<GridSeries, String> key,
			Aggregation function) {
		ValueBudget.Account account = call.scope().account();
		Map<String, SeriesFold> folds = new LinkedHashMap<>();
		SeriesStream series = call.stream();
		series.forEach((one) -> folds.computeIfAbsent(key.apply(one), (name) -> {
			account.named(name);
			return new SeriesFold(account, function);
		}).add(one));
		Map<String, SeriesFold> again = new HashMap<>();
		folds.forEach((name, fold) -> {
			if (fold.restart()) {
				again.put(name, fold);
			}
		});
		if (!again.isEmpty()) {
			series.forEach((one) -> {
				SeriesFold fold = again.get(key.apply(one));
				if (fold != null) {
					fold.add(one);
				}
			});
		}
		return folds;
	}

	static Map<String, List<GridSeries>> groups(List<GridSeries> series, Function<GridSeries, String> key) {
		Map<String, List<GridSeries>> groups = new LinkedHashMap<>();
		series.forEach((one) -> groups.computeIfAbsent(key.apply(one), (name) -> new ArrayList<>()).add(one));
		return groups;
	}

}
