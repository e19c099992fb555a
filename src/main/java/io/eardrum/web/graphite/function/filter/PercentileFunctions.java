package io.eardrum.web.graphite.function.filter;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

import io.eardrum.web.graphite.function.call.FunctionCall;
import io.eardrum.web.graphite.function.call.Parameter;
import io.eardrum.web.graphite.function.call.SeriesFunction;
import io.eardrum.web.graphite.function.regex.NameRegex;
import io.eardrum.web.graphite.query.NumberText;
import io.eardrum.web.graphite.series.Aggregation;
import io.eardrum.web.graphite.series.AlignedSeries;
import io.eardrum.web.graphite.series.GridSeries;
import io.eardrum.web.graphite.series.Percentile;

/**
 * Functions that leave out series or values by percentiles, or that choose other series
 * by their values.
 */
public final class PercentileFunctions {

	private static final Parameter SERIES = Parameter.required("seriesList", Parameter.Type.SERIES_LIST);

	private static final Parameter PERCENTILE = Parameter.required("n", Parameter.Type.FLOAT);

	private PercentileFunctions() {
	}

	/**
	 * Returns these functions.
	 * @return the functions, in no order
	 */
	public static List<SeriesFunction> all() {
		return List.of(
				new SeriesFunction("averageOutsidePercentile", SeriesFunction.Group.FILTER_SERIES,
						"Keeps the series whose average is not between the n-th percentile of all averages and its "
								+ "counterpart, such as the 95th and the 5th.",
						PercentileFunctions::averageOutside, SERIES, PERCENTILE),
				new SeriesFunction("removeBetweenPercentile", SeriesFunction.Group.FILTER_SERIES,
						"Keeps the series that are at any time not between the n-th percentile of all series and its "
								+ "counterpart, such as the 95th and the 5th.",
						PercentileFunctions::between, SERIES, PERCENTILE),
				values("removeAbovePercentile", "Removes the values above the n-th percentile of their series.", true),
				values("removeBelowPercentile", "Removes the values below the n-th percentile of their series.", false),
				new SeriesFunction("useSeriesAbove", SeriesFunction.Group.FILTER_SERIES,
						"Replaces a regular expression in the names of the series whose highest value is above a number, "
								+ "and takes the series with the new names.",
						PercentileFunctions::useAbove, SERIES, Parameter.required("value", Parameter.Type.FLOAT),
						Parameter.required("search", Parameter.Type.STRING),
						Parameter.required("replace", Parameter.Type.STRING)));
	}

	private static double upper(FunctionCall call) {
		double n = call.number("n");
		return (n < 50) ? 100 - n : n;
	}

	private static List<GridSeries> averageOutside(FunctionCall call) {
		double n = upper(call);
		List<GridSeries> series = call.series();
		double[] averages = series.stream().mapToDouble((one) -> one.total(Aggregation.AVERAGE)).toArray();
		double low = Percentile.of(averages, averages.length, 100 - n, false);
		double high = Percentile.of(averages, averages.length, n, false);
		return IntStream.range(0, averages.length)
			.filter((i) -> averages[i] <= low || averages[i] >= high)
			.mapToObj(series::get)
			.toList();
	}

	private static List<GridSeries> between(FunctionCall call) {
		double n = upper(call);
		List<GridSeries> series = call.series();
		if (series.isEmpty()) {
			return series;
		}
		AlignedSeries aligned = AlignedSeries.of(series);
		boolean[] kept = new boolean[series.size()];
		double[] row = series.get(0).room(series.size());
		for (int slot = 0; slot < aligned.size(); slot++) {
			series.get(0).work(2L * row.length);
			aligned.row(slot, row);
			double low = Percentile.of(row, row.length, 100 - n, false);
			double high = Percentile.of(row, row.length, n, false);
			for (int i = 0; i < row.length; i++) {
				kept[i] |= row[i] <= low || row[i] >= high;
			}
		}
		return IntStream.range(0, kept.length).filter((i) -> kept[i]).mapToObj(series::get).toList();
	}

	private static SeriesFunction values(String name, String description, boolean above) {
		return new SeriesFunction(name, SeriesFunction.Group.FILTER_DATA, description, (call) -> {
			double n = call.number("n");
			if (n <= 0) {
				throw call.error("takes a percentile above 0");
			}
			List<GridSeries> result = new ArrayList<>();
			for (GridSeries series : call.series()) {
				double[] values = series.room(series.size());
				series.copy(0, values, values.length);
				double limit = Percentile.of(values, values.length, n, false);
				result.add(series.map((value) -> (above ? value > limit : value < limit) ? Double.NaN : value)
					.within(name + "(", ", " + NumberText.brief(n) + ")"));
			}
			return result;
		}, SERIES, PERCENTILE).forEach();
	}

	private static List<GridSeries> useAbove(FunctionCall call) {
		double limit = call.number("value");
		NameRegex search = call.regex("search");
		List<String> names = call.series()
			.stream()
			.filter((one) -> one.total(Aggregation.MAX) > limit)
			.map((one) -> search.replaceIn(one.name(), call.text("replace")))
			.toList();
		List<GridSeries> result = new ArrayList<>();
		call.scope().evaluate(names, result::addAll);
		return result;
	}

}
