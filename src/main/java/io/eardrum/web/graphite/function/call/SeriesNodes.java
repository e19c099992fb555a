package io.eardrum.web.graphite.function.call;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Function;

import io.eardrum.web.graphite.query.Expression;
import io.eardrum.web.graphite.query.QueryException;
import io.eardrum.web.graphite.query.TargetParser;
import io.eardrum.web.graphite.series.GridSeries;
import io.eardrum.web.graphite.series.SeriesName;

/**
 * The nodes in the names of series: the parts between the dots.
 */
public final class SeriesNodes {

	/**
	 * The most memory that a character of a name takes while it is parsed, in values:
	 * f(a,a,a) has one part for every two characters.
	 */
	private static final long PARSED_VALUES = 8;

	private SeriesNodes() {
	}

	/**
	 * Joins some nodes of a series. If its name is a call, the nodes are those of the
	 * first path in it. A node that the series does not have is empty.
	 * @param series the series
	 * @param wanted numbers of nodes, negative ones from the end, and names of tags
	 * @return the nodes with dots between them
	 */
	public static String join(GridSeries series, List<Expression> wanted) {
		series.work(series.name().length());
		String path = series.name().endsWith(")")
				? series.whileHolding(PARSED_VALUES * series.name().length(), () -> firstPath(series.name()))
				: series.name();
		String[] nodes = path.split(";", 2)[0].split("\\.", -1);
		return SeriesName.join(".", wanted.stream().map((expression) -> node(series, nodes, expression)).iterator());
	}

	private static String node(GridSeries series, String[] nodes, Expression wanted) {
		if (wanted instanceof Expression.Text tag) {
			return series.tags().getOrDefault(tag.value(), "");
		}
		int number = (int) ((Expression.Numeral) wanted).value();
		int index = (number < 0) ? nodes.length + number : number;
		return (index >= 0 && index < nodes.length) ? nodes[index] : "";
	}

	private static String firstPath(String name) {
		try {
			Expression expression = TargetParser.parse(name);
			while (expression instanceof Expression.Call call && !call.arguments().isEmpty()) {
				expression = call.arguments().get(0);
			}
			return (expression instanceof Expression.Path path) ? path.pattern() : name;
		}
		catch (QueryException ex) {
			// A name that a user has made up, with a parenthesis at its end.
			return name;
		}
	}

	/**
	 * Returns the name of a series without some of its nodes.
	 * @param series the series
	 * @param positions the numbers of these nodes
	 * @return the others with dots between them
	 */
	public static String without(GridSeries series, Set<Integer> positions) {
		series.work(series.name().length());
		String[] nodes = series.name().split("\\.", -1);
		List<String> rest = new ArrayList<>();
		for (int i = 0; i < nodes.length; i++) {
			if (!positions.contains(i)) {
				rest.add(nodes[i]);
			}
		}
		return String.join(".", rest);
	}

	/**
	 * Joins the paths of series, each of them once.
	 * @param series the series
	 * @return the paths with commas between them
	 */
	public static String paths(List<GridSeries> series) {
		return SeriesName.list(series.stream().map(GridSeries::path).distinct().toList());
	}

	/**
	 * Returns a function whose result is equal for series with the same nodes.
	 * @param nodes numbers of nodes, and names of tags
	 * @return a function that joins these nodes of a series
	 */
	public static Function<GridSeries, String> key(List<Expression> nodes) {
		return (series) -> join(series, nodes);
	}

}
