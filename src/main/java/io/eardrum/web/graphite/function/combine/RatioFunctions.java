package io.eardrum.web.graphite.function.combine;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

import org.jspecify.annotations.Nullable;

import io.eardrum.web.graphite.function.call.FunctionCall;
import io.eardrum.web.graphite.function.call.Parameter;
import io.eardrum.web.graphite.function.call.SeriesFunction;
import io.eardrum.web.graphite.function.call.SeriesNodes;
import io.eardrum.web.graphite.function.filter.SortFunctions;
import io.eardrum.web.graphite.query.Expression;
import io.eardrum.web.graphite.query.NumberText;
import io.eardrum.web.graphite.series.GridSeries;
import io.eardrum.web.graphite.series.SeriesName;

/**
 * Functions that divide series by series.
 */
public final class RatioFunctions {

	private static final String MISSING = "MISSING";

	private RatioFunctions() {
	}

	/**
	 * Returns these functions.
	 * @return the functions, in no order
	 */
	public static List<SeriesFunction> all() {
		return List.of(
				new SeriesFunction("divideSeries", SeriesFunction.Group.COMBINE,
						"Divides each series by one other series.", RatioFunctions::divide,
						Parameter.required("dividendSeriesList", Parameter.Type.SERIES_LIST),
						Parameter.required("divisorSeries", Parameter.Type.SERIES_LIST)),
				new SeriesFunction("divideSeriesLists", SeriesFunction.Group.COMBINE,
						"Divides each series of the first list by the one at its place in the second.",
						RatioFunctions::divideLists,
						Parameter.required("dividendSeriesList", Parameter.Type.SERIES_LIST),
						Parameter.required("divisorSeriesList", Parameter.Type.SERIES_LIST)),
				new SeriesFunction("asPercent", SeriesFunction.Group.COMBINE,
						"Shows each series in percent of a total: a number, a series, one series for each, or the sum "
								+ "of all; with nodes, of those series that share the nodes.",
						RatioFunctions::percent, Parameter.required("seriesList", Parameter.Type.SERIES_LIST),
						Parameter.optional("total", Parameter.Type.ANY, null),
						Parameter.several("nodes", Parameter.Type.NODE_OR_TAG, false)));
	}

	private static List<GridSeries> divide(FunctionCall call) {
		List<GridSeries> dividends = call.series();
		List<GridSeries> divisors = call.series("divisorSeries");
		if (divisors.size() > 1) {
			throw call.error("takes one series as 'divisorSeries', not " + divisors.size());
		}
		if (divisors.isEmpty()) {
			return dividends.stream()
				.map((one) -> one.map((value) -> Double.NaN).within("divideSeries(", ",MISSING)"))
				.toList();
		}
		return dividends.stream().map((one) -> quotient("divideSeries", one, divisors.get(0), 1)).toList();
	}

	private static List<GridSeries> divideLists(FunctionCall call) {
		List<GridSeries> dividends = call.series();
		List<GridSeries> divisors = call.series("divisorSeriesList");
		if (divisors.size() != dividends.size()) {
			throw call.error("takes lists of the same length, not of " + dividends.size() + " and " + divisors.size()
					+ " series");
		}
		List<GridSeries> result = new ArrayList<>();
		for (int i = 0; i < dividends.size(); i++) {
			result.add(quotient("divideSeries", dividends.get(i), divisors.get(i), 1));
		}
		return result;
	}

	private static GridSeries quotient(String function, GridSeries dividend, GridSeries divisor, double factor) {
		return CombineFunctions.combine(List.of(dividend, divisor),
				SeriesName.of(function, "(", dividend.name(), ",", divisor.name(), ")"),
				SeriesName.of(function, "(", dividend.path(), ",", divisor.path(), ")"),
				(row) -> (row[1] == 0) ? Double.NaN : row[0] / row[1] * factor);
	}

	private static List<GridSeries> percent(FunctionCall call) {
		List<GridSeries> series = call.series();
		List<Expression> nodes = call.expressions("nodes");
		Expression total = call.has("total") ? call.expressions("total").get(0) : null;
		if (total instanceof Expression.Numeral number) {
			if (!nodes.isEmpty()) {
				throw call.error("takes nodes with a series as 'total', not with a number");
			}
			return percentOf(series, number);
		}
		List<GridSeries> totals = (total != null) ? call.series("total") : null;
		if (!nodes.isEmpty()) {
			return percentByNodes(series, totals, SeriesNodes.key(nodes));
		}
		if (series.isEmpty()) {
			return series;
		}
		if (totals == null) {
			GridSeries sum = CombineFunctions.aggregate(series, "sum", 0).get(0);
			return series.stream().map((one) -> quotient("asPercent", one, sum, 100)).toList();
		}
		if (totals.size() == 1) {
			return series.stream().map((one) -> quotient("asPercent", one, totals.get(0), 100)).toList();
		}
		if (totals.size() != series.size()) {
			throw call.error("takes as 'total' a number, one series, or as many as there are, " + series.size()
					+ ", and not " + totals.size());
		}
		series.sort(SortFunctions.byName());
		totals.sort(SortFunctions.byName());
		List<GridSeries> result = new ArrayList<>();
		for (int i = 0; i < series.size(); i++) {
			result.add(quotient("asPercent", series.get(i), totals.get(i), 100));
		}
		return result;
	}

	private static List<GridSeries> percentOf(List<GridSeries> series, Expression.Numeral total) {
		String text = total.whole() ? Long.toString((long) total.value()) : NumberText.exact(total.value());
		return series.stream()
			.map((one) -> one.map((value) -> (total.value() == 0) ? Double.NaN : value / total.value() * 100)
				.within("asPercent(", "," + text + ")"))
			.map(RatioFunctions::named)
			.toList();
	}

	private static List<GridSeries> percentByNodes(List<GridSeries> series, @Nullable List<GridSeries> totals,
			Function<GridSeries, String> key) {
		Map<String, List<GridSeries>> groups = CombineFunctions.groups(series, key);
		Map<String, List<GridSeries>> totalGroups = (totals != null) ? CombineFunctions.groups(totals, key) : groups;
		Set<String> keys = new LinkedHashSet<>(groups.keySet());
		keys.addAll(totalGroups.keySet());
		List<GridSeries> result = new ArrayList<>();
		for (String name : keys) {
			List<GridSeries> members = groups.getOrDefault(name, List.of());
			List<GridSeries> ofTotal = totalGroups.getOrDefault(name, List.of());
			if (ofTotal.isEmpty()) {
				members.forEach((one) -> result.add(named(missing(one).within("asPercent(", "," + MISSING + ")"))));
				continue;
			}
			GridSeries total = (ofTotal.size() == 1) ? ofTotal.get(0)
					: CombineFunctions.aggregate(ofTotal, "sum", 0).get(0);
			members.forEach((one) -> result.add(quotient("asPercent", one, total, 100)));
			if (members.isEmpty()) {
				result.add(named(missing(total).within("asPercent(" + MISSING + ",", ")")));
			}
		}
		return result;
	}

	private static GridSeries named(GridSeries series) {
		return series.withTags(Map.of(GridSeries.NAME_TAG, series.name()));
	}

	private static GridSeries missing(GridSeries like) {
		double[] values = like.room(like.size());
		Arrays.fill(values, Double.NaN);
		return like.withValues(values);
	}

}
