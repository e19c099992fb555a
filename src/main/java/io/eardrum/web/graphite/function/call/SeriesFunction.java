package io.eardrum.web.graphite.function.call;

import java.util.List;

import io.eardrum.web.graphite.series.GridSeries;

/**
 * A function over series.
 *
 * @param name how it is called
 * @param group under which heading it is listed
 * @param description what it does, for people to read
 * @param parameters what it takes, in order
 * @param body does it
 * @param isForEach whether what it makes of a series of its first parameter does not
 * depend on the others, so that it can be given one after the other
 */
public record SeriesFunction(String name, Group group, String description, List<Parameter> parameters, Body body,
		boolean isForEach) {

	/**
	 * Creates a function that looks at all its series at once.
	 * @param name how it is called
	 * @param group under which heading it is listed
	 * @param description what it does, for people to read
	 * @param body does it
	 * @param parameters what it takes, in order
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
	 * Returns the same function for one series after the other.
	 * @return the function
	 */
	public SeriesFunction forEach() {
		return new SeriesFunction(this.name, this.group, this.description, this.parameters, this.body, true);
	}

	/**
	 * The headings, as Graphite has them.
	 */
	public enum Group {

		/** Many series become fewer. */
		COMBINE("Combine"),

		/** Each value becomes another one. */
		TRANSFORM("Transform"),

		/** Values come from several values. */
		CALCULATE("Calculate"),

		/** Some series are left out. */
		FILTER_SERIES("Filter Series"),

		/** Some values are left out. */
		FILTER_DATA("Filter Data"),

		/** Series change their order. */
		SORTING("Sorting"),

		/** Series change their names. */
		ALIAS("Alias"),

		/** All else. */
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
	 * What a function does.
	 */
	@FunctionalInterface
	public interface Body {

		/**
		 * Computes the result of a call.
		 * @param call what the function was called with
		 * @return the series, a new list
		 */
		List<GridSeries> apply(FunctionCall call);

	}

}
