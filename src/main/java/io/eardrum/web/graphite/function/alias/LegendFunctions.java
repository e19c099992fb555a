package io.eardrum.web.graphite.function.alias;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.function.UnaryOperator;

import io.eardrum.web.graphite.function.call.FunctionCall;
import io.eardrum.web.graphite.function.call.Parameter;
import io.eardrum.web.graphite.function.call.SeriesFunction;
import io.eardrum.web.graphite.function.regex.NameRegex;
import io.eardrum.web.graphite.query.Expression;
import io.eardrum.web.graphite.query.NumberText;
import io.eardrum.web.graphite.query.QueryException;
import io.eardrum.web.graphite.series.Aggregation;
import io.eardrum.web.graphite.series.GridSeries;

/**
 * Functions that put values into the names of series, and that change their letters.
 */
public final class LegendFunctions {

	private static final Parameter SERIES = Parameter.required("seriesList", Parameter.Type.SERIES_LIST);

	/** The places after the point. */
	private static final int DIGITS = 2;

	private LegendFunctions() {
	}

	/**
	 * Returns these functions.
	 * @return the functions, in no order
	 */
	public static List<SeriesFunction> all() {
		return List.of(
				letters("upper", "Makes all letters of the names capitals, or those at some positions.",
						(text) -> text.toUpperCase(Locale.ROOT)),
				letters("lower", "Makes all letters of the names small, or those at some positions.",
						(text) -> text.toLowerCase(Locale.ROOT)),
				new SeriesFunction("legendValue", SeriesFunction.Group.ALIAS,
						"Puts aggregations such as 'last' behind the names; 'si' or 'binary', as the last one, shortens "
								+ "the numbers.",
						LegendFunctions::legend, SERIES,
						new Parameter("valuesTypes", Parameter.Type.STRING, true, true, null,
								List.of("average", "last", "max", "min", "sum", "si", "binary")))
					.forEach(),
				new SeriesFunction("cactiStyle", SeriesFunction.Group.SPECIAL,
						"Puts the last, the highest and the lowest value behind the names, in columns.",
						LegendFunctions::cacti, SERIES,
						new Parameter("system", Parameter.Type.STRING, false, false, null, List.of("si", "binary")),
						Parameter.optional("units", Parameter.Type.STRING, null)),
				new SeriesFunction("aliasQuery", SeriesFunction.Group.ALIAS,
						"Replaces a regular expression in the names, computes the target that the new name is, and puts "
								+ "its last value into newName, in place of a format such as %d.",
						LegendFunctions::query, SERIES, Parameter.required("search", Parameter.Type.STRING),
						Parameter.required("replace", Parameter.Type.STRING),
						Parameter.required("newName", Parameter.Type.STRING)));
	}

	private static SeriesFunction letters(String name, String description, UnaryOperator<String> change) {
		return new SeriesFunction(name, SeriesFunction.Group.ALIAS, description, (call) -> {
			List<Integer> positions = call.integers("pos");
			return call.series()
				.stream()
				.map((one) -> one
					.withName(positions.isEmpty() ? change.apply(one.name()) : changed(one.name(), positions, change)))
				.toList();
		}, SERIES, Parameter.several("pos", Parameter.Type.INTEGER, false)).forEach();
	}

	// As in Python, negative positions count from the end, and others are ignored.
	private static String changed(String name, List<Integer> positions, UnaryOperator<String> change) {
		String[] letters = name.codePoints().mapToObj(Character::toString).toArray(String[]::new);
		for (int position : positions) {
			int index = (position < 0) ? letters.length + position : position;
			if (index >= 0 && index < letters.length) {
				letters[index] = change.apply(letters[index]);
			}
		}
		return String.join("", letters);
	}

	private static List<GridSeries> legend(FunctionCall call) {
		List<String> types = new ArrayList<>();
		call.expressions("valuesTypes").forEach((type) -> types.add(((Expression.Text) type).value()));
		UnitSystem system = UnitSystem.named(types.get(types.size() - 1));
		if (system != null) {
			types.remove(types.size() - 1);
		}
		Function<Double, String> text = (system != null) ? system.format("") : NumberText::exact;
		List<GridSeries> result = new ArrayList<>();
		for (GridSeries series : call.series()) {
			StringBuilder name = new StringBuilder(series.name());
			for (String type : types) {
				if (system == null) {
					name.append(" (").append(type).append(": ").append(value(series, type, text)).append(')');
				}
				else {
					String columns = left(name.toString(), 20) + left(type, 5) + left(value(series, type, text), 10);
					name.replace(0, name.length(), columns);
				}
			}
			result.add(series.withName(name.toString()));
		}
		return result;
	}

	private static String value(GridSeries series, String type, Function<Double, String> text) {
		Aggregation aggregation = type.endsWith("Series") ? null : Aggregation.find(type);
		if (aggregation == null) {
			return "(?)";
		}
		double value = series.total(aggregation);
		String written = Double.isNaN(value) ? "None" : text.apply(value);
		// In Graphite, the number of values is a whole number, and all others are not.
		return (aggregation == Aggregation.COUNT && written.endsWith(".0")) ? written.substring(0, written.length() - 2)
				: written;
	}

	private static List<GridSeries> cacti(FunctionCall call) {
		Function<Double, String> format = format(call);
		List<GridSeries> series = call.series();
		int width = series.stream().mapToInt((one) -> one.name().length()).max().orElse(0);
		List<String> names = new ArrayList<>();
		series.forEach((one) -> names.add(left(one.name(), width)));
		column(series, names, " Current:", Aggregation.LAST, format);
		column(series, names, " Max:", Aggregation.MAX, format);
		column(series, names, " Min:", Aggregation.MIN, format);
		List<GridSeries> result = new ArrayList<>();
		for (int i = 0; i < names.size(); i++) {
			result.add(series.get(i).withName(names.get(i) + " "));
		}
		return result;
	}

	private static Function<Double, String> format(FunctionCall call) {
		String units = call.has("units") ? " " + call.text("units") : "";
		if (!call.has("system")) {
			return (value) -> Printf.fixed(value, DIGITS) + units;
		}
		UnitSystem system = UnitSystem.named(call.text("system"));
		if (system == null) {
			throw call.error("takes 'si' or 'binary' as 'system', not " + QueryException.quoted(call.text("system")));
		}
		return system.format(call.text("units", ""));
	}

	private static void column(List<GridSeries> series, List<String> names, String title, Aggregation aggregation,
			Function<Double, String> format) {
		double[] values = series.stream().mapToDouble((one) -> one.total(aggregation)).toArray();
		int width = 0;
		for (double value : values) {
			// As in Graphite, the width is that of whole numbers and three more letters.
			double whole = (Double.isNaN(value) || value == 0) ? 3 : (value > 0) ? Math.floor(value) : Math.ceil(value);
			width = Math.max(width, format.apply(whole).length() + 3);
		}
		for (int i = 0; i < values.length; i++) {
			String text = Double.isNaN(values[i]) ? "nan" : format.apply(values[i]);
			names.set(i, names.get(i) + title + left(text, width));
		}
	}

	private static String left(String text, int width) {
		return text + " ".repeat(Math.max(0, width - text.length()));
	}

	private static List<GridSeries> query(FunctionCall call) {
		NameRegex search = call.regex("search");
		Printf format = Printf.of(call.text("newName"));
		if (format == null) {
			throw call.error("takes a 'newName' with one format such as %d, %s or %.2f, not "
					+ QueryException.quoted(call.text("newName")));
		}
		List<GridSeries> series = call.series();
		List<String> targets = series.stream()
			.map((one) -> search.replaceIn(one.name(), call.text("replace")))
			.toList();
		int[] next = new int[1];
		return call.scope().evaluate(targets, (computed) -> {
			String target = targets.get(next[0]);
			double last = computed.isEmpty() ? Double.NaN : computed.get(0).total(Aggregation.LAST);
			if (Double.isNaN(last)) {
				throw call.error("finds no value of " + QueryException.quoted(target));
			}
			call.scope().account().release(GridSeries.heldBy(computed));
			return series.get(next[0]++).withName(format.format(last));
		});
	}

}
