package io.eardrum.metric.pattern;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

import org.jspecify.annotations.Nullable;

import io.eardrum.metric.SeriesKey;

/**
 * A node of a pattern that stands for some literal nodes, such as
 * <code>{web,db}01</code>. However many there are, a node is compared with them by one
 * look-up. Immutable.
 */
final class LiteralChoice {

	private final byte[] prefix;

	private final byte[] suffix;

	/** What stands between prefix and suffix, in the order of the pattern. */
	private final List<String> middles;

	/** The same, where their hashes say; at least half of the places are empty. */
	private final byte[][] table;

	private LiteralChoice(String prefix, List<String> middles, String suffix) {
		this.prefix = prefix.getBytes(StandardCharsets.UTF_8);
		this.suffix = suffix.getBytes(StandardCharsets.UTF_8);
		this.middles = middles;
		this.table = new byte[Integer.highestOneBit(middles.size()) * 4][];
		for (String middle : middles) {
			byte[] bytes = middle.getBytes(StandardCharsets.UTF_8);
			this.table[place(bytes, 0, bytes.length)] = bytes;
		}
	}

	// Returns where some bytes are in the table, or would be.
	private int place(byte[] bytes, int from, int to) {
		int place = SeriesKey.hash(bytes, from, to - from) & (this.table.length - 1);
		while (this.table[place] != null
				&& !Arrays.equals(bytes, from, to, this.table[place], 0, this.table[place].length)) {
			place = (place + 1) & (this.table.length - 1);
		}
		return place;
	}

	boolean matches(byte[] key, int from, int to) {
		int start = from + this.prefix.length;
		int end = to - this.suffix.length;
		return start <= end && Arrays.equals(key, from, start, this.prefix, 0, this.prefix.length)
				&& Arrays.equals(key, end, to, this.suffix, 0, this.suffix.length)
				&& this.table[place(key, start, end)] != null;
	}

	/**
	 * Returns how many nodes this choice stands for.
	 * @return the number of nodes, 1 or more
	 */
	int size() {
		return this.middles.size();
	}

	/**
	 * Returns a node that this choice stands for.
	 * @param index its number, from 0
	 * @return the node
	 */
	String literal(int index) {
		return new String(this.prefix, StandardCharsets.UTF_8) + this.middles.get(index)
				+ new String(this.suffix, StandardCharsets.UTF_8);
	}

	/**
	 * Reads a node of a pattern.
	 * @param node the node
	 * @return the choice, or {@code null} if the node is anything else than a choice of
	 * literal nodes, or one of so many that they take more memory than its text suggests
	 */
	static @Nullable LiteralChoice of(String node) {
		Reader reader = new Reader(node);
		List<String> prefix = reader.literal();
		List<String> middles = reader.sequence(0, node.lastIndexOf('}') + 1);
		List<String> suffix = reader.literal();
		if (prefix == null || middles == null || suffix == null || reader.position < node.length()) {
			return null;
		}
		return new LiteralChoice(prefix.get(0), List.copyOf(new LinkedHashSet<>(middles)), suffix.get(0));
	}

	/**
	 * Reads a node from left to right. Each method returns {@code null} if there is
	 * something else than what it reads.
	 */
	private static final class Reader {

		private static final int MAX_DEPTH = 16;

		private static final int CHARACTERS_A_CHARACTER = 8;

		private static final String SPECIAL = "*?[";

		private final String text;

		private int position;

		Reader(String text) {
			this.text = text;
		}

		private boolean isAt(String characters) {
			return characters.indexOf(this.text.charAt(this.position)) >= 0;
		}

		// Reads up to the first brace that opens a choice.
		@Nullable List<String> literal() {
			StringBuilder literal = new StringBuilder();
			while (this.position < this.text.length() && !isAt("{")) {
				if (isAt(SPECIAL) || !append(literal)) {
					return null;
				}
			}
			return List.of(literal.toString());
		}

		// Returns false if a backslash has no character after it.
		private boolean append(StringBuilder literal) {
			if (isAt("\\") && ++this.position == this.text.length()) {
				return false;
			}
			literal.append(this.text.charAt(this.position++));
			return true;
		}

		// Reads up to an end, or within a choice up to its comma or brace.
		@Nullable List<String> sequence(int depth, int end) {
			List<String> read = List.of("");
			while (this.position < end && !(depth > 0 && isAt(",}"))) {
				List<String> next;
				if (isAt("{")) {
					next = choice(depth + 1, end);
				}
				else {
					StringBuilder literal = new StringBuilder();
					while (this.position < end && !isAt("{") && !(depth > 0 && isAt(",}"))) {
						if (isAt(SPECIAL)) {
							return null;
						}
						// The end is behind a brace, so a backslash is never the last
						// character.
						append(literal);
					}
					next = List.of(literal.toString());
				}
				read = (next != null) ? joined(read, next) : null;
				if (read == null) {
					return null;
				}
			}
			return read;
		}

		private @Nullable List<String> choice(int depth, int end) {
			Set<String> choices = new LinkedHashSet<>();
			do {
				this.position++;
				List<String> one = (depth <= MAX_DEPTH) ? sequence(depth, end) : null;
				if (one == null || this.position >= end) {
					return null;
				}
				choices.addAll(one);
			}
			while (isAt(","));
			this.position++;
			return new ArrayList<>(choices);
		}

		private @Nullable List<String> joined(List<String> first, List<String> second) {
			if ((long) first.size() * second.size() > this.text.length() / 2 + 1) {
				return null;
			}
			List<String> joined = new ArrayList<>();
			long characters = 0;
			for (String one : first) {
				for (String other : second) {
					joined.add(one + other);
					characters += one.length() + other.length();
				}
				if (characters > (long) CHARACTERS_A_CHARACTER * this.text.length()) {
					return null;
				}
			}
			return joined;
		}

	}

}
