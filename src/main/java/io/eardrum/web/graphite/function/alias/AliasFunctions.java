package io.eardrum.web.graphite.function.alias;

import java.util.List;

import io.eardrum.web.graphite.function.call.FunctionCall;
import io.eardrum.web.graphite.function.call.Parameter;
import io.eardrum.web.graphite.function.call.SeriesFunction;
import io.eardrum.web.graphite.function.call.SeriesNodes;
import io.eardrum.web.graphite.function.regex.NameRegex;
import io.eardrum.web.graphite.series.GridSeries;

/**
 * Functions that rename series.
 */
public final class AliasFunctions {

	private static final Parameter SERIES = Parameter.required("seriesList", Parameter.Type.SERIES_LIST);

	private AliasFunctions() {
	}

	/**
	 * Returns these functions.
	 * @return the functions, in no order
	 */
	public static List<SeriesFunction> all() {
		return List.of(
				new SeriesFunction("alias", SeriesFunction.Group.ALIAS, "Gives all series this name.",
						(call) -> call.series().stream().map((one) -> one.withName(call.text("newName"))).toList(),
						SERIES, Parameter.required("newName", Parameter.Type.STRING)),
				byNodes("aliasByNode", "nodes",
						"Takes the nodes with these numbers, from 0, or with these tags, for the name of a series."),
				byNodes("aliasByTags", "tags", "Does what aliasByNode does."),
				new SeriesFunction("aliasByMetric", SeriesFunction.Group.ALIAS,
						"Takes the last node for the name of a series.",
						(call) -> call.series().stream().map((one) -> one.withName(part(one.name(), -1, 0))).toList(),
						SERIES),
				new SeriesFunction("aliasSub", SeriesFunction.Group.ALIAS,
						"Replaces in the names what a regular expression matches; \\1 is what its first group matches.",
						AliasFunctions::replace, SERIES, Parameter.required("search", Parameter.Type.STRING),
						Parameter.required("replace", Parameter.Type.STRING)),
				new SeriesFunction("substr", SeriesFunction.Group.SPECIAL,
						"Takes the nodes from number start up to, but without, number stop for the name of a series.",
						(call) -> call.series()
							.stream()
							.map((one) -> one
								.withName(part(one.name(), call.integer("start", 0), call.integer("stop", 0))))
							.toList(),
						SERIES, Parameter.optional("start", Parameter.Type.NODE, 0),
						Parameter.optional("stop", Parameter.Type.NODE, 0)));
	}

	private static SeriesFunction byNodes(String name, String parameter, String description) {
		return new SeriesFunction(name, SeriesFunction.Group.ALIAS, description,
				(call) -> call.series()
					.stream()
					.map((one) -> one.withName(SeriesNodes.join(one, call.expressions(parameter))))
					.toList(),
				SERIES, Parameter.several(parameter, Parameter.Type.NODE_OR_TAG, true));
	}

	private static List<GridSeries> replace(FunctionCall call) {
		NameRegex search = call.regex("search");
		String replacement = call.text("replace");
		return call.series().stream().map((one) -> one.withName(search.replaceIn(one.name(), replacement))).toList();
	}

	// The innermost path, sliced as Python slices a list: negative numbers count from the
	// end.
	private static String part(String name, int start, int stop) {
		int right = name.indexOf(')');
		String path = name.substring(Math.min(name.lastIndexOf('(') + 1, (right < 0) ? name.length() : right),
				(right < 0) ? name.length() : right);
		String[] nodes = path.split("\\.", -1);
		int from = index(start, nodes.length);
		int to = (stop == 0) ? nodes.length : index(stop, nodes.length);
		String part = (from < to) ? String.join(".", List.of(nodes).subList(from, to)) : "";
		int comma = part.indexOf(',');
		return (comma < 0) ? part : part.substring(0, comma);
	}

	private static int index(int number, int length) {
		return Math.max(0, Math.min(length, (number < 0) ? length + number : number));
	}

}
