package io.eardrum.web.graphite.function.special;

import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.LongToDoubleFunction;

import io.eardrum.web.graphite.function.call.FunctionCall;
import io.eardrum.web.graphite.function.call.Parameter;
import io.eardrum.web.graphite.function.call.SeriesFunction;
import io.eardrum.web.graphite.series.Grid;
import io.eardrum.web.graphite.series.GridSeries;

/**
 * Functions that make a series of nothing but the range of time, for examples and trials.
 */
public final class GeneratorFunctions {

	private static final Parameter NAME = Parameter.required("name", Parameter.Type.STRING);

	private static final int DEFAULT_STEP = 60;

	private static final Parameter STEP = Parameter.optional("step", Parameter.Type.INTEGER, DEFAULT_STEP);

	private GeneratorFunctions() {
	}

	/**
	 * Returns these functions.
	 * @return the functions, in no order
	 */
	public static List<SeriesFunction> all() {
		SeriesFunction time = new SeriesFunction("timeFunction", SeriesFunction.Group.TRANSFORM,
				"Makes a series whose values are their times.", (call) -> series(call, (seconds) -> seconds), NAME,
				STEP);
		SeriesFunction sine = new SeriesFunction("sinFunction", SeriesFunction.Group.TRANSFORM,
				"Makes a series of the sines of its times.", GeneratorFunctions::sine, NAME,
				Parameter.optional("amplitude", Parameter.Type.FLOAT, 1), STEP);
		SeriesFunction walk = new SeriesFunction("randomWalkFunction", SeriesFunction.Group.SPECIAL,
				"Makes a series that begins at 0, and goes up or down at random by at most a half at each step.",
				GeneratorFunctions::walk, NAME, STEP);
		return List.of(time, time.withName("time"), sine, sine.withName("sin"), walk, walk.withName("randomWalk"),
				new SeriesFunction("identity", SeriesFunction.Group.CALCULATE,
						"Makes a series whose values are their times, one for each minute.",
						GeneratorFunctions::identity, NAME));
	}

	private static List<GridSeries> identity(FunctionCall call) {
		return series(call, (seconds) -> seconds).stream()
			.map((one) -> one.foundBy("identity(\"" + one.name() + "\")"))
			.toList();
	}

	private static List<GridSeries> sine(FunctionCall call) {
		double amplitude = call.number("amplitude", 1);
		return series(call, (seconds) -> Math.sin((double) seconds) * amplitude);
	}

	private static List<GridSeries> walk(FunctionCall call) {
		double[] current = new double[1];
		return series(call, (seconds) -> {
			double value = current[0];
			current[0] += ThreadLocalRandom.current().nextDouble() - 0.5;
			return value;
		});
	}

	private static List<GridSeries> series(FunctionCall call, LongToDoubleFunction function) {
		int step = call.integer("step", DEFAULT_STEP);
		if (step < 1) {
			throw call.error("takes a 'step' of 1 second or more, not " + step);
		}
		Grid grid = new Grid(call.scope().from(), call.scope().until(), step);
		double[] values = call.scope().account().values(grid.size());
		for (int i = 0; i < values.length; i++) {
			values[i] = function.applyAsDouble(grid.time(i));
		}
		return List.of(GridSeries.of(call.scope().account(), call.text("name"), grid, values));
	}

}
