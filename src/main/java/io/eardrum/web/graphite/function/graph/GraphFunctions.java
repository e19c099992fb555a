package io.eardrum.web.graphite.function.graph;

import java.util.List;
import java.util.function.BiFunction;

import io.eardrum.web.graphite.function.call.FunctionCall;
import io.eardrum.web.graphite.function.call.Parameter;
import io.eardrum.web.graphite.function.call.SeriesFunction;
import io.eardrum.web.graphite.function.call.TimeArgument;
import io.eardrum.web.graphite.series.Grid;
import io.eardrum.web.graphite.series.GridSeries;

/**
 * Functions that say how series are drawn. The values stay the same. The names become
 * those that Graphite gives.
 */
public final class GraphFunctions {

	private static final Parameter SERIES = Parameter.required("seriesList", Parameter.Type.SERIES_LIST);

	private GraphFunctions() {
	}

	/**
	 * Returns these functions.
	 * @return the functions, in no order
	 */
	public static List<SeriesFunction> all() {
		return List.of(unchanged("color", Parameter.required("theColor", Parameter.Type.STRING)),
				unchanged("alpha", Parameter.required("alpha", Parameter.Type.FLOAT)),
				unchanged("lineWidth", Parameter.required("width", Parameter.Type.FLOAT)),
				named("dashed", (call, name) -> "dashed(" + name + ", " + call.integer("dashLength", 5) + ")",
						Parameter.optional("dashLength", Parameter.Type.INTEGER, 5)),
				named("drawAsInfinite", (call, name) -> "drawAsInfinite(" + name + ")"),
				named("secondYAxis", (call, name) -> "secondYAxis(" + name + ")"),
				named("stacked", (call, name) -> call.has("stack") ? name : "stacked(" + name + ")",
						Parameter.optional("stack", Parameter.Type.STRING, null)),
				new SeriesFunction("areaBetween", SeriesFunction.Group.GRAPH,
						"Has no effect here: Graphite draws the area between two series.", GraphFunctions::area,
						SERIES),
				new SeriesFunction("verticalLine", SeriesFunction.Group.GRAPH, "Marks a time in the range.",
						GraphFunctions::verticalLine, Parameter.required("ts", Parameter.Type.DATE),
						Parameter.optional("label", Parameter.Type.STRING, null),
						Parameter.optional("color", Parameter.Type.STRING, null)));
	}

	private static SeriesFunction unchanged(String name, Parameter parameter) {
		return named(name, (call, old) -> old, parameter);
	}

	private static SeriesFunction named(String name, BiFunction<FunctionCall, String, String> newName,
			Parameter... more) {
		List<Parameter> parameters = (more.length > 0) ? List.of(SERIES, more[0]) : List.of(SERIES);
		return new SeriesFunction(name, SeriesFunction.Group.GRAPH,
				"Has no effect on values: Graphite draws them in another way.", parameters,
				(call) -> call.series().stream().map((one) -> one.withName(newName.apply(call, one.name()))).toList(),
				true);
	}

	private static List<GridSeries> area(FunctionCall call) {
		List<GridSeries> series = call.series();
		if (series.isEmpty()) {
			return series;
		}
		if (series.size() != 2) {
			throw call.error("takes two series, not " + series.size());
		}
		GridSeries upper = series.get(1);
		String name = "areaBetween(" + upper.path() + ")";
		return series.stream().map((one) -> one.withName(name).withTags(upper.tags())).toList();
	}

	private static List<GridSeries> verticalLine(FunctionCall call) {
		long time = TimeArgument.seconds(call.scope(), call.expressions("ts"), 0);
		if (time < call.scope().from() || time > call.scope().until()) {
			throw call.error("takes a 'ts' within the range of the request, from " + call.scope().from() + " to "
					+ call.scope().until() + ", not " + time);
		}
		double[] values = call.scope().account().values(2);
		values[0] = 1;
		values[1] = 1;
		String name = call.text("label", "verticalLine(" + time + ")");
		return List.of(GridSeries.of(call.scope().account(), name, new Grid(time, time, 1), values));
	}

}
