package io.eardrum.web.graphite.query;

import java.math.BigDecimal;
import java.util.Map;
import java.util.TreeMap;

/**
 * Writes a target out: calls with parentheses, what means something with a backslash.
 */
final class TargetText {

	private static final String MEANS_NOTHING = "._-*?[]{}/:;#$%&@!+<>^~";

	private final StringBuilder text = new StringBuilder();

	private boolean faithful = true;

	private TargetText() {
	}

	static TargetText of(Expression expression) {
		TargetText text = new TargetText();
		text.append(expression, true);
		return text;
	}

	/**
	 * Tells whether the text can be read as what it was made from. There are a few things
	 * that can be written with {@code |} only, or not twice.
	 * @return whether it is
	 */
	boolean isFaithful() {
		return this.faithful;
	}

	@Override
	public String toString() {
		return this.text.toString();
	}

	private void append(Expression expression, boolean outermost) {
		if (expression instanceof Expression.Path path) {
			// As an argument it would be something else.
			this.faithful &= outermost || !path.pattern().matches("(?i)-?\\d.*|true|false|none|inf");
			path(path.pattern());
		}
		else if (expression instanceof Expression.Call call) {
			this.text.append(call.function()).append('(');
			String delimiter = "";
			for (Expression argument : call.arguments()) {
				this.text.append(delimiter);
				append(argument, false);
				delimiter = ",";
			}
			for (Map.Entry<String, Expression> named : new TreeMap<>(call.named()).entrySet()) {
				this.text.append(delimiter).append(named.getKey()).append('=');
				append(named.getValue(), false);
				delimiter = ",";
			}
			this.text.append(')');
		}
		else if (expression instanceof Expression.Text quoted) {
			// A backslash before a quote is gone, and would take another one with it.
			this.faithful &= quoted.value().indexOf('\\') < 0;
			this.text.append('\'').append(quoted.value().replace("'", "\\'")).append('\'');
		}
		else if (expression instanceof Expression.Numeral numeral) {
			number(numeral);
		}
		else if (expression instanceof Expression.Flag flag) {
			this.text.append(flag.value());
		}
		else {
			this.text.append("none");
		}
	}

	private void number(Expression.Numeral numeral) {
		if (Double.isInfinite(numeral.value())) {
			this.faithful &= numeral.value() > 0 && !numeral.whole();
			this.text.append("inf");
		}
		else {
			String plain = new BigDecimal(numeral.value()).toPlainString();
			this.text.append(plain);
			if (!numeral.whole() && plain.indexOf('.') < 0) {
				this.text.append(".0");
			}
		}
	}

	private void path(String pattern) {
		boolean inBraces = false;
		for (int i = 0; i < pattern.length(); i++) {
			char c = pattern.charAt(i);
			if (c == '\\') {
				this.faithful &= i + 1 < pattern.length();
				this.text.append(c);
				if (i + 1 < pattern.length()) {
					this.text.append(pattern.charAt(++i));
				}
				continue;
			}
			inBraces = (c == '{') || (inBraces && c != '}');
			if (!Character.isLetterOrDigit(c) && MEANS_NOTHING.indexOf(c) < 0 && !(c == ',' && inBraces)) {
				this.text.append('\\');
			}
			this.text.append(c);
		}
	}

}
