package io.eardrum.web.graphite.function.call;

import java.util.List;

import io.eardrum.web.graphite.series.GridSeries;

/**
 * A function over series.
 *
 * @param name its name
 * @param group the heading under which it is listed
 * @param description what it does, for people to read
 * @param parameters its parameters, in order
 * @param body the computation
 * @param isForEach whether its result for a series of its first parameter does not depend
 * on the other series, so that it can be computed for one after the other
 */
public record SeriesFunction(String name, Group group, String description, List<Parameter> parameters, Body body,
		boolean isForEach) {

	/**
	 * Creates a function that looks at all its series at once.
	 * @param name its name
	 * @param group the heading under which it is listed
	 * @param description what it does, for people to read
	 * @param body the computation
	 * @param parameters its parameters, in order
	 */
	public SeriesFunction(String name, Group group, String description, Body body, Parameter... parameters) {
		this(name, group, description, List.of(parameters), body, false);
	}

	/**
	 * Returns the same function with another name.
	 * @param otherName the name
	 * @return the function
	 */
	public SeriesFunction withName(String otherName) {
		return new SeriesFunction(otherName, this.group, this.description, this.parameters, this.body, this.isForEach);
	}

	/**
	 * Returns the same function, marked as one that is computed for one series after the
	 * other.
	 * @return the function
	 */
	public SeriesFunction forEach() {
		return new SeriesFunction(this.name, this.group, this.description, this.parameters, this.body, true);
	}

	/**
	 * Graphite's headings for functions.
	 */
	public enum Group {

		/** Functions that combine series into fewer ones. */
		COMBINE("Combine"),

		/** Functions that change each value. */
		TRANSFORM("Transform"),

		/** Functions that compute values from several values. */
		CALCULATE("Calculate"),

		/** Functions that leave out some series. */
		FILTER_SERIES("Filter Series"),

		/** Functions that leave out some values. */
		FILTER_DATA("Filter Data"),

		/** Functions that change the order of series. */
		SORTING("Sorting"),

		/** Functions that rename series. */
		ALIAS("Alias"),

		/** Functions that say how series are drawn. */
		GRAPH("Graph"),

		/** All other functions. */
		SPECIAL("Special");

		private final String heading;

		Group(String heading) {
			this.heading = heading;
		}

		/**
		 * Returns the heading.
		 * @return the text
		 */
		public String heading() {
			return this.heading;
		}

	}

	/**
	 * The computation of a function.
	 */
	@FunctionalInterface
	public interface Body {

		/**
		 * Computes the result of a call.
		 * @param call the call with its arguments
		 * @return the series in a new list
		 */
		List<GridSeries> apply(FunctionCall call);

	}

}
