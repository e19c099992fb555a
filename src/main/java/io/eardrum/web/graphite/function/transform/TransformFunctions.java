package io.eardrum.web.graphite.function.transform;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.List;
import java.util.function.DoubleUnaryOperator;
import java.util.function.Function;

import io.eardrum.web.graphite.function.call.FunctionCall;
import io.eardrum.web.graphite.function.call.Parameter;
import io.eardrum.web.graphite.function.call.SeriesFunction;
import io.eardrum.web.graphite.query.Expression;
import io.eardrum.web.graphite.query.NumberText;
import io.eardrum.web.graphite.series.Aggregation;
import io.eardrum.web.graphite.series.GridSeries;

/**
 * Functions that compute a new value from each value, or from a missing one.
 */
public final class TransformFunctions {

	private static final Parameter SERIES = Parameter.required("seriesList", Parameter.Type.SERIES_LIST);

	/** The powers of ten that are exact, and with which a rounded value can be. */
	private static final double[] POWERS_OF_TEN = { 1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12 };

	/** Below this, the product of two values is less than a thousandth off. */
	private static final double MAX_SCALED = 1L << 43;

	/** Beyond this distance, the nearest whole number may be another one. */
	private static final double NEARLY_HALF = 0.499;

	private TransformFunctions() {
	}

	/**
	 * Returns these functions.
	 * @return the functions, in no order
	 */
	public static List<SeriesFunction> all() {
		return List.of(
				withNumber("scale", "factor", "Multiplies all values by a number.",
						(factor) -> (value) -> value * factor),
				withNumber("offset", "factor", "Adds a number to all values.", (factor) -> (value) -> value + factor),
				withNumber("pow", "factor", "Raises all values to a power.",
						(factor) -> (value) -> finite(Math.pow(value, factor))),
				new SeriesFunction("add", SeriesFunction.Group.TRANSFORM, "Adds a number to all values.",
						(call) -> each(call,
								(one) -> one.map((value) -> value + call.number("constant"))
									.within("add(", "," + (long) call.number("constant") + ")")),
						SERIES, Parameter.required("constant", Parameter.Type.FLOAT)),
				plain("absolute", "Takes the sign off all values.", Math::abs),
				plain("invert", "Takes 1 divided by each value.", (value) -> finite(1 / value)),
				plain("squareRoot", "Takes the square root of all values.", Math::sqrt),
				new SeriesFunction("log", SeriesFunction.Group.TRANSFORM, "Takes the logarithm of all values.",
						TransformFunctions::logarithm, SERIES, Parameter.optional("base", Parameter.Type.FLOAT, 10)),
				new SeriesFunction("round", SeriesFunction.Group.TRANSFORM,
						"Rounds all values to some digits after the decimal point.", TransformFunctions::round, SERIES,
						Parameter.optional("precision", Parameter.Type.INTEGER, 0)),
				new SeriesFunction("scaleToSeconds", SeriesFunction.Group.TRANSFORM,
						"Shows values that count something in each step as if the step had this many seconds.",
						(call) -> each(call,
								(one) -> one.map((value) -> rounded(value * (call.number("seconds") / one.step()), 6))
									.within("scaleToSeconds(", "," + (long) call.number("seconds") + ")")),
						SERIES, Parameter.required("seconds", Parameter.Type.FLOAT)),
				new SeriesFunction("offsetToZero", SeriesFunction.Group.TRANSFORM,
						"Subtracts the lowest value from all values.", (call) -> each(call, (one) -> {
							double lowest = one.total(Aggregation.MIN);
							return one.map((value) -> value - lowest).within("offsetToZero(", ")");
						}), SERIES),
				new SeriesFunction("transformNull", SeriesFunction.Group.TRANSFORM,
						"Puts a number where there is no value; with referenceSeries, only where one of those has a value.",
						TransformFunctions::transformNull, SERIES,
						Parameter.optional("default", Parameter.Type.FLOAT, 0),
						Parameter.optional("referenceSeries", Parameter.Type.SERIES_LIST, null)),
				new SeriesFunction("isNonNull", SeriesFunction.Group.TRANSFORM,
						"Puts 1 where there is a value, and 0 where there is none.",
						(call) -> each(call,
								(one) -> filled(one.map((value) -> 1), 0, List.of()).within("isNonNull(", ")")),
						SERIES),
				gaps("keepLastValue", "Puts the last value into gaps of at most limit values.",
						(before, after, part) -> before, true),
				gaps("interpolate", "Draws a straight line over gaps of at most limit values.",
						(before, after, part) -> before + part * (after - before), false));
	}

	private static List<GridSeries> each(FunctionCall call, Function<GridSeries, GridSeries> function) {
		return call.series().stream().map(function).toList();
	}

	private static SeriesFunction withNumber(String name, String parameter, String description,
			Function<Double, DoubleUnaryOperator> function) {
		return new SeriesFunction(name, SeriesFunction.Group.TRANSFORM, description,
				(call) -> each(call,
						(one) -> one.map(function.apply(call.number(parameter)))
							.within(name + "(", "," + NumberText.brief(call.number(parameter)) + ")")),
				SERIES, Parameter.required(parameter, Parameter.Type.FLOAT));
	}

	private static SeriesFunction plain(String name, String description, DoubleUnaryOperator operator) {
		return new SeriesFunction(name, SeriesFunction.Group.TRANSFORM, description,
				(call) -> each(call, (one) -> one.map(operator).within(name + "(", ")")), SERIES);
	}

	private static double finite(double value) {
		return Double.isFinite(value) ? value : Double.NaN;
	}

	private static List<GridSeries> logarithm(FunctionCall call) {
		double base = call.number("base", 10);
		if (base <= 0 || base == 1) {
			throw call.error("takes a base above 0 that is not 1");
		}
		boolean whole = !call.has("base")
				|| (call.expressions("base").get(0) instanceof Expression.Numeral number && number.whole());
		String text = whole ? Long.toString((long) base) : NumberText.exact(base);
		return each(call, (one) -> one.map((value) -> (value <= 0) ? Double.NaN : Math.log(value) / Math.log(base))
			.within("log(", ", " + text + ")"));
	}

	private static List<GridSeries> round(FunctionCall call) {
		int precision = call.integer("precision", 0);
		if (Math.abs(precision) > 400) {
			throw call.error("takes a precision from -400 to 400");
		}
		String end = call.has("precision") ? "," + precision + ")" : ")";
		return each(call, (one) -> one.map((value) -> rounded(value, precision)).within("round(", end));
	}

	/**
	 * Rounds a value, and a half to its even neighbour.
	 * @param value the value
	 * @param digits how many digits there may be after the decimal point
	 * @return the value that is nearest to the rounded one
	 */
	public static double rounded(double value, int digits) {
		if (digits >= 0 && digits < POWERS_OF_TEN.length) {
			double scaled = value * POWERS_OF_TEN[digits];
			double whole = Math.rint(scaled);
			// The product is off by less than a thousandth here, so this is the nearest
			// whole number. It and the power are exact, so the quotient is the nearest
			// value. Adding 0 makes 0 of -0.
			if (Math.abs(scaled) < MAX_SCALED && Math.abs(scaled - whole) < NEARLY_HALF) {
				return whole / POWERS_OF_TEN[digits] + 0.0;
			}
		}
		return Double.isFinite(value) ? new BigDecimal(value).setScale(digits, RoundingMode.HALF_EVEN).doubleValue()
				: value;
	}

	private static List<GridSeries> transformNull(FunctionCall call) {
		double number = call.number("default", 0);
		List<GridSeries> references = call.references("referenceSeries");
		String end = "," + NumberText.brief(number) + (references.isEmpty() ? ")" : ",referenceSeries)");
		return each(call, (one) -> filled(one, number, references).within("transformNull(", end));
	}

	private static GridSeries filled(GridSeries series, double number, List<GridSeries> references) {
		series.work((long) series.size() * references.size());
		double[] values = series.room(series.size());
		for (int i = 0; i < values.length; i++) {
			long time = series.time(i);
			boolean missing = Double.isNaN(series.value(i))
					&& (references.isEmpty() || references.stream().anyMatch((one) -> hasValue(one, time)));
			values[i] = missing ? number : series.value(i);
		}
		return series.withValues(values);
	}

	private static boolean hasValue(GridSeries series, long time) {
		long slot = Math.floorDiv(time - series.start(), series.step());
		return slot >= 0 && slot < series.size() && !Double.isNaN(series.value((int) slot));
	}

	private static SeriesFunction gaps(String name, String description, GapFiller filler, boolean atEnd) {
		return new SeriesFunction(name, SeriesFunction.Group.TRANSFORM, description,
				(call) -> each(call,
						(one) -> fillGaps(one, call.number("limit", Double.POSITIVE_INFINITY), filler, atEnd)
							.within(name + "(", ")")),
				SERIES, Parameter.optional("limit", Parameter.Type.INTEGER_OR_INFINITE, null));
	}

	private static GridSeries fillGaps(GridSeries series, double limit, GapFiller filler, boolean atEnd) {
		double[] values = series.room(series.size());
		series.copy(0, values, values.length);
		int last = -1;
		for (int i = 0; i <= values.length; i++) {
			boolean end = i == values.length;
			if (!end && Double.isNaN(values[i])) {
				continue;
			}
			int gap = i - last - 1;
			if (last >= 0 && gap > 0 && gap <= limit && (!end || atEnd)) {
				for (int j = last + 1; j < i; j++) {
					values[j] = filler.fill(values[last], end ? Double.NaN : values[i],
							(double) (j - last) / (gap + 1));
				}
			}
			last = i;
		}
		return series.withValues(values);
	}

	/**
	 * Computes the values in a gap.
	 */
	@FunctionalInterface
	private interface GapFiller {

		double fill(double before, double after, double part);

	}

}
