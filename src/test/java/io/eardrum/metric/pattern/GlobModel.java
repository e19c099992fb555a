package io.eardrum.metric.pattern;

import java.util.regex.Pattern;

/**
 * The language of {@link KeyPattern}, translated into regular expressions from its
 * description: right rather than fast.
 */
final class GlobModel {

	private static final int MAX_DEPTH = 16;

	private final int[] text;

	private int next;

	private final StringBuilder regex = new StringBuilder();

	private GlobModel(String text) {
		this.text = text.codePoints().toArray();
	}

	/**
	 * Translates a pattern.
	 * @param text the pattern
	 * @return what matches the same keys
	 * @throws IllegalArgumentException if it is no pattern
	 */
	static Pattern regex(String text) {
		GlobModel model = new GlobModel(text);
		model.sequence(0);
		return Pattern.compile(model.regex.toString());
	}

	private void sequence(int depth) {
		while (this.next < this.text.length) {
			if (anyDepth()) {
				continue;
			}
			int character = this.text[this.next];
			if (depth > 0 && (character == ',' || character == '}')) {
				return;
			}
			this.next++;
			switch (character) {
				case '*' -> this.regex.append("[^.]*");
				case '?' -> this.regex.append("[^.]");
				case '[' -> characterClass();
				case '{' -> choice(depth + 1);
				case '\\' -> quoted();
				case '.' -> {
					require(depth == 0);
					literal('.');
				}
				default -> literal(character);
			}
		}
		require(depth == 0);
	}

	// A node of two stars: any nodes, with the dot behind them if there are more.
	private boolean anyDepth() {
		if (!isBoundary(this.next - 1) || !isBoundary(this.next + 2) || this.text[this.next] != '*'
				|| this.text[this.next + 1] != '*') {
			return false;
		}
		boolean last = this.next + 2 == this.text.length;
		this.regex.append(last ? "(?s:.*)" : "(?:[^.]*\\.)*");
		this.next = Math.min(this.next + 3, this.text.length);
		return true;
	}

	private boolean isBoundary(int index) {
		return index == -1 || index == this.text.length
				|| (index >= 0 && index < this.text.length && this.text[index] == '.');
	}

	private void quoted() {
		require(this.next < this.text.length);
		if (this.text[this.next] != '.') {
			literal(this.text[this.next++]);
		}
	}

	private void choice(int depth) {
		require(depth <= MAX_DEPTH);
		this.regex.append("(?:");
		sequence(depth);
		while (this.text[this.next] == ',') {
			this.next++;
			this.regex.append('|');
			sequence(depth);
		}
		this.next++;
		this.regex.append(')');
	}

	private void characterClass() {
		boolean negated = this.next < this.text.length && this.text[this.next] == '!';
		this.next += negated ? 1 : 0;
		this.regex.append(negated ? "[^." : "[");
		int first = ofClass();
		boolean empty = true;
		while (empty || first != ']') {
			empty = false;
			int last = first;
			if (this.next < this.text.length && this.text[this.next] == '-'
					&& !(this.next + 1 < this.text.length && this.text[this.next + 1] == ']')) {
				this.next++;
				last = ofClass();
			}
			require(first <= last);
			hex(first);
			this.regex.append('-');
			hex(last);
			first = ofClass();
		}
		// A dot may lie between the ends of a range, but no node has one.
		this.regex.append(negated ? "]" : "&&[^.]]");
	}

	private int ofClass() {
		require(this.next < this.text.length && this.text[this.next] != '.');
		return this.text[this.next++];
	}

	private void literal(int character) {
		hex(character);
	}

	private void hex(int character) {
		this.regex.append("\\x{").append(Integer.toHexString(character)).append('}');
	}

	private static void require(boolean condition) {
		if (!condition) {
			throw new IllegalArgumentException("no pattern");
		}
	}

}
