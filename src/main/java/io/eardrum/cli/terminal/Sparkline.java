package io.eardrum.cli.terminal;

import java.util.List;

import io.eardrum.metric.Point;

/**
 * A chart of one line: a block for each value, from the lowest to the highest.
 */
public final class Sparkline {

	private static final String BLOCKS = "▁▂▃▄▅▆▇█";

	private Sparkline() {
	}

	/**
	 * Draws a chart.
	 * @param points the points
	 * @return a character for each of them
	 */
	public static String of(List<Point> points) {
		double least = Double.POSITIVE_INFINITY;
		double most = Double.NEGATIVE_INFINITY;
		for (Point point : points) {
			least = Math.min(least, point.value());
			most = Math.max(most, point.value());
		}
		StringBuilder line = new StringBuilder();
		for (Point point : points) {
			// Halved, because the distance of two doubles may not be a finite double.
			double share = (most > least) ? (point.value() / 2 - least / 2) / (most / 2 - least / 2) : 0;
			line.append(BLOCKS.charAt((int) Math.round(share * (BLOCKS.length() - 1))));
		}
		return line.toString();
	}

}
