package io.eardrum.web.graphite.query;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;

/**
 * Parses targets such as {@code alias(sumSeries(palm.*.cpu), 'all')}, by recursive
 * descent.
 * <p>
 * The language is Graphite's without its templates. A target is a key, a pattern or a
 * call. The arguments of a call are targets, texts in single or double quotes, numbers,
 * {@code true}, {@code false}, {@code none} and {@code inf}. The last arguments may have
 * names ({@code reverse=true}). {@code palm.cpu|scale(2)} means
 * {@code scale(palm.cpu,2)}. A backslash takes away the meaning of the character after
 * it. As in Graphite, what follows the last bracket of a call is ignored: old versions of
 * Grafana leave {@code .select metric} there.
 * <p>
 * A parser reads one target and is used by one thread.
 */
public final class TargetParser {

	/** How many characters a target has at most: as many as a form. */
	static final int MAX_LENGTH = 512 * 1024;

	/** How deeply calls may be nested, so that no target exhausts the stack. */
	static final int MAX_DEPTH = 64;

	/** The characters that end a key or a pattern, unless a backslash precedes them. */
	private static final String RESERVED = "(){},'\"|";

	private static final Pattern INTEGER = Pattern.compile("-?\\d+");

	private static final Pattern NUMBER = Pattern.compile("-?\\d+(\\.\\d+)?([eE]-?\\d+)?");

	private static final Pattern NAME = Pattern.compile("[A-Za-z_]\\w*");

	private final String text;

	private final Runnable parts;

	private int next;

	private int depth;

	/** How deeply calls are nested in the expression that was read last. */
	private int height;

	private TargetParser(String text, Runnable parts) {
		this.text = text;
		this.parts = parts;
	}

	/**
	 * Parses a target.
	 * @param target the target
	 * @return a path or a call
	 * @throws QueryException if it is not valid; the message says where and why
	 */
	public static Expression parse(String target) {
		return parse(target, () -> {
		});
	}

	/**
	 * Parses a target and counts its parts.
	 * @param target the target
	 * @param parts called before each part of it is created; may throw any exception
	 * @return a path or a call
	 * @throws QueryException if it is not valid; the message says where and why
	 */
	public static Expression parse(String target, Runnable parts) {
		if (target.length() > MAX_LENGTH) {
			throw new QueryException(
					"A target has at most " + MAX_LENGTH + " characters, this one has " + target.length() + ".");
		}
		TargetParser parser = new TargetParser(target, parts);
		Expression expression = parser.pipeline(parser.pathOrCall());
		if (parser.peek() != END && expression instanceof Expression.Path) {
			throw parser.error("nothing more, or '|'");
		}
		return expression;
	}

	private Expression pathOrCall() {
		skipBlanks();
		int start = this.next;
		String word = word();
		return (peek() == '(') ? call(word, start, null) : path(word, start);
	}

	private Expression.Path path(String pattern, int start) {
		this.parts.run();
		return new Expression.Path(pattern, start + 1);
	}

	// Parses the calls after {@code |}, each of which takes the part before it as its
	// first argument.
	private Expression pipeline(Expression first) {
		Expression expression = first;
		while (peek() == '|') {
			this.next++;
			skipBlanks();
			int start = this.next;
			String function = word();
			if (peek() != '(') {
				throw error("'('");
			}
			expression = call(function, start, expression);
		}
		return expression;
	}

	private Expression.Call call(String function, int start, @Nullable Expression piped) {
		if (!NAME.matcher(function).matches()) {
			throw new QueryException(QueryException.quoted(function) + " at character " + (start + 1) + " of target "
					+ QueryException.quoted(this.text) + " is not the name of a function.");
		}
		this.parts.run();
		// Piped expressions are nested too, but not in the parser.
		int highest = (piped != null) ? this.height : 0;
		requireDepth(++this.depth, start);
		List<Expression> arguments = new ArrayList<>();
		Map<String, Expression> named = new LinkedHashMap<>();
		if (piped != null) {
			arguments.add(piped);
		}
		this.next++;
		if (peek() == ')') {
			this.next++;
		}
		else {
			highest = Math.max(highest, arguments(arguments, named));
		}
		this.depth--;
		this.height = highest + 1;
		requireDepth(this.height, start);
		return new Expression.Call(function, arguments, named, start + 1);
	}

	private static void requireDepth(int depth, int start) {
		if (depth > MAX_DEPTH) {
			throw new QueryException("Calls are nested more than " + MAX_DEPTH + " deep at character " + (start + 1)
					+ " of the target.");
		}
	}

	// Returns how deeply calls are nested in the arguments.
	private int arguments(List<Expression> arguments, Map<String, Expression> named) {
		int highest = 0;
		while (true) {
			String name = argumentName();
			if (name != null) {
				if (named.put(name, argument()) != null) {
					throw new QueryException(
							"Parameter " + QueryException.quoted(name) + " is given twice before character "
									+ (this.next + 1) + " of target " + QueryException.quoted(this.text) + ".");
				}
			}
			else if (!named.isEmpty()) {
				throw error("a parameter with a name, as the one before");
			}
			else {
				arguments.add(argument());
			}
			highest = Math.max(highest, this.height);
			char end = peek();
			if (end != ',' && end != ')') {
				throw error("',' or ')'");
			}
			this.next++;
			if (end == ')') {
				return highest;
			}
		}
	}

	// Reads {@code name=} if it is next, and nothing otherwise.
	private @Nullable String argumentName() {
		skipBlanks();
		int end = this.next;
		while (end < this.text.length() && (this.text.charAt(end) == '_'
				|| (this.text.charAt(end) < 128 && Character.isLetterOrDigit(this.text.charAt(end))))) {
			end++;
		}
		String name = this.text.substring(this.next, end);
		while (end < this.text.length() && isBlank(this.text.charAt(end))) {
			end++;
		}
		if (end == this.text.length() || this.text.charAt(end) != '=' || !NAME.matcher(name).matches()) {
			return null;
		}
		this.next = end + 1;
		return name;
	}

	private Expression argument() {
		char first = peek();
		int start = this.next;
		this.height = 0;
		if (first == '\'' || first == '"') {
			this.parts.run();
			return new Expression.Text(quoted(first), start + 1);
		}
		String word = word();
		if (peek() == '(') {
			return pipeline(call(word, start, null));
		}
		Expression literal = literal(word, start + 1);
		if (literal != null) {
			this.parts.run();
			return literal;
		}
		return pipeline(path(word, start));
	}

	private static @Nullable Expression literal(String word, int position) {
		if (NUMBER.matcher(word).matches()) {
			return new Expression.Numeral(Double.parseDouble(word), INTEGER.matcher(word).matches(), position);
		}
		return switch (word.toLowerCase(Locale.ROOT)) {
			case "true" -> new Expression.Flag(true, position);
			case "false" -> new Expression.Flag(false, position);
			case "none" -> new Expression.None(position);
			case "inf" -> new Expression.Numeral(Double.POSITIVE_INFINITY, false, position);
			default -> null;
		};
	}

	// A key, a pattern, a number or the name of a function.
	private String word() {
		int start = this.next;
		StringBuilder word = new StringBuilder();
		int braces = 0;
		while (this.next < this.text.length()) {
			char c = this.text.charAt(this.next);
			if (c == '\\' && this.next + 1 < this.text.length()) {
				escaped(word, this.text.charAt(this.next + 1));
				this.next += 2;
				continue;
			}
			if (c == '{') {
				braces++;
			}
			else if (c == '}' && braces > 0) {
				braces--;
			}
			else if ((isBlank(c) && braces == 0) || (RESERVED.indexOf(c) >= 0 && !(c == ',' && braces > 0))) {
				break;
			}
			if (!isBlank(c)) {
				word.append(c);
			}
			this.next++;
		}
		if (braces > 0) {
			throw error("'}'");
		}
		if (this.next == start) {
			throw error("a key, a pattern or a function");
		}
		return word.toString();
	}

	// The backslash is kept only before characters that have a meaning in a pattern.
	private static void escaped(StringBuilder word, char c) {
		if ("*?[]{},\\".indexOf(c) >= 0) {
			word.append('\\');
		}
		word.append(c);
	}

	private String quoted(char quote) {
		StringBuilder value = new StringBuilder();
		for (int i = this.next + 1; i < this.text.length(); i++) {
			char c = this.text.charAt(i);
			if (c == quote) {
				this.next = i + 1;
				return value.toString();
			}
			if (c == '\\' && i + 1 < this.text.length()) {
				i++;
				// Other characters keep their backslash, because a regular expression
				// needs it.
				if (this.text.charAt(i) != quote) {
					value.append(c);
				}
			}
			value.append(this.text.charAt(i));
		}
		throw new QueryException("The quote at character " + (this.next + 1) + " of target "
				+ QueryException.quoted(this.text) + " has no end.");
	}

	private static final char END = '\uffff';

	private char peek() {
		skipBlanks();
		return (this.next < this.text.length()) ? this.text.charAt(this.next) : END;
	}

	private void skipBlanks() {
		while (this.next < this.text.length() && isBlank(this.text.charAt(this.next))) {
			this.next++;
		}
	}

	private static boolean isBlank(char c) {
		return c == ' ' || c == '\t' || c == '\n' || c == '\r';
	}

	private QueryException error(String expected) {
		skipBlanks();
		String found = (this.next < this.text.length()) ? "'" + this.text.charAt(this.next) + "'" : "the end";
		return new QueryException("Character " + (this.next + 1) + " of target " + QueryException.quoted(this.text)
				+ " has to be " + expected + ", but is " + found + ".");
	}

}
