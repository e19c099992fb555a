package io.eardrum.web.graphite.function.special;

import java.util.Arrays;
import java.util.List;

import io.eardrum.web.graphite.function.call.FunctionCall;
import io.eardrum.web.graphite.function.call.Parameter;
import io.eardrum.web.graphite.function.call.Scope;
import io.eardrum.web.graphite.function.call.SeriesFunction;
import io.eardrum.web.graphite.query.NumberText;
import io.eardrum.web.graphite.series.Aggregation;
import io.eardrum.web.graphite.series.Grid;
import io.eardrum.web.graphite.series.GridSeries;

/**
 * Functions that fit under no other heading.
 */
public final class SpecialFunctions {

	private static final Parameter SERIES = Parameter.required("seriesList", Parameter.Type.SERIES_LIST);

	private SpecialFunctions() {
	}

	/**
	 * Returns these functions.
	 * @return the functions, in no order
	 */
	public static List<SeriesFunction> all() {
		return List.of(
				new SeriesFunction("consolidateBy", SeriesFunction.Group.SPECIAL,
						"Says how several values become one where an answer has more values than were asked for.",
						(call) -> consolidateBy(call, call.text("consolidationFunc")), SERIES,
						Parameter.required("consolidationFunc", Parameter.Type.AGGREGATION, "average", "sum", "min",
								"max", "first", "last")),
				new SeriesFunction("cumulative", SeriesFunction.Group.SPECIAL,
						"Does what consolidateBy does with 'sum'.", (call) -> consolidateBy(call, "sum"), SERIES),
				xFilesFactor("setXFilesFactor"), xFilesFactor("xFilesFactor"),
				new SeriesFunction("constantLine", SeriesFunction.Group.SPECIAL, "Draws a line at a number.",
						(call) -> List.of(line(call)), Parameter.required("value", Parameter.Type.FLOAT)),
				new SeriesFunction("threshold", SeriesFunction.Group.SPECIAL,
						"Draws a line at a number, and gives it a name.",
						(call) -> List.of(line(call).withName(call.text("label", line(call).name()))),
						Parameter.required("value", Parameter.Type.FLOAT),
						Parameter.optional("label", Parameter.Type.STRING, null),
						Parameter.optional("color", Parameter.Type.STRING, null)),
				new SeriesFunction("fallbackSeries", SeriesFunction.Group.SPECIAL,
						"Takes the series of the second parameter if there is none of the first.", (call) -> {
							List<GridSeries> series = call.series();
							return series.isEmpty() ? call.series("fallback") : series;
						}, SERIES, Parameter.required("fallback", Parameter.Type.SERIES_LIST)),
				new SeriesFunction("seriesByTag", SeriesFunction.Group.SPECIAL,
						"Finds no series: keys have no tags here.", (call) -> List.of(),
						Parameter.several("tagExpressions", Parameter.Type.STRING, true)));
	}

	private static List<GridSeries> consolidateBy(FunctionCall call, String function) {
		Aggregation aggregation = Aggregation.named(function);
		return call.series()
			.stream()
			.map((one) -> one.withConsolidation(aggregation).within("consolidateBy(", ",\"" + function + "\")"))
			.toList();
	}

	private static SeriesFunction xFilesFactor(String name) {
		return new SeriesFunction(name, SeriesFunction.Group.SPECIAL,
				"Says which part of several values, from 0 to 1, has to be there to make one of them.",
				(call) -> call.series()
					.stream()
					.map((one) -> one.withXFilesFactor(call.number("xFilesFactor")))
					.toList(),
				SERIES, Parameter.required("xFilesFactor", Parameter.Type.FLOAT));
	}

	private static GridSeries line(FunctionCall call) {
		double value = call.number("value");
		return constantLine(call.scope(), value, NumberText.exact(value));
	}

	/**
	 * Draws a line at a number.
	 * @param scope the range of time and the memory
	 * @param value the number
	 * @param name the name of the line
	 * @return a series of three values
	 */
	public static GridSeries constantLine(Scope scope, double value, String name) {
		long step = Math.max(1, (scope.until() - scope.from()) / 2);
		double[] values = scope.account().values(3);
		Arrays.fill(values, value);
		Grid grid = new Grid(scope.from(), scope.until(), step);
		return GridSeries.of(scope.account(), name, grid, values).foundBy("constantLine(" + name + ")");
	}

}
