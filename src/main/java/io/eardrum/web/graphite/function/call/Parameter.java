package io.eardrum.web.graphite.function.call;

import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * A parameter of a function.
 *
 * @param name its name
 * @param type its type
 * @param required whether it has to be given
 * @param multiple whether this parameter, which is the last one, may be given several
 * times
 * @param defaultValue its value if it is not given, for people to read
 * @param suggestions values to choose from; others are allowed too
 */
public record Parameter(String name, Type type, boolean required, boolean multiple, @Nullable Object defaultValue,
		List<?> suggestions) {

	/**
	 * Creates a parameter that has to be given.
	 * @param name its name
	 * @param type its type
	 * @param suggestions values to choose from
	 * @return the parameter
	 */
	public static Parameter required(String name, Type type, Object... suggestions) {
		return new Parameter(name, type, true, false, null, List.of(suggestions));
	}

	/**
	 * Creates a parameter that may be missing.
	 * @param name its name
	 * @param type its type
	 * @param defaultValue its value if it is missing, for people to read
	 * @return the parameter
	 */
	public static Parameter optional(String name, Type type, @Nullable Object defaultValue) {
		return new Parameter(name, type, false, false, defaultValue, List.of());
	}

	/**
	 * Creates a parameter that may be given several times, as the last one.
	 * @param name its name
	 * @param type its type
	 * @param required whether it has to be given at least once
	 * @return the parameter
	 */
	public static Parameter several(String name, Type type, boolean required) {
		return new Parameter(name, type, required, true, null, List.of());
	}

	/**
	 * The types of parameters, with Graphite's names for them.
	 */
	public enum Type {

		/** Series: a pattern or a call. */
		SERIES_LIST("seriesList", "a pattern or a function"),

		/**
		 * The same; a function with a parameter of this type takes any number of them.
		 */
		SERIES_LISTS("seriesLists", "a pattern or a function"),

		/** Series or a number. */
		ANY("any", "a number, a pattern or a function"),

		/** A text. */
		STRING("string", "a text in quotes"),

		/** A whole number. */
		INTEGER("integer", "a whole number"),

		/** A whole number, or {@code inf}. */
		INTEGER_OR_INFINITE("intOrInf", "a whole number or inf"),

		/** A number. */
		FLOAT("float", "a number"),

		/** True or false. */
		BOOLEAN("boolean", "true or false"),

		/** The number of a node, from 0, or from the end if it is negative. */
		NODE("node", "the number of a node"),

		/** The number of a node, or the name of a tag. */
		NODE_OR_TAG("nodeOrTag", "the number of a node or a tag in quotes"),

		/** A span of time. */
		INTERVAL("interval", "a span of time in quotes, such as '5min'"),

		/** A number of steps, or a span of time. */
		INTEGER_OR_INTERVAL("intOrInterval", "a number of points or a span of time in quotes, such as '5min'"),

		/** A point in time. */
		DATE("date", "a time in quotes, such as '-1h'"),

		/** A unit of time to whose beginning a range is moved. A flag has no meaning. */
		ALIGNMENT("string", "a unit of time in quotes, such as 'hours' or 'weeks1'"),

		/** The name of an aggregation. */
		AGGREGATION("aggFunc", "an aggregation in quotes, such as 'sum'"),

		/** The name of an aggregation, or of a function that needs nothing but series. */
		AGGREGATION_OR_FUNCTION("aggOrSeriesFunc", "an aggregation or a function in quotes, such as 'sum'");

		private final String graphiteName;

		private final String description;

		Type(String graphiteName, String description) {
			this.graphiteName = graphiteName;
			this.description = description;
		}

		/**
		 * Returns Graphite's name for this type.
		 * @return the name
		 */
		public String graphiteName() {
			return this.graphiteName;
		}

		String description() {
			return this.description;
		}

	}

}
