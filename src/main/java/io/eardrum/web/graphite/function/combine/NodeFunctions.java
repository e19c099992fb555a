package io.eardrum.web.graphite.function.combine;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Objects;
import java.util.TreeSet;
import java.util.stream.Collectors;

import io.eardrum.web.graphite.function.call.FunctionCall;
import io.eardrum.web.graphite.function.call.Parameter;
import io.eardrum.web.graphite.function.call.SeriesFunction;
import io.eardrum.web.graphite.function.call.SeriesNodes;
import io.eardrum.web.graphite.query.Expression;
import io.eardrum.web.graphite.query.NumberText;
import io.eardrum.web.graphite.series.GridSeries;
import io.eardrum.web.graphite.series.SeriesName;

/**
 * Functions that take series together by the nodes of their names, and compute something
 * of each group.
 */
public final class NodeFunctions {

	private static final Parameter SERIES = Parameter.required("seriesList", Parameter.Type.SERIES_LIST);

	private NodeFunctions() {
	}

	/**
	 * Returns these functions.
	 * @return the functions, in no order
	 */
	public static List<SeriesFunction> all() {
		SeriesFunction map = new SeriesFunction("mapSeries", SeriesFunction.Group.COMBINE,
				"Puts series that share some nodes next to each other, for reduceSeries.",
				(call) -> CombineFunctions.groups(call.series(), SeriesNodes.key(call.expressions("mapNodes")))
					.values()
					.stream()
					.flatMap(Collection::stream)
					.toList(),
				SERIES, Parameter.several("mapNodes", Parameter.Type.NODE_OR_TAG, true));
		SeriesFunction reduce = new SeriesFunction("reduceSeries", SeriesFunction.Group.COMBINE,
				"Calls a function such as 'asPercent' with those series that share all nodes before one; the values of "
						+ "that node say which of them is which parameter.",
				NodeFunctions::reduce, Parameter.required("seriesLists", Parameter.Type.SERIES_LIST),
				Parameter.required("reduceFunction", Parameter.Type.STRING, "asPercent", "diffSeries", "divideSeries"),
				Parameter.required("reduceNode", Parameter.Type.NODE, 0, 1, 2, 3),
				Parameter.several("reduceMatchers", Parameter.Type.STRING, true));
		return List.of(map, map.withName("map"), reduce, reduce.withName("reduce"),
				new SeriesFunction("applyByNode", SeriesFunction.Group.COMBINE,
						"Computes a target for each beginning of a name up to a node, in which % stands for that "
								+ "beginning.",
						NodeFunctions::apply, SERIES, Parameter.required("nodeNum", Parameter.Type.NODE, 0, 1, 2, 3),
						Parameter.required("templateFunction", Parameter.Type.STRING),
						Parameter.optional("newName", Parameter.Type.STRING, null)),
				new SeriesFunction("weightedAverage", SeriesFunction.Group.COMBINE,
						"Takes the average of all series, in which each counts as much as the series of weights with "
								+ "the same nodes says.",
						NodeFunctions::weighted, Parameter.required("seriesListAvg", Parameter.Type.SERIES_LIST),
						Parameter.required("seriesListWeight", Parameter.Type.SERIES_LIST),
						Parameter.several("nodes", Parameter.Type.NODE_OR_TAG, false)));
	}

	private static List<GridSeries> reduce(FunctionCall call) {
		String function = call.text("reduceFunction");
		int number = call.integer("reduceNode");
		List<String> matchers = call.expressions("reduceMatchers")
			.stream()
			.map((matcher) -> ((Expression.Text) matcher).value())
			.toList();
		int position = call.expressions("reduceFunction").get(0).position();
		// The arguments are places for the series of each group.
		Expression.Call reduction = new Expression.Call(function,
				matchers.stream().<Expression>map((matcher) -> new Expression.Path(matcher, position)).toList(),
				Map.of(), position);
		Map<String, Map<String, GridSeries>> groups = new LinkedHashMap<>();
		for (GridSeries series : call.series()) {
			series.work((long) series.name().length() + matchers.size());
			String[] nodes = series.name().split("\\.", -1);
			int index = (number < 0) ? nodes.length + number : number;
			if (index < 0 || index >= nodes.length) {
				throw call.error("takes the number of a node that all series have as 'reduceNode'; '" + series.name()
						+ "' has " + nodes.length + " nodes");
			}
			if (matchers.contains(nodes[index])) {
				String group = String.join(".", List.of(nodes).subList(0, index)) + ".reduce." + function;
				groups.computeIfAbsent(group, (name) -> new HashMap<>()).put(nodes[index], series);
			}
		}
		List<GridSeries> result = new ArrayList<>();
		groups.forEach((name, members) -> {
			if (members.keySet().containsAll(matchers)) {
				List<List<GridSeries>> arguments = matchers.stream()
					.map((matcher) -> List.of(Objects.requireNonNull(members.get(matcher))))
					.toList();
				call.scope()
					.call(reduction, arguments)
					.stream()
					.limit(1)
					.forEach((one) -> result.add(one.withName(name)));
			}
		});
		return result;
	}

	private static List<GridSeries> apply(FunctionCall call) {
		int number = call.integer("nodeNum");
		String template = call.text("templateFunction");
		List<GridSeries> series = call.series();
		NavigableSet<String> prefixes = new TreeSet<>();
		for (GridSeries one : series) {
			prefixes.add(prefix(call, one, number));
		}
		List<String> names = List.copyOf(prefixes);
		List<GridSeries> result = new ArrayList<>();
		List<String> targets = names.stream().map((prefix) -> filled(call, template, prefix)).toList();
		int[] next = new int[1];
		call.scope().evaluate(targets, (computed) -> {
			String prefix = names.get(next[0]++);
			GridSeries last = series.get(series.size() - 1);
			for (GridSeries one : computed) {
				GridSeries moved = one.movedTo(last.start(), last.end());
				GridSeries named = call.has("newName") ? moved.withName(filled(call, call.text("newName"), prefix))
						: moved;
				result.add(named.foundBy(prefix));
			}
			return prefix;
		});
		return result;
	}

	private static String prefix(FunctionCall call, GridSeries series, int number) {
		series.work(series.name().length());
		String[] nodes = series.name().split("\\.", -1);
		if (number >= nodes.length) {
			throw call.error("takes the number of a node that all series have as 'nodeNum'; '" + series.name()
					+ "' has " + nodes.length + " nodes");
		}
		// Slices the list as Python does.
		int end = (number + 1 < 0) ? Math.max(0, nodes.length + number + 1) : number + 1;
		return String.join(".", List.of(nodes).subList(0, end));
	}

	// The template may repeat the prefix any number of times.
	private static String filled(FunctionCall call, String template, String prefix) {
		long signs = template.chars().filter((c) -> c == '%').count();
		long length = template.length() + signs * (prefix.length() - 1);
		SeriesName.requireLength((int) Math.min(length, Integer.MAX_VALUE));
		call.scope().account().work(length);
		return template.replace("%", prefix);
	}

	private static List<GridSeries> weighted(FunctionCall call) {
		List<GridSeries> series = call.series();
		List<GridSeries> weights = call.series("seriesListWeight");
		if (series.size() != weights.size()) {
			throw call.error(
					"takes lists of the same length, not of " + series.size() + " and " + weights.size() + " series");
		}
		List<Expression> nodes = call.expressions("nodes");
		Map<String, GridSeries> byKey = new LinkedHashMap<>();
		series.forEach((one) -> byKey.put(SeriesNodes.join(one, nodes), one));
		Map<String, GridSeries> weightsByKey = new HashMap<>();
		weights.forEach((one) -> weightsByKey.put(SeriesNodes.join(one, nodes), one));
		List<GridSeries> products = new ArrayList<>();
		byKey.forEach((key, one) -> {
			GridSeries weight = weightsByKey.get(key);
			if (weight != null) {
				products.add(
						CombineFunctions.combine(List.of(one, weight), "product", "product", (row) -> row[0] * row[1]));
			}
		});
		if (products.isEmpty()) {
			return products;
		}
		GridSeries sumOfProducts = CombineFunctions.aggregate(products, "sum", null).get(0);
		GridSeries sumOfWeights = CombineFunctions.aggregate(weights, "sum", null).get(0);
		String name = SeriesName.of("weightedAverage(", paths(series), ", ", paths(weights), ", ",
				nodes.stream().map(NodeFunctions::text).collect(Collectors.joining(",")), ")");
		return List.of(CombineFunctions.combine(List.of(sumOfProducts, sumOfWeights), name, name,
				(row) -> (row[1] == 0) ? Double.NaN : row[0] / row[1]));
	}

	private static String paths(List<GridSeries> series) {
		return SeriesName.list(series.stream().map(GridSeries::path).distinct().sorted().toList());
	}

	private static String text(Expression node) {
		return (node instanceof Expression.Text tag) ? tag.value()
				: NumberText.brief(((Expression.Numeral) node).value());
	}

}
