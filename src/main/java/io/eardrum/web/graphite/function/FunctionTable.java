package io.eardrum.web.graphite.function;

import java.util.Collection;
import java.util.Collections;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

import io.eardrum.web.graphite.function.alias.AliasFunctions;
import io.eardrum.web.graphite.function.alias.LegendFunctions;
import io.eardrum.web.graphite.function.calculate.HoltWintersFunctions;
import io.eardrum.web.graphite.function.calculate.TrendFunctions;
import io.eardrum.web.graphite.function.calculate.WindowFunctions;
import io.eardrum.web.graphite.function.call.SeriesFunction;
import io.eardrum.web.graphite.function.combine.CombineFunctions;
import io.eardrum.web.graphite.function.combine.ListFunctions;
import io.eardrum.web.graphite.function.combine.NodeFunctions;
import io.eardrum.web.graphite.function.combine.RatioFunctions;
import io.eardrum.web.graphite.function.filter.FilterFunctions;
import io.eardrum.web.graphite.function.filter.PercentileFunctions;
import io.eardrum.web.graphite.function.filter.SortFunctions;
import io.eardrum.web.graphite.function.graph.GraphFunctions;
import io.eardrum.web.graphite.function.special.GeneratorFunctions;
import io.eardrum.web.graphite.function.special.SpecialFunctions;
import io.eardrum.web.graphite.function.transform.CurveFunctions;
import io.eardrum.web.graphite.function.transform.IntervalFunctions;
import io.eardrum.web.graphite.function.transform.RateFunctions;
import io.eardrum.web.graphite.function.transform.TransformFunctions;

/**
 * All functions by their names. The table is created when it is first needed. Immutable.
 */
public final class FunctionTable {

	private static final Map<String, String> ALIASES = Map.of("sum", "sumSeries", "avg", "averageSeries", "pct",
			"asPercent");

	/**
	 * The functions whose result for a series does not depend on other series, so that
	 * they can be computed for one series after the other.
	 */
	private static final Set<String> FOR_EACH = Set.of("absolute", "add", "alias", "aliasByMetric", "aliasByNode",
			"aliasByTags", "aliasSub", "averageAbove", "averageBelow", "consolidateBy", "cumulative", "currentAbove",
			"currentBelow", "derivative", "exclude", "filterSeries", "grep", "integral", "interpolate", "invert",
			"isNonNull", "keepLastValue", "log", "maximumAbove", "maximumBelow", "minimumAbove", "minimumBelow",
			"nPercentile", "nonNegativeDerivative", "offset", "offsetToZero", "perSecond", "pow", "removeAboveValue",
			"removeBelowValue", "removeEmptySeries", "round", "scale", "scaleToSeconds", "setXFilesFactor",
			"squareRoot", "substr", "summarize", "transformNull", "xFilesFactor");

	private final Map<String, SeriesFunction> functions;

	private FunctionTable() {
		Map<String, SeriesFunction> all = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
		Stream
			.of(AliasFunctions.all(), LegendFunctions.all(), CombineFunctions.all(), RatioFunctions.all(),
					ListFunctions.all(), NodeFunctions.all(), TransformFunctions.all(), CurveFunctions.all(),
					RateFunctions.all(), IntervalFunctions.all(), WindowFunctions.all(), TrendFunctions.all(),
					HoltWintersFunctions.all(), FilterFunctions.all(), PercentileFunctions.all(), SortFunctions.all(),
					GraphFunctions.all(), SpecialFunctions.all(), GeneratorFunctions.all())
			.flatMap(Collection::stream)
			.forEach((function) -> all.put(function.name(),
					FOR_EACH.contains(function.name()) ? function.forEach() : function));
		ALIASES.forEach((alias, name) -> all.put(alias, Objects.requireNonNull(all.get(name)).withName(alias)));
		this.functions = Collections.unmodifiableMap(all);
	}

	/**
	 * Returns the table.
	 * @return the only one
	 */
	public static FunctionTable get() {
		return Holder.TABLE;
	}

	/**
	 * Finds a function.
	 * @param name its name, as the request spells it
	 * @return the function, or {@code null} if there is none
	 */
	public @Nullable SeriesFunction find(String name) {
		SeriesFunction function = this.functions.get(name);
		return (function != null && function.name().equals(name)) ? function : null;
	}

	/**
	 * Returns all functions, by their names.
	 * @return the functions, in the order of their names
	 */
	public Map<String, SeriesFunction> functions() {
		return this.functions;
	}

	private static final class Holder {

		static final FunctionTable TABLE = new FunctionTable();

	}

}
