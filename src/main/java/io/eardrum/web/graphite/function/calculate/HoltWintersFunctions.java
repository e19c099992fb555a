package io.eardrum.web.graphite.function.calculate;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import io.eardrum.web.graphite.function.call.FunctionCall;
import io.eardrum.web.graphite.function.call.Parameter;
import io.eardrum.web.graphite.function.call.Scope;
import io.eardrum.web.graphite.function.call.SeriesFunction;
import io.eardrum.web.graphite.query.TimeOffset;
import io.eardrum.web.graphite.series.Grid;
import io.eardrum.web.graphite.series.GridSeries;
import io.eardrum.web.graphite.series.ValueBudget;

/**
 * Forecasts from a trend and a season, and how far the values are from them. These
 * functions also read the values of some days before the range.
 */
public final class HoltWintersFunctions {

	private static final Parameter SERIES = Parameter.required("seriesList", Parameter.Type.SERIES_LIST);

	private static final Parameter DELTA = Parameter.optional("delta", Parameter.Type.INTEGER, 3);

	private static final Parameter BOOTSTRAP = new Parameter("bootstrapInterval", Parameter.Type.INTERVAL, false, false,
			"7d", List.of("7d", "30d"));

	private static final Parameter SEASONALITY = new Parameter("seasonality", Parameter.Type.INTERVAL, false, false,
			"1d", List.of("1d", "7d"));

	private HoltWintersFunctions() {
	}

	/**
	 * Returns these functions.
	 * @return the functions, in no order
	 */
	public static List<SeriesFunction> all() {
		return List.of(
				new SeriesFunction("holtWintersForecast", SeriesFunction.Group.CALCULATE,
						"Forecasts each value from those before it.", HoltWintersFunctions::forecast, SERIES, BOOTSTRAP,
						SEASONALITY),
				banded("holtWintersConfidenceBands",
						"Shows between which values those of a series are expected: the forecast less and plus delta "
								+ "times the usual deviation from it.",
						HoltWintersFunctions::bands),
				banded("holtWintersConfidenceArea", "Does what holtWintersConfidenceBands does, for one series.",
						HoltWintersFunctions::area),
				banded("holtWintersAberration", "Shows how far each value is outside of the confidence bands.",
						HoltWintersFunctions::aberration));
	}

	private static SeriesFunction banded(String name, String description, SeriesFunction.Body body) {
		return new SeriesFunction(name, SeriesFunction.Group.CALCULATE, description, body, SERIES, DELTA, BOOTSTRAP,
				SEASONALITY);
	}

	private static long before(FunctionCall call) {
		return call.has("bootstrapInterval") ? call.interval("bootstrapInterval") : TimeOffset.seconds("7d");
	}

	private static List<GridSeries> withBefore(FunctionCall call) {
		Scope scope = call.scope();
		return call.series(scope.over(scope.from() - before(call), scope.until()));
	}

	private static List<GridSeries> forecast(FunctionCall call) {
		List<GridSeries> result = new ArrayList<>();
		for (GridSeries series : withBefore(call)) {
			result.addAll(
					inRange(call, series, 0).stream().map((one) -> one.within("holtWintersForecast(", ")")).toList());
		}
		return result;
	}

	// Returns the forecast for the values in the range, with some deviations added. The
	// memory for the analysis is released.
	private static List<GridSeries> inRange(FunctionCall call, GridSeries series, int... deviations) {
		ValueBudget.Account account = call.scope().account();
		long taken = account.taken();
		HoltWinters analysis = HoltWinters.of(series,
				call.has("seasonality") ? call.interval("seasonality") : TimeOffset.seconds("1d"));
		long before = before(call);
		int first = (int) Math.min(before / series.step(), series.size());
		List<GridSeries> result = new ArrayList<>();
		for (int some : deviations) {
			double[] values = series.room(series.size() - first);
			for (int i = 0; i < values.length; i++) {
				values[i] = analysis.prediction(first + i) + some * analysis.deviation(first + i);
			}
			result.add(series.withValues(new Grid(series.start() + before, series.end(), series.step()), values));
		}
		account.keep(taken, GridSeries.heldBy(result));
		return result;
	}

	// Returns the lower and the upper band of each series.
	private static Map<GridSeries, List<GridSeries>> bandsOfEach(FunctionCall call) {
		int delta = call.integer("delta", 3);
		Map<GridSeries, List<GridSeries>> bands = new LinkedHashMap<>();
		withBefore(call).forEach((series) -> bands.put(series, inRange(call, series, -delta, delta)));
		return bands;
	}

	private static List<GridSeries> bands(FunctionCall call) {
		List<GridSeries> result = new ArrayList<>();
		bandsOfEach(call).forEach((series, bands) -> {
			result.add(bands.get(0).withName("holtWintersConfidenceLower(" + series.name() + ")"));
			result.add(bands.get(1).withName("holtWintersConfidenceUpper(" + series.name() + ")"));
		});
		return result;
	}

	private static List<GridSeries> area(FunctionCall call) {
		Map<GridSeries, List<GridSeries>> bands = bandsOfEach(call);
		if (bands.size() > 1) {
			throw call.error("takes one series, not " + bands.size());
		}
		return bands.values()
			.stream()
			.flatMap(List::stream)
			.map((one) -> one.withPath("holtWintersConfidenceArea(" + one.path() + ")"))
			.toList();
	}

	private static List<GridSeries> aberration(FunctionCall call) {
		Map<String, List<GridSeries>> bandsByName = new HashMap<>();
		bandsOfEach(call).forEach((series, bands) -> bandsByName.put(series.name(), bands));
		List<GridSeries> result = new ArrayList<>();
		for (GridSeries series : call.series()) {
			double[] values = series.room(series.size());
			List<GridSeries> bands = bandsByName.get(series.name());
			if (bands != null) {
				for (int i = 0; i < Math.min(values.length, bands.get(0).size()); i++) {
					values[i] = outside(series.value(i), bands.get(0).value(i), bands.get(1).value(i));
				}
			}
			result.add(series.withValues(values).within("holtWintersAberration(", ")"));
		}
		return result;
	}

	// 0 if the value or the bands are missing: comparisons with NaN are false.
	private static double outside(double value, double lower, double upper) {
		if (value > upper) {
			return value - upper;
		}
		return (value < lower) ? value - lower : 0;
	}

}
