package io.eardrum.metric.pattern;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * Reads the text of a {@link KeyPattern} once, from left to right, and collects the
 * positions of each node. A literal node needs none.
 */
final class GlobParser {

	/** Nested choices are read by recursion. */
	private static final int MAX_DEPTH = 16;

	private static final int MAX_QUOTED = 150;

	private static final String ANY_DEPTH = "**";

	private static final int[] ANY_CHARACTER = { 0, Character.MAX_CODE_POINT };

	private final String text;

	private int position;

	private GlobAutomaton.Builder positions = new GlobAutomaton.Builder();

	/** How many positions the nodes before this one have. */
	private int sizeBefore;

	private boolean afterStar;

	GlobParser(String text) {
		this.text = text;
	}

	List<NodePattern> parse() {
		List<NodePattern> nodes = new ArrayList<>();
		boolean anyDepth = false;
		while (true) {
			NodePattern node = parseNode();
			nodes.add(node);
			anyDepth |= node.isAnyDepth();
			if (!hasNext()) {
				break;
			}
			this.position++;
		}
		if (anyDepth && this.sizeBefore + nodes.size() > KeyPattern.MAX_SIZE) {
			throw tooLarge();
		}
		return List.copyOf(nodes);
	}

	private NodePattern parseNode() {
		int start = this.position;
		if (this.text.startsWith(ANY_DEPTH, start) && isEnd(start + ANY_DEPTH.length())) {
			this.position += ANY_DEPTH.length();
			return NodePattern.anyDepth();
		}
		if (isPlain()) {
			String literal = parsePlain();
			return NodePattern.literal(this.text.substring(start, this.position), literal);
		}
		String node = this.text.substring(start, endOfNode());
		LiteralChoice choice = (node.indexOf('{') >= 0) ? LiteralChoice.of(node) : null;
		if (choice != null) {
			this.position += node.length();
			return NodePattern.choice(node, choice);
		}
		this.positions = new GlobAutomaton.Builder();
		this.afterStar = false;
		parseSequence(0);
		this.sizeBefore += this.positions.size();
		return NodePattern.glob(this.text.substring(start, this.position), this.positions.build());
	}

	private int endOfNode() {
		int dot = this.text.indexOf('.', this.position);
		return (dot < 0) ? this.text.length() : dot;
	}

	private boolean isEnd(int index) {
		return index == this.text.length() || this.text.charAt(index) == '.';
	}

	private boolean isPlain() {
		for (int i = this.position; !isEnd(i); i++) {
			char c = this.text.charAt(i);
			if (c == '\\' && i + 1 < this.text.length() && this.text.charAt(i + 1) != '.') {
				i++;
			}
			else if ("*?[{".indexOf(c) >= 0) {
				return false;
			}
		}
		return true;
	}

	private String parsePlain() {
		StringBuilder literal = new StringBuilder();
		while (!isEnd(this.position)) {
			int codePoint = nextCodePoint();
			if (codePoint != '\\') {
				literal.appendCodePoint(codePoint);
			}
			else if (isQuoting()) {
				literal.appendCodePoint(nextCodePoint());
			}
		}
		return literal.toString();
	}

	// Stops before the dot that ends a node, and inside a choice before its comma or
	// brace.
	private void parseSequence(int depth) {
		while (hasNext()) {
			char next = this.text.charAt(this.position);
			if (next == '.' || (depth > 0 && (next == ',' || next == '}'))) {
				return;
			}
			parsePart(nextCodePoint(), depth);
			if (this.sizeBefore + this.positions.size() > KeyPattern.MAX_SIZE) {
				throw tooLarge();
			}
		}
	}

	private void parsePart(int codePoint, int depth) {
		boolean star = codePoint == '*';
		switch (codePoint) {
			case '*' -> anyText();
			case '?' -> this.positions.accept(ANY_CHARACTER);
			case '[' -> this.positions.accept(new ClassParser().parse());
			case '{' -> parseChoice(depth + 1);
			case '\\' -> {
				if (isQuoting()) {
					character(nextCodePoint());
				}
			}
			default -> character(codePoint);
		}
		this.afterStar = star;
	}

	// A dot separates nodes, whether a backslash precedes it or not.
	private boolean isQuoting() {
		if (!hasNext()) {
			throw problem("it ends with a backslash");
		}
		return this.text.charAt(this.position) != '.';
	}

	private void character(int codePoint) {
		this.positions.accept(codePoint, codePoint);
	}

	private void anyText() {
		if (!this.afterStar) {
			this.positions.repeat();
		}
	}

	private void parseChoice(int depth) {
		if (depth > MAX_DEPTH) {
			throw problem("it has braces nested more than " + MAX_DEPTH + " deep");
		}
		int start = this.positions.current();
		List<Integer> ends = new ArrayList<>();
		char delimiter = ',';
		while (delimiter == ',') {
			this.positions.skip(start, this.positions.begin());
			this.afterStar = false;
			parseSequence(depth);
			ends.add(this.positions.current());
			delimiter = next("a '{' has no '}'", "a dot stands between '{' and '}'");
		}
		int end = this.positions.begin();
		ends.forEach((one) -> this.positions.skip(one, end));
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

	private int nextCodePoint() {
		int codePoint = this.text.codePointAt(this.position);
		this.position += Character.charCount(codePoint);
		return codePoint;
	}

	private boolean hasNext() {
		return this.position < this.text.length();
	}

	private IllegalArgumentException tooLarge() {
		return new IllegalArgumentException(
				"the pattern is too large: the nodes with '*', '?', '[' or '{' in them have more than "
						+ KeyPattern.MAX_SIZE + " characters, choices and ranges");
	}

	private MalformedPatternException problem(String problem) {
		return new MalformedPatternException("'" + excerpt() + "' is not a pattern: " + problem);
	}

	// The text is shortened so that the reason after it is seen.
	private String excerpt() {
		if (this.text.length() <= MAX_QUOTED) {
			return this.text;
		}
		boolean inCharacter = Character.isLowSurrogate(this.text.charAt(MAX_QUOTED));
		return this.text.substring(0, inCharacter ? MAX_QUOTED - 1 : MAX_QUOTED) + "\u2026";
	}

	/**
	 * Reads the characters between brackets.
	 */
	private final class ClassParser {

		private final List<int[]> ranges = new ArrayList<>();

		// Returns the first and the last character of each range.
		int[] parse() {
			boolean negated = GlobParser.this.text.startsWith("!", GlobParser.this.position);
			if (negated) {
				GlobParser.this.position++;
			}
			int first = nextOfClass();
			// A ']' in the first place is a character like any other.
			while (this.ranges.isEmpty() || first != ']') {
				add(first, isRange() ? lastOfRange() : first);
				first = nextOfClass();
			}
			List<int[]> accepted = negated ? others() : this.ranges;
			return accepted.stream().flatMapToInt(Arrays::stream).toArray();
		}

		private void add(int first, int last) {
			if (first > last) {
				throw problem("'" + Character.toString(first) + "-" + Character.toString(last)
						+ "' is not a range of characters");
			}
			if (this.ranges.size() == KeyPattern.MAX_SIZE) {
				throw tooLarge();
			}
			this.ranges.add(new int[] { first, last });
		}

		private boolean isRange() {
			return GlobParser.this.text.startsWith("-", GlobParser.this.position)
					&& !GlobParser.this.text.startsWith("-]", GlobParser.this.position);
		}

		private int lastOfRange() {
			GlobParser.this.position++;
			return nextOfClass();
		}

		private int nextOfClass() {
			if (hasNext()
					&& Character.isSupplementaryCodePoint(GlobParser.this.text.codePointAt(GlobParser.this.position))) {
				return nextCodePoint();
			}
			return next("a '[' has no ']'", "a dot stands between '[' and ']'");
		}

		private List<int[]> others() {
			this.ranges.sort(Comparator.comparingInt((range) -> range[0]));
			List<int[]> others = new ArrayList<>();
			int next = 0;
			for (int[] range : this.ranges) {
				if (range[0] > next) {
					others.add(new int[] { next, range[0] - 1 });
				}
				next = Math.max(next, range[1] + 1);
			}
			if (next <= Character.MAX_CODE_POINT) {
				others.add(new int[] { next, Character.MAX_CODE_POINT });
			}
			return others;
		}

	}

}
