package io.eardrum.web.graphite.function.call;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;

import org.jspecify.annotations.Nullable;

import io.eardrum.web.graphite.function.regex.NameRegex;
import io.eardrum.web.graphite.query.Expression;
import io.eardrum.web.graphite.query.QueryException;
import io.eardrum.web.graphite.query.TimeOffset;
import io.eardrum.web.graphite.series.Aggregation;
import io.eardrum.web.graphite.series.GridSeries;

/**
 * A call of a function with its arguments. Arguments other than series are checked when
 * the call is created. Series are computed when the function asks for them, over the
 * range that it asks for.
 */
public final class FunctionCall {

	private final List<Parameter> parameters;

	private final Expression.Call call;

	private final Map<String, List<Expression>> arguments;

	private final Scope scope;

	/** The regular expressions among the arguments that have been parsed. */
	private final Map<String, NameRegex> regexes;

	/** The series of parameters that are computed once for all series. */
	private final Map<String, List<GridSeries>> references;

	/** The series of the first parameter, if they have been computed. */
	private final @Nullable List<GridSeries> given;

	private FunctionCall(List<Parameter> parameters, Expression.Call call, Map<String, List<Expression>> arguments,
			Scope scope, Map<String, NameRegex> regexes, Map<String, List<GridSeries>> references,
			@Nullable List<GridSeries> given) {
		this.parameters = parameters;
		this.call = call;
		this.arguments = arguments;
		this.scope = scope;
		this.regexes = regexes;
		this.references = references;
		this.given = given;
	}

	/**
	 * Assigns the arguments of a call to the parameters of its function.
	 * @param parameters the parameters of the function
	 * @param call the call as it was written
	 * @param scope computes series
	 * @return the call
	 * @throws QueryException if there are too many or too few arguments, or wrong ones
	 */
	public static FunctionCall bind(List<Parameter> parameters, Expression.Call call, Scope scope) {
		Map<String, List<Expression>> arguments = new HashMap<>();
		FunctionCall bound = new FunctionCall(parameters, call, arguments, scope, new HashMap<>(), new HashMap<>(),
				null);
		for (int i = 0; i < call.arguments().size(); i++) {
			Parameter parameter = parameters.isEmpty() ? null : parameters.get(Math.min(i, parameters.size() - 1));
			if (parameter == null || (i >= parameters.size() && !parameter.multiple())) {
				throw bound.error("takes " + parameters.size() + " parameters, not " + call.arguments().size());
			}
			bound.add(parameter, call.arguments().get(i));
		}
		call.named().forEach((name, argument) -> bound.add(bound.parameter(name), argument));
		for (Parameter parameter : parameters) {
			if (parameter.required() && !arguments.containsKey(parameter.name())) {
				throw bound.error("needs '" + parameter.name() + "', " + parameter.type().description());
			}
		}
		return bound;
	}

	private Parameter parameter(String name) {
		Set<String> names = new TreeSet<>();
		for (Parameter parameter : this.parameters) {
			if (parameter.name().equals(name)) {
				if (this.arguments.containsKey(name)) {
					throw error("is given " + QueryException.quoted(name) + " twice");
				}
				return parameter;
			}
			names.add(parameter.name());
		}
		throw error("has no parameter " + QueryException.quoted(name) + ", but " + String.join(", ", names));
	}

	private void add(Parameter parameter, Expression argument) {
		if (argument instanceof Expression.None && !parameter.required()) {
			return;
		}
		String reason = "";
		boolean right = false;
		try {
			right = isRight(parameter.type(), argument);
		}
		catch (QueryException ex) {
			reason = ": " + ex.getMessage();
		}
		if (!right) {
			throw error("takes " + parameter.type().description() + " as '" + parameter.name() + "' (character "
					+ argument.position() + ")" + reason);
		}
		this.arguments.computeIfAbsent(parameter.name(), (name) -> new ArrayList<>()).add(argument);
	}

	private static boolean isRight(Parameter.Type type, Expression argument) {
		return switch (type) {
			case SERIES_LIST, SERIES_LISTS ->
				argument instanceof Expression.Path || argument instanceof Expression.Call;
			case ANY -> !(argument instanceof Expression.Text);
			case STRING, AGGREGATION_OR_FUNCTION -> argument instanceof Expression.Text;
			case INTEGER, NODE -> isWhole(number(argument));
			case INTEGER_OR_INFINITE -> isWhole(number(argument)) || number(argument) == Double.POSITIVE_INFINITY;
			case FLOAT -> !Double.isNaN(number(argument));
			case BOOLEAN -> flag(argument) != null;
			case NODE_OR_TAG -> argument instanceof Expression.Text || isWhole(number(argument));
			case INTERVAL -> argument instanceof Expression.Text text && TimeOffset.seconds(text.value()) != 0;
			case INTEGER_OR_INTERVAL -> isWhole(number(argument))
					|| (argument instanceof Expression.Text text && TimeOffset.seconds(text.value()) != 0);
			case DATE -> TimeArgument.isTime(argument);
			case ALIGNMENT ->
				flag(argument) != null || (argument instanceof Expression.Text text && RangeStart.isUnit(text.value()));
			case AGGREGATION -> argument instanceof Expression.Text text && Aggregation.named(text.value()) != null;
		};
	}

	private static boolean isWhole(double number) {
		return number == Math.rint(number) && Math.abs(number) <= Integer.MAX_VALUE;
	}

	// Returns NaN for an argument that is not a number. A number in quotes counts too,
	// because some clients quote every argument.
	private static double number(Expression argument) {
		if (argument instanceof Expression.Numeral number) {
			return number.value();
		}
		if (argument instanceof Expression.Text text && text.value().matches("-?\\d+(\\.\\d+)?")) {
			return Double.parseDouble(text.value());
		}
		return Double.NaN;
	}

	private static @Nullable Boolean flag(Expression argument) {
		if (argument instanceof Expression.Flag flag) {
			return flag.value();
		}
		if (argument instanceof Expression.Text text) {
			return switch (text.value().toLowerCase(Locale.ROOT)) {
				case "true" -> true;
				case "false" -> false;
				default -> null;
			};
		}
		double number = number(argument);
		return (number == 0 || number == 1) ? (Boolean) (number == 1) : null;
	}

	/**
	 * Returns the same call with computed series.
	 * @param series the series of the first parameter
	 * @return the call
	 */
	public FunctionCall with(List<GridSeries> series) {
		return new FunctionCall(this.parameters, this.call, this.arguments, this.scope, this.regexes, this.references,
				series);
	}

	/**
	 * Returns the part of the request that the function sees.
	 * @return its scope
	 */
	public Scope scope() {
		return this.scope;
	}

	/**
	 * Returns whether a parameter was given.
	 * @param name the name of the parameter
	 * @return whether there is an argument for it
	 */
	public boolean has(String name) {
		return this.arguments.containsKey(name);
	}

	/**
	 * Computes the series that the first parameter names.
	 * @return the series in a mutable list
	 */
	public List<GridSeries> series() {
		return (this.given != null) ? new ArrayList<>(this.given) : series(this.scope);
	}

	/**
	 * Returns the series that the first parameter names, one after the other.
	 * @return the series, one list after the other if there are several
	 */
	public SeriesStream stream() {
		List<GridSeries> known = this.given;
		if (known != null) {
			return known::forEach;
		}
		List<SeriesStream> streams = expressions(this.parameters.get(0).name()).stream()
			.map(this.scope::stream)
			.toList();
		return (consumer) -> streams.forEach((stream) -> stream.forEach(consumer));
	}

	/**
	 * Returns the text of a parameter as a regular expression.
	 * @param name the name of the parameter
	 * @return the expression
	 */
	public NameRegex regex(String name) {
		return this.regexes.computeIfAbsent(name, (key) -> new NameRegex(text(key), this.scope.account()));
	}

	/**
	 * Computes the series that the first parameter names over another range of time.
	 * @param over the scope with that range
	 * @return the series in a mutable list
	 */
	public List<GridSeries> series(Scope over) {
		return series(this.parameters.get(0).name(), over);
	}

	/**
	 * Computes the series of a parameter, one list after the other if there are several.
	 * @param name the name of the parameter
	 * @return the series in a mutable list
	 */
	public List<GridSeries> series(String name) {
		return series(name, this.scope);
	}

	/**
	 * Computes the series of a parameter once, however often the function is applied to
	 * one series after the other.
	 * @param name the name of the parameter
	 * @return the series, none if there is no such argument
	 */
	public List<GridSeries> references(String name) {
		return this.references.computeIfAbsent(name, (key) -> series(key, this.scope));
	}

	/**
	 * Applies another function to series as if it had been called with the first argument
	 * of this call.
	 * @param function the name of the function, which needs no other parameter
	 * @param series its series
	 * @return its result
	 */
	public List<GridSeries> apply(String function, List<GridSeries> series) {
		return this.scope.apply(new Expression.Call(function, expressions(this.parameters.get(0).name()), Map.of(),
				this.call.position()), series);
	}

	private List<GridSeries> series(String name, Scope over) {
		List<GridSeries> all = new ArrayList<>();
		for (Expression argument : this.arguments.getOrDefault(name, List.of())) {
			all.addAll(over.evaluate(argument));
		}
		return all;
	}

	/**
	 * Returns the expressions of a parameter that does not take series.
	 * @param name the name of the parameter
	 * @return the expressions, none if there is no such argument
	 */
	public List<Expression> expressions(String name) {
		return this.arguments.getOrDefault(name, List.of());
	}

	private Expression expression(String name) {
		return Objects.requireNonNull(this.arguments.get(name)).get(0);
	}

	/**
	 * Returns the number of a parameter that was given.
	 * @param name the name of the parameter
	 * @return the number
	 */
	public double number(String name) {
		return number(expression(name));
	}

	/**
	 * Returns the number of a parameter.
	 * @param name the name of the parameter
	 * @param otherwise the number if it was not given
	 * @return the number
	 */
	public double number(String name, double otherwise) {
		return has(name) ? number(name) : otherwise;
	}

	/**
	 * Returns the whole number of a parameter that was given.
	 * @param name the name of the parameter
	 * @return the number
	 */
	public int integer(String name) {
		return (int) number(name);
	}

	/**
	 * Returns the whole numbers of a parameter that may come several times.
	 * @param name the name of the parameter
	 * @return the numbers, none if there is no such argument
	 */
	public List<Integer> integers(String name) {
		return expressions(name).stream().map((argument) -> (int) number(argument)).toList();
	}

	/**
	 * Returns the whole number of a parameter.
	 * @param name the name of the parameter
	 * @param otherwise the number if it was not given
	 * @return the number
	 */
	public int integer(String name, int otherwise) {
		return has(name) ? integer(name) : otherwise;
	}

	/**
	 * Returns whether a parameter was given as true.
	 * @param name the name of the parameter
	 * @return whether it is true
	 */
	public boolean flag(String name) {
		return has(name) && Boolean.TRUE.equals(flag(expression(name)));
	}

	/**
	 * Returns whether a parameter was given as a text that is not a number.
	 * @param name the name of the parameter
	 * @return whether it is such a text
	 */
	public boolean isText(String name) {
		return expression(name) instanceof Expression.Text text && Double.isNaN(number(text));
	}

	/**
	 * Returns the text of a parameter that was given.
	 * @param name the name of the parameter
	 * @return the text
	 */
	public String text(String name) {
		return ((Expression.Text) expression(name)).value();
	}

	/**
	 * Returns the text of a parameter.
	 * @param name the name of the parameter
	 * @param otherwise the text if it was not given
	 * @return the text
	 */
	public String text(String name, String otherwise) {
		return has(name) ? text(name) : otherwise;
	}

	/**
	 * Reads a span of time that has to be positive.
	 * @param name the name of the parameter
	 * @return its length in seconds
	 */
	public long interval(String name) {
		long seconds = TimeOffset.seconds(text(name));
		if (seconds <= 0) {
			throw error("needs a " + QueryException.quoted(name) + " of more than 0 seconds, not "
					+ QueryException.quoted(text(name)));
		}
		return seconds;
	}

	/**
	 * Returns an error of this call.
	 * @param what what is wrong, as a phrase that follows the name of the function
	 * @return the error
	 */
	public QueryException error(String what) {
		return new QueryException("Function " + QueryException.quoted(this.call.function()) + " (character "
				+ this.call.position() + ") " + what + (what.endsWith(".") ? "" : "."));
	}

}
