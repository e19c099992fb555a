package io.eardrum.web.graphite.function.combine;

import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;

import io.eardrum.web.graphite.function.call.FunctionCall;
import io.eardrum.web.graphite.function.call.Parameter;
import io.eardrum.web.graphite.function.call.SeriesFunction;
import io.eardrum.web.graphite.function.call.SeriesNodes;
import io.eardrum.web.graphite.series.GridSeries;
import io.eardrum.web.graphite.series.SeriesName;

/**
 * Functions that combine each series of a list with the one at its place in another list,
 * and powers of several series.
 */
public final class ListFunctions {

	private static final Parameter FIRST = Parameter.required("seriesListFirstPos", Parameter.Type.SERIES_LIST);

	private static final Parameter SECOND = Parameter.required("seriesListSecondPos", Parameter.Type.SERIES_LIST);

	private ListFunctions() {
	}

	/**
	 * Returns these functions.
	 * @return the functions, in no order
	 */
	public static List<SeriesFunction> all() {
		return List.of(pairs("sumSeriesLists", "sum"), pairs("diffSeriesLists", "diff"),
				pairs("multiplySeriesLists", "multiply"),
				new SeriesFunction("aggregateSeriesLists", SeriesFunction.Group.COMBINE,
						"Combines each series of the first list with the one at its place in the second, with an "
								+ "aggregation such as 'sum'.",
						(call) -> pairs(call, call.text("func"),
								call.has("xFilesFactor") ? (Double) call.number("xFilesFactor") : null),
						FIRST, SECOND, Parameter.required("func", Parameter.Type.AGGREGATION),
						Parameter.optional("xFilesFactor", Parameter.Type.FLOAT, null)),
				new SeriesFunction("powSeries", SeriesFunction.Group.COMBINE,
						"Raises the first series to the power of the second, the result to the power of the third, "
								+ "and so on.",
						ListFunctions::power, Parameter.several("seriesLists", Parameter.Type.SERIES_LISTS, true)));
	}

	private static SeriesFunction pairs(String name, String aggregation) {
		return new SeriesFunction(name, SeriesFunction.Group.COMBINE,
				"Does what aggregateSeriesLists does with '" + aggregation + "'.",
				(call) -> pairs(call, aggregation, null), FIRST, SECOND);
	}

	private static List<GridSeries> pairs(FunctionCall call, String aggregation, @Nullable Double xFilesFactor) {
		List<GridSeries> first = call.series();
		List<GridSeries> second = call.series("seriesListSecondPos");
		if (first.size() != second.size()) {
			throw call
				.error("takes lists of the same length, not of " + first.size() + " and " + second.size() + " series");
		}
		List<GridSeries> result = new ArrayList<>();
		for (int i = 0; i < first.size(); i++) {
			GridSeries one = first.get(i);
			GridSeries other = second.get(i);
			CombineFunctions.aggregate(List.of(one, other), aggregation, xFilesFactor).forEach((both) -> {
				String function = both.path().substring(0, both.path().indexOf('(') + 1);
				result.add(both.withName(SeriesName.of(function, one.name(), ",", other.name(), ")")));
			});
		}
		return result;
	}

	private static List<GridSeries> power(FunctionCall call) {
		List<GridSeries> series = call.series();
		if (series.isEmpty()) {
			return series;
		}
		String name = SeriesName.of("powSeries(", SeriesName.list(series.stream().map(GridSeries::name).toList()), ")");
		String path = SeriesName.of("powSeries(", SeriesNodes.paths(series), ")");
		return List.of(CombineFunctions.combine(series, name, path, (row) -> {
			double power = row[0];
			for (int i = 1; i < row.length; i++) {
				// In Java, any number to the power of 0 is 1, even if there is none.
				double next = Double.isNaN(power) ? Double.NaN : Math.pow(power, row[i]);
				power = Double.isFinite(next) ? next : Double.NaN;
			}
			return power;
		}));
	}

}
