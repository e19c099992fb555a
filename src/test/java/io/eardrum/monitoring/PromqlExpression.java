package io.eardrum.monitoring;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An expression of Prometheus' query language, taken apart as far as it takes to hold it
 * against what a server exposes: the series it selects, and the labels it keeps. It is no
 * check of the grammar; promtool is.
 */
final class PromqlExpression {

	private static final Pattern TOKEN = Pattern
		.compile("\\s+|(?<string>\"(?:[^\"\\\\]|\\\\.)*\"|'(?:[^'\\\\]|\\\\.)*')|(?<range>\\[[^\\]]*])"
				+ "|(?<name>[A-Za-z_:][A-Za-z0-9_:]*)|(?<number>[0-9.][0-9A-Za-z.]*)"
				+ "|(?<sign>=~|!~|[=!<>]=|[-+*/%^<>=(){},@])");

	private static final Set<String> OPERATORS = Set.of("and", "or", "unless", "bool", "offset");

	private static final Set<String> LABEL_LISTS = Set.of("by", "on", "ignoring", "group_left", "group_right");

	private static final Set<String> AGGREGATIONS = Set.of("avg", "bottomk", "count", "max", "min", "quantile",
			"stddev", "sum", "topk");

	private static final Set<String> FUNCTIONS = Set.of("abs", "absent", "avg_over_time", "changes", "clamp_max",
			"clamp_min", "delta", "deriv", "histogram_quantile", "increase", "irate", "label_replace", "max_over_time",
			"min_over_time", "predict_linear", "rate", "resets", "time", "timestamp", "vector");

	private final String text;

	private final List<String> tokens = new ArrayList<>();

	private final List<Selector> selectors = new ArrayList<>();

	private final Set<String> keptLabels = new TreeSet<>();

	private final Set<String> usedLabels = new TreeSet<>();

	private boolean aggregating;

	private int next;

	private PromqlExpression(String text) {
		this.text = text;
		Matcher matcher = TOKEN.matcher(text);
		while (matcher.regionStart() < text.length()) {
			if (!matcher.lookingAt()) {
				throw fault("character " + (matcher.regionStart() + 1) + " begins nothing known");
			}
			if (!matcher.group().isBlank()) {
				this.tokens.add(matcher.group());
			}
			matcher.region(matcher.end(), text.length());
		}
	}

	/**
	 * Takes an expression apart.
	 * @param text the expression, without variables
	 * @return what is in it
	 * @throws IllegalArgumentException if it has something that is not known here
	 */
	static PromqlExpression of(String text) {
		PromqlExpression expression = new PromqlExpression(text);
		while (expression.next < expression.tokens.size()) {
			expression.readNext();
		}
		if (expression.selectors.isEmpty()) {
			throw expression.fault("it selects nothing");
		}
		return expression;
	}

	private void readNext() {
		String token = take();
		if (!Character.isLetter(token.charAt(0)) && token.charAt(0) != '_') {
			if (token.equals("{")) {
				throw fault("a selector without a name");
			}
			return;
		}
		if (LABEL_LISTS.contains(token)) {
			Set<String> labels = labelList();
			this.usedLabels.addAll(labels);
			if (token.equals("by")) {
				this.keptLabels.addAll(labels);
			}
		}
		else if (AGGREGATIONS.contains(token) && (peek().equals("(") || peek().equals("by"))) {
			this.aggregating = true;
		}
		else if (peek().equals("(")) {
			if (!FUNCTIONS.contains(token) && !OPERATORS.contains(token)) {
				throw fault("no function '" + token + "' is known");
			}
		}
		else if (!OPERATORS.contains(token)) {
			this.selectors.add(new Selector(token, peek().equals("{") ? labelMatchers() : List.of()));
		}
	}

	private Set<String> labelList() {
		Set<String> labels = new TreeSet<>();
		if (peek().equals("(")) {
			take();
			for (String token = take(); !token.equals(")"); token = take()) {
				if (!token.equals(",")) {
					labels.add(token);
				}
			}
		}
		return labels;
	}

	private List<LabelMatcher> labelMatchers() {
		List<LabelMatcher> matchers = new ArrayList<>();
		take();
		while (!peek().equals("}")) {
			String label = take();
			String operator = take();
			String quoted = take();
			matchers.add(new LabelMatcher(label, operator, quoted.substring(1, quoted.length() - 1)));
			if (peek().equals(",")) {
				take();
			}
		}
		take();
		return matchers;
	}

	private String peek() {
		return (this.next < this.tokens.size()) ? this.tokens.get(this.next) : "";
	}

	private String take() {
		if (this.next == this.tokens.size()) {
			throw fault("it ends too early");
		}
		return this.tokens.get(this.next++);
	}

	private IllegalArgumentException fault(String reason) {
		return new IllegalArgumentException(reason + ": " + this.text);
	}

	List<Selector> selectors() {
		return this.selectors;
	}

	/**
	 * Tells which labels are named outside of selectors.
	 * @return the labels that series are grouped and matched by
	 */
	Set<String> usedLabels() {
		return this.usedLabels;
	}

	/**
	 * Tells whether only some labels are in the result.
	 * @return whether series are aggregated
	 */
	boolean isAggregating() {
		return this.aggregating;
	}

	/**
	 * Tells which labels are left by aggregations.
	 * @return the labels that series are grouped by
	 */
	Set<String> keptLabels() {
		return this.keptLabels;
	}

	@Override
	public String toString() {
		return this.text;
	}

	/**
	 * Selects the series of one name.
	 *
	 * @param name the name of the metric
	 * @param matchers what their labels must be like, all of them
	 */
	record Selector(String name, List<LabelMatcher> matchers) {
	}

	/**
	 * Matches one label.
	 *
	 * @param label the name of the label
	 * @param operator one of {@code = != =~ !~}
	 * @param value the text or regular expression
	 */
	record LabelMatcher(String label, String operator, String value) {

		boolean matches(String actual) {
			return switch (this.operator) {
				case "=" -> actual.equals(this.value);
				case "!=" -> !actual.equals(this.value);
				case "=~" -> actual.matches(this.value);
				case "!~" -> !actual.matches(this.value);
				default -> throw new IllegalArgumentException("no operator of labels: " + this.operator);
			};
		}

	}

}
