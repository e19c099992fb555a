package io.eardrum.web.http;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

import jakarta.servlet.http.HttpServletRequest;
import org.jspecify.annotations.Nullable;

import io.eardrum.budget.RequestBudget;
import io.eardrum.metric.SeriesKey;
import io.eardrum.metric.TimeRange;
import io.eardrum.metric.pattern.KeyPattern;
import io.eardrum.web.http.admission.RequestMemory;
import io.eardrum.web.http.body.MinimumDataRate;
import io.eardrum.web.http.problem.RequestProblem;

/**
 * The parameters of a request, read strictly. A parameter that is unknown, is given twice
 * or makes no sense results in a {@link RequestProblem} that names it, because a misspelt
 * parameter would silently change the answer.
 */
public final class Query {

	private final Map<String, String[]> parameters;

	private Query(Map<String, String[]> parameters) {
		this.parameters = parameters;
	}

	/**
	 * Reads the parameters of a request.
	 * @param request the request
	 * @param names the names of the allowed parameters
	 * @return its parameters
	 */
	public static Query of(HttpServletRequest request, Set<String> names) {
		return of(parameters(request), names);
	}

	/**
	 * Reads all parameters of a request, known or not, including those that come as a
	 * form.
	 * @param request the request
	 * @param rate how slowly a form may arrive
	 * @param memory the memory of the request
	 * @param budget the budget of the request
	 * @return its parameters
	 * @throws IOException if the form can't be read
	 */
	static Query lenient(HttpServletRequest request, MinimumDataRate rate, RequestMemory memory, RequestBudget budget)
			throws IOException {
		try {
			return new Query(FormBody.parameters(request, rate, memory, budget));
		}
		catch (IllegalStateException ex) {
			throw RequestProblem.notWellFormed();
		}
	}

	private static Map<String, String[]> parameters(HttpServletRequest request) {
		try {
			return request.getParameterMap();
		}
		catch (IllegalStateException ex) {
			throw RequestProblem.notWellFormed();
		}
	}

	static Query of(Map<String, String[]> parameters, Set<String> names) {
		for (String name : parameters.keySet()) {
			if (!names.contains(name)) {
				throw RequestProblem.parameter(name,
						names.isEmpty() ? "There are no parameters here."
								: "There is no such parameter here; there are "
										+ String.join(", ", new TreeSet<>(names)) + ".");
			}
		}
		return new Query(parameters);
	}

	/**
	 * Returns all values of a parameter.
	 * @param name its name
	 * @return the values, in their order
	 */
	public List<String> all(String name) {
		String[] values = this.parameters.get(name);
		return (values != null) ? List.of(values) : List.of();
	}

	/**
	 * Returns the value of a parameter that may be missing.
	 * @param name its name
	 * @return the value, or {@code null} if it is missing or empty
	 */
	public @Nullable String optional(String name) {
		List<String> values = all(name);
		if (values.size() > 1) {
			throw RequestProblem.parameter(name, "This parameter can be given only once.");
		}
		return (values.isEmpty() || values.get(0).isEmpty()) ? null : values.get(0);
	}

	/**
	 * Returns a whole number.
	 * @param name the name of the parameter
	 * @param fallback the number if the parameter is missing
	 * @param min the smallest one that is allowed
	 * @param max the largest one that is allowed
	 * @return the number
	 */
	public int number(String name, int fallback, int min, int max) {
		String text = optional(name);
		if (text == null) {
			return fallback;
		}
		try {
			int number = Integer.parseInt(text);
			if (number >= min && number <= max) {
				return number;
			}
		}
		catch (NumberFormatException ex) {
			// Falls through to the problem below.
		}
		throw RequestProblem.parameter(name, "It must be a whole number from " + min + " to " + max + ".");
	}

	/**
	 * Returns a pattern for keys.
	 * @param name the name of the parameter
	 * @param memory the memory of the request, in which memory for the pattern is
	 * reserved
	 * @return the pattern, or {@code null} if the parameter is missing
	 */
	public @Nullable KeyPattern pattern(String name, RequestMemory memory) {
		String text = optional(name);
		return (text != null) ? pattern(name, text, memory) : null;
	}

	/**
	 * Reads a value of a parameter as a pattern for keys.
	 * @param name the name of the parameter
	 * @param text the value
	 * @param memory the memory of the request, in which memory for the pattern is
	 * reserved
	 * @return the pattern
	 */
	public KeyPattern pattern(String name, String text, RequestMemory memory) {
		memory.reserve(KeyPattern.maxBytes(text));
		try {
			return KeyPattern.of(text);
		}
		catch (IllegalArgumentException ex) {
			throw RequestProblem.parameter(name, sentence(ex));
		}
	}

	/**
	 * Returns keys, each of which can be given once.
	 * @param name the name of the parameter
	 * @param max how many there may be
	 * @return the keys, at least one
	 */
	public List<SeriesKey> keys(String name, int max) {
		List<String> texts = all(name);
		if (texts.isEmpty()) {
			throw RequestProblem.parameter(name, "This parameter is missing.");
		}
		if (texts.size() > max) {
			throw RequestProblem.parameter(name, "It can be given " + max + " times at most.");
		}
		if (new HashSet<>(texts).size() < texts.size()) {
			throw RequestProblem.parameter(name, "Each key can be given only once.");
		}
		try {
			return texts.stream().map(SeriesKey::of).toList();
		}
		catch (IllegalArgumentException ex) {
			throw RequestProblem.parameter(name, sentence(ex));
		}
	}

	/**
	 * Returns the range between two times.
	 * @param from the name of the parameter with the first time; without it, the range
	 * has no beginning
	 * @param to the name of the parameter with the last time; without it, the range has
	 * no end
	 * @param now the present
	 * @return the range in seconds since 1970
	 */
	public TimeRange range(String from, String to, Instant now) {
		long first = time(from, now, Long.MIN_VALUE);
		long last = time(to, now, Long.MAX_VALUE);
		if (first > last) {
			throw RequestProblem.parameter(from, "'" + from + "' is after '" + to + "'.");
		}
		return new TimeRange(first, last);
	}

	private long time(String name, Instant now, long fallback) {
		String text = optional(name);
		if (text == null) {
			return fallback;
		}
		try {
			return TimeText.parse(text, now);
		}
		catch (IllegalArgumentException ex) {
			throw RequestProblem.parameter(name, sentence(ex));
		}
	}

	/**
	 * Returns whether something is asked for.
	 * @param name the name of the parameter
	 * @return whether it is {@code true}; {@code false} if it is missing
	 */
	public boolean flag(String name) {
		String text = optional(name);
		if (text == null || text.equals("false")) {
			return false;
		}
		if (text.equals("true")) {
			return true;
		}
		throw RequestProblem.parameter(name, "It must be true or false.");
	}

	/**
	 * Returns a duration.
	 * @param name the name of the parameter
	 * @param fallback the duration if the parameter is missing
	 * @return the duration
	 */
	public Duration duration(String name, Duration fallback) {
		String text = optional(name);
		if (text == null) {
			return fallback;
		}
		try {
			return TimeText.parseDuration(text);
		}
		catch (IllegalArgumentException ex) {
			throw RequestProblem.parameter(name, sentence(ex));
		}
	}

	private static String sentence(IllegalArgumentException problem) {
		String message = String.valueOf(problem.getMessage());
		int first = message.codePointAt(0);
		return Character.toString(Character.toUpperCase(first)) + message.substring(Character.charCount(first)) + ".";
	}

}
