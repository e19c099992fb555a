package io.eardrum.metric;

import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * A pattern that keys are held against, in the language of Graphite: a key is a row of
 * nodes with dots between them, and so is a pattern. Each node of the key has to match
 * the node at the same place, so a pattern of three nodes matches keys of three nodes
 * only. In a node
 * <ul>
 * <li>{@code *} stands for any characters, also none, and {@code ?} for one,</li>
 * <li>{@code [a-f0-9]} for one of some characters, {@code [!a-f]} for one that is none of
 * them,</li>
 * <li>{@code {cpu,mem*}} for one of some patterns, which may have such choices in
 * turn,</li>
 * <li>a backslash takes its meaning from the character behind it.</li>
 * </ul>
 * Case matters. A dot ends a node wherever it stands, so it can't stand between brackets
 * or braces.
 * <p>
 * <em>Threads</em>: any number may use a pattern at once.
 * <p>
 * <em>Time and memory</em>: whoever wrote the pattern, matching never tries again from an
 * earlier place. It takes time proportional to the length of the key, once the pattern
 * has seen some keys; for patterns that are made to take long, at most to the length of
 * the key times the length of the pattern. The pattern remembers a bounded number of
 * steps.
 */
public final class KeyPattern {

	/**
	 * How many characters a pattern has at most.
	 */
	public static final int MAX_LENGTH = 8192;

	private final String text;

	private final List<NodePattern> nodes;

	private KeyPattern(String text, List<NodePattern> nodes) {
		this.text = text;
		this.nodes = nodes;
	}

	/**
	 * Reads a pattern.
	 * @param text the pattern
	 * @return the pattern
	 * @throws IllegalArgumentException if it is none; the message says why, in words for
	 * whoever wrote it
	 */
	public static KeyPattern of(String text) {
		if (text.isEmpty()) {
			throw new IllegalArgumentException("a pattern has at least one character");
		}
		if (text.length() > MAX_LENGTH) {
			throw new IllegalArgumentException("a pattern has at most " + MAX_LENGTH + " characters");
		}
		if (!StandardCharsets.UTF_8.newEncoder().canEncode(text)) {
			throw new IllegalArgumentException("the pattern is no well-formed text");
		}
		return new KeyPattern(text, new GlobParser(text).parse());
	}

	/**
	 * Tells whether a key matches.
	 * @param key the key
	 * @return whether all of it matches
	 */
	public boolean matches(SeriesKey key) {
		return matches(key.bytes());
	}

	/**
	 * Tells whether a key matches.
	 * @param key the key
	 * @return whether all of it matches
	 */
	public boolean matches(String key) {
		return matches(key.getBytes(StandardCharsets.UTF_8));
	}

	private boolean matches(byte[] key) {
		int last = this.nodes.size() - 1;
		int start = 0;
		for (int i = 0; i < last; i++) {
			int end = endOfNode(key, start);
			if (end == key.length || !this.nodes.get(i).matches(key, start, end)) {
				return false;
			}
			start = end + 1;
		}
		return endOfNode(key, start) == key.length && this.nodes.get(last).matches(key, start, key.length);
	}

	private static int endOfNode(byte[] key, int start) {
		int end = start;
		while (end < key.length && key[end] != '.') {
			end++;
		}
		return end;
	}

	/**
	 * Returns the patterns of the nodes, for walking down a tree of them.
	 * @return at least one pattern
	 */
	public List<NodePattern> nodes() {
		return this.nodes;
	}

	/**
	 * Tells whether this pattern has nothing special in it, and so matches one key only.
	 * @return whether it is the text of {@link #literalKey()}
	 */
	public boolean isLiteral() {
		return this.nodes.stream().allMatch(NodePattern::isLiteral);
	}

	/**
	 * Returns the only key that this pattern matches.
	 * @return the key
	 * @throws IllegalStateException if the pattern is not {@linkplain #isLiteral()
	 * literal}
	 */
	public SeriesKey literalKey() {
		return SeriesKey.of(String.join(".", this.nodes.stream().map(NodePattern::literal).toList()));
	}

	/**
	 * Returns the pattern as it was read.
	 * @return the text
	 */
	@Override
	public String toString() {
		return this.text;
	}

}
