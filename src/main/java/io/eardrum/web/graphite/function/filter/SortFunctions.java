package io.eardrum.web.graphite.function.filter;

import java.util.Comparator;
import java.util.List;
import java.util.function.Function;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

import io.eardrum.web.graphite.function.call.FunctionCall;
import io.eardrum.web.graphite.function.call.Parameter;
import io.eardrum.web.graphite.function.call.SeriesFunction;
import io.eardrum.web.graphite.series.Aggregation;
import io.eardrum.web.graphite.series.GridSeries;

/**
 * Functions that change the order of series.
 */
public final class SortFunctions {

	private static final Parameter SERIES = Parameter.required("seriesList", Parameter.Type.SERIES_LIST);

	private static final Parameter REVERSE = Parameter.optional("reverse", Parameter.Type.BOOLEAN, false);

	private static final Pattern DIGITS = Pattern.compile("\\d+");

	private static final int PADDED_DIGITS = 10;

	private SortFunctions() {
	}

	/**
	 * Returns these functions.
	 * @return the functions, in no order
	 */
	public static List<SeriesFunction> all() {
		return List.of(
				new SeriesFunction("sortByName", SeriesFunction.Group.SORTING,
						"Sorts series by their names; natural puts cpu2 before cpu10.", SortFunctions::byName, SERIES,
						Parameter.optional("natural", Parameter.Type.BOOLEAN, false), REVERSE),
				new SeriesFunction("sortBy", SeriesFunction.Group.SORTING,
						"Sorts series by an aggregation of their values.",
						(call) -> sorted(call.series(),
								FilterFunctions.by(call.text("func", "average"), call.flag("reverse"))),
						SERIES, Parameter.optional("func", Parameter.Type.AGGREGATION, "average"), REVERSE),
				by("sortByMaxima", "Sorts series by their highest values, the highest first.", "max"),
				by("sortByTotal", "Sorts series by the sum of their values, the highest first.", "sum"),
				new SeriesFunction("sortByMinima", SeriesFunction.Group.SORTING,
						"Sorts series by their lowest values, the lowest first; those without any value above 0 are "
								+ "left out.",
						SortFunctions::byMinima, SERIES));
	}

	private static SeriesFunction by(String name, String description, String aggregation) {
		return new SeriesFunction(name, SeriesFunction.Group.SORTING, description,
				(call) -> sorted(call.series(), FilterFunctions.by(aggregation, true)), SERIES);
	}

	private static List<GridSeries> byName(FunctionCall call) {
		Comparator<GridSeries> order = call.flag("natural") ? comparing((one) -> padded(one.name()), PADDED_DIGITS)
				: byName();
		return sorted(call.series(), call.flag("reverse") ? order.reversed() : order);
	}

	/**
	 * Returns the order by names. Comparing them counts as work.
	 * @return the order
	 */
	public static Comparator<GridSeries> byName() {
		return comparing(GridSeries::name, 1);
	}

	// The key is computed for each comparison, because a table of keys might take any
	// amount of memory.
	private static Comparator<GridSeries> comparing(Function<GridSeries, String> key, int work) {
		return Comparator.comparing((one) -> {
			one.work((long) work * one.name().length());
			return key.apply(one);
		});
	}

	private static String padded(String name) {
		return DIGITS.matcher(name).replaceAll(SortFunctions::padded);
	}

	private static String padded(MatchResult digits) {
		String number = digits.group().replaceFirst("^0+(?=\\d)", "");
		return "0".repeat(Math.max(0, PADDED_DIGITS - number.length())) + number;
	}

	private static List<GridSeries> byMinima(FunctionCall call) {
		List<GridSeries> series = call.series();
		series.removeIf((one) -> !(one.total(Aggregation.MAX) > 0));
		return sorted(series, FilterFunctions.by("min", false));
	}

	private static List<GridSeries> sorted(List<GridSeries> series, Comparator<GridSeries> order) {
		series.sort(order);
		return series;
	}

}
