package io.eardrum.web.graphite.function.transform;

import java.util.Arrays;
import java.util.List;
import java.util.function.DoubleUnaryOperator;
import java.util.function.UnaryOperator;

import io.eardrum.web.graphite.function.call.FunctionCall;
import io.eardrum.web.graphite.function.call.Parameter;
import io.eardrum.web.graphite.function.call.SeriesFunction;
import io.eardrum.web.graphite.series.Aggregation;
import io.eardrum.web.graphite.series.GridSeries;

/**
 * Functions that change the curve of each series: along a mathematical function, to the
 * range from 0 to 1, to its changes only, or by some steps to a side.
 */
public final class CurveFunctions {

	private static final Parameter SERIES = Parameter.required("seriesList", Parameter.Type.SERIES_LIST);

	private CurveFunctions() {
	}

	/**
	 * Returns these functions.
	 * @return the functions, in no order
	 */
	public static List<SeriesFunction> all() {
		return List.of(plain("exp", "Raises e to the power of each value.", (value) -> finite(Math.exp(value))),
				plain("sigmoid", "Takes 1 / (1 + exp(-value)) of each value.", (value) -> 1 / (1 + Math.exp(-value))),
				plain("logit", "Takes log(value / (1 - value)) of each value between 0 and 1.",
						(value) -> finite(Math.log(value / (1 - value)))),
				each("minMax", SeriesFunction.Group.TRANSFORM,
						"Shows the lowest value as 0, the highest as 1, and all others between them.",
						CurveFunctions::minMax),
				each("changed", SeriesFunction.Group.SPECIAL,
						"Shows 1 where the value differs from the one before, and 0 everywhere else.",
						CurveFunctions::changed),
				new SeriesFunction("delay", SeriesFunction.Group.TRANSFORM,
						"Shows all values some steps later, or earlier if steps is negative.", CurveFunctions::delay,
						SERIES, Parameter.required("steps", Parameter.Type.INTEGER))
					.forEach());
	}

	private static SeriesFunction plain(String name, String description, DoubleUnaryOperator operator) {
		return each(name, SeriesFunction.Group.TRANSFORM, description, (one) -> one.map(operator));
	}

	private static SeriesFunction each(String name, SeriesFunction.Group group, String description,
			UnaryOperator<GridSeries> operator) {
		return new SeriesFunction(name, group, description,
				(call) -> call.series().stream().map((one) -> operator.apply(one).within(name + "(", ")")).toList(),
				SERIES)
			.forEach();
	}

	private static double finite(double value) {
		return Double.isFinite(value) ? value : Double.NaN;
	}

	private static GridSeries minMax(GridSeries series) {
		double min = series.total(Aggregation.MIN);
		double range = series.total(Aggregation.MAX) - min;
		return series.map((value) -> (range == 0) ? 0 : (value - min) / range);
	}

	private static GridSeries changed(GridSeries series) {
		double[] values = series.room(series.size());
		double previous = Double.NaN;
		for (int i = 0; i < values.length; i++) {
			double value = series.value(i);
			if (!Double.isNaN(value)) {
				values[i] = (Double.isNaN(previous) || value == previous) ? 0 : 1;
				previous = value;
			}
		}
		return series.withValues(values);
	}

	private static List<GridSeries> delay(FunctionCall call) {
		int steps = call.integer("steps");
		return call.series().stream().map((one) -> delayed(one, steps).within("delay(", "," + steps + ")")).toList();
	}

	private static GridSeries delayed(GridSeries series, int steps) {
		double[] values = series.room(series.size());
		Arrays.fill(values, Double.NaN);
		for (int i = Math.max(0, -steps); i < values.length && i + steps < values.length; i++) {
			values[i + steps] = series.value(i);
		}
		return series.withValues(values);
	}

}
