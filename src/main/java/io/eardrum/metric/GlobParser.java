package io.eardrum.metric;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntPredicate;

import org.jspecify.annotations.Nullable;

/**
 * Reads the text of a {@link KeyPattern} once, from left to right, and builds the
 * automaton of each node on the way: {@link #current} is the state in which all of the
 * node that was read so far has matched.
 */
final class GlobParser {

	/** Choices in choices are read by recursion. */
	private static final int MAX_DEPTH = 16;

	private final String text;

	private int position;

	private final StringBuilder literal = new StringBuilder();

	private boolean special;

	private GlobAutomaton.Builder states = new GlobAutomaton.Builder();

	private GlobAutomaton.State current = this.states.add();

	GlobParser(String text) {
		this.text = text;
	}

	List<NodePattern> parse() {
		List<NodePattern> nodes = new ArrayList<>();
		int start = 0;
		while (true) {
			parseSequence(0);
			nodes.add(node(start));
			if (!hasNext()) {
				return List.copyOf(nodes);
			}
			this.position++;
			start = this.position;
		}
	}

	private NodePattern node(int start) {
		GlobAutomaton automaton = this.states.build(this.current);
		@Nullable String only = this.special ? null : this.literal.toString();
		NodePattern node = new NodePattern(this.text.substring(start, this.position), only, automaton);
		this.literal.setLength(0);
		this.special = false;
		this.states = new GlobAutomaton.Builder();
		this.current = this.states.add();
		return node;
	}

	// Stops before the dot that ends a node, and in a choice before its comma or brace.
	private void parseSequence(int depth) {
		while (hasNext()) {
			int codePoint = this.text.codePointAt(this.position);
			if (codePoint == '.' || (depth > 0 && (codePoint == ',' || codePoint == '}'))) {
				return;
			}
			this.position += Character.charCount(codePoint);
			parsePart(codePoint, depth);
		}
	}

	private void parsePart(int codePoint, int depth) {
		switch (codePoint) {
			case '*' -> anyText();
			case '?' -> one(GlobParser::any);
			case '[' -> one(parseClass());
			case '{' -> parseChoice(depth + 1);
			case '\\' -> parseQuoted();
			default -> character(codePoint);
		}
	}

	private void parseQuoted() {
		if (!hasNext()) {
			throw problem("it ends with a backslash");
		}
		int codePoint = this.text.codePointAt(this.position);
		// A dot separates nodes, quoted or not: parseSequence sees it next.
		if (codePoint != '.') {
			this.position += Character.charCount(codePoint);
			character(codePoint);
		}
	}

	private void character(int codePoint) {
		this.literal.appendCodePoint(codePoint);
		step((other) -> other == codePoint);
	}

	private void one(IntPredicate accepted) {
		this.special = true;
		step(accepted);
	}

	private void step(IntPredicate accepted) {
		GlobAutomaton.State next = this.states.add();
		this.current.accept(accepted, next);
		this.current = next;
	}

	private void anyText() {
		this.special = true;
		GlobAutomaton.State next = this.states.add();
		this.current.accept(GlobParser::any, this.current);
		this.current.skipTo(next);
		this.current = next;
	}

	private void parseChoice(int depth) {
		if (depth > MAX_DEPTH) {
			throw problem("it has more than " + MAX_DEPTH + " braces in one another");
		}
		this.special = true;
		GlobAutomaton.State start = this.current;
		GlobAutomaton.State end = this.states.add();
		char delimiter = ',';
		while (delimiter == ',') {
			this.current = this.states.add();
			start.skipTo(this.current);
			parseSequence(depth);
			this.current.skipTo(end);
			delimiter = next("a '{' has no '}'", "a dot stands between '{' and '}'");
		}
		this.current = end;
	}

	private IntPredicate parseClass() {
		boolean negated = hasNext() && this.text.charAt(this.position) == '!';
		if (negated) {
			this.position++;
		}
		List<int[]> ranges = new ArrayList<>();
		int first = nextOfClass();
		// As the first one, a ']' is a character like any other.
		while (ranges.isEmpty() || first != ']') {
			int last = first;
			if (this.text.startsWith("-", this.position) && !this.text.startsWith("-]", this.position)) {
				this.position++;
				last = nextOfClass();
			}
			if (first > last) {
				throw problem("'" + Character.toString(first) + "-" + Character.toString(last)
						+ "' is no range of characters");
			}
			ranges.add(new int[] { first, last });
			first = nextOfClass();
		}
		int[][] sought = ranges.toArray(int[][]::new);
		return (codePoint) -> isIn(codePoint, sought) != negated;
	}

	private static boolean isIn(int codePoint, int[][] ranges) {
		for (int[] range : ranges) {
			if (codePoint >= range[0] && codePoint <= range[1]) {
				return true;
			}
		}
		return false;
	}

	private int nextOfClass() {
		if (hasNext()) {
			int codePoint = this.text.codePointAt(this.position);
			if (codePoint > Character.MAX_VALUE) {
				this.position += 2;
				return codePoint;
			}
		}
		return next("a '[' has no ']'", "a dot stands between '[' and ']'");
	}

	private char next(String problemAtEnd, String problemAtDot) {
		if (!hasNext()) {
			throw problem(problemAtEnd);
		}
		char next = this.text.charAt(this.position);
		if (next == '.') {
			throw problem(problemAtDot);
		}
		this.position++;
		return next;
	}

	private boolean hasNext() {
		return this.position < this.text.length();
	}

	private IllegalArgumentException problem(String problem) {
		return new IllegalArgumentException("'" + this.text + "' is no pattern: " + problem);
	}

	private static boolean any(int codePoint) {
		return true;
	}

}
