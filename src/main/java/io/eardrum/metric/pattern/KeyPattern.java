package io.eardrum.metric.pattern;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.function.IntConsumer;

import io.eardrum.metric.SeriesKey;

/**
 * A pattern for keys, in the language of Graphite. A key is a row of nodes with dots
 * between them, and so is a pattern. Each node of the key has to match the node of the
 * pattern in the same place, so a pattern of three nodes matches keys of three nodes
 * only. In a node
 * <ul>
 * <li>{@code *} stands for any characters or none, and {@code ?} for one,</li>
 * <li>{@code [a-f0-9]} stands for one of these characters, and {@code [!a-f]} for one
 * that is not among them,</li>
 * <li>{@code {cpu,mem*}} stands for one of these patterns, which may contain such choices
 * themselves,</li>
 * <li>a backslash makes the character after it an ordinary one.</li>
 * </ul>
 * Case matters. A dot always ends a node, so it can't be between brackets or braces. The
 * node {@code **} stands for any number of nodes or none; as the last node, it stands for
 * at least one.
 * <p>
 * <em>Threads</em>: any number may use a pattern at once.
 * <p>
 * <em>Time and memory</em>: whatever the pattern is, matching never backtracks. It takes
 * at most as many steps as {@link #work} returns, and remembers nothing of the keys it
 * has seen.
 */
public final class KeyPattern {

	/**
	 * The maximum number of characters of a pattern, unless stated otherwise.
	 */
	public static final int MAX_LENGTH = 8192;

	/**
	 * The maximum number of characters, choices and ranges of characters in all nodes of
	 * a pattern together. Literal nodes don't count, and neither do choices of literals.
	 * In a pattern with {@code **}, each node counts as one more.
	 */
	public static final int MAX_SIZE = 1024;

	private static final int BYTES = 512;

	private static final int BYTES_A_NODE = 512;

	private static final int BYTES_A_CHARACTER = 64;

	private final String text;

	private final List<NodePattern> nodes;

	private final boolean anyDepth;

	/** How much work a byte of a key takes at most. */
	private final long weight;

	/**
	 * The beginning of all keys that match: the nodes before the first one that is not
	 * literal.
	 */
	private final byte[] beginning;

	private KeyPattern(String text, List<NodePattern> nodes) {
		this.text = text;
		this.nodes = nodes;
		this.anyDepth = nodes.stream().anyMatch(NodePattern::isAnyDepth);
		// Without it, each byte is compared with one node only.
		this.weight = this.anyDepth ? nodes.stream().mapToLong(NodePattern::weight).sum()
				: nodes.stream().mapToLong(NodePattern::weight).max().orElse(1);
		this.beginning = beginning(nodes).getBytes(StandardCharsets.UTF_8);
	}

	private static String beginning(List<NodePattern> nodes) {
		StringBuilder beginning = new StringBuilder();
		for (int i = 0; i < nodes.size() && nodes.get(i).isLiteral(); i++) {
			beginning.append((i > 0) ? "." : "").append(nodes.get(i).literal());
		}
		return beginning.toString();
	}

	/**
	 * Returns how much memory a pattern takes at most, before it is read.
	 * @param text the pattern
	 * @return the number of bytes
	 */
	public static long maxBytes(String text) {
		long nodes = 1 + text.chars().filter((character) -> character == '.').count();
		long size = Math.min(text.length(), MAX_SIZE);
		// The last term is for the automaton: one bit for each position and interval.
		return BYTES + BYTES_A_NODE * nodes + (long) BYTES_A_CHARACTER * text.length() + size * size / 4;
	}

	/**
	 * Reads a pattern.
	 * @param text the pattern
	 * @return the pattern
	 * @throws IllegalArgumentException if the text is not a pattern; the message says
	 * why, in words for the author of the pattern
	 */
	public static KeyPattern of(String text) {
		return of(text, MAX_LENGTH);
	}

	/**
	 * Reads a pattern.
	 * @param text the pattern
	 * @param maxLength how many characters it may have
	 * @return the pattern
	 * @throws MalformedPatternException if the text is not a pattern
	 * @throws IllegalArgumentException if it is too large; the message says why, in words
	 * for the author of the pattern
	 */
	public static KeyPattern of(String text, int maxLength) {
		if (text.isEmpty()) {
			throw new IllegalArgumentException("a pattern has at least one character");
		}
		if (text.length() > maxLength) {
			throw new IllegalArgumentException("a pattern has at most " + maxLength + " characters");
		}
		if (!StandardCharsets.UTF_8.newEncoder().canEncode(text)) {
			throw new IllegalArgumentException("the pattern is not well-formed text");
		}
		return new KeyPattern(text, new GlobParser(text).parse());
	}

	/**
	 * Returns whether a key matches.
	 * @param key the key
	 * @return whether all of it matches
	 */
	public boolean matches(SeriesKey key) {
		// Most keys differ at their beginning, and those are not copied.
		return key.startsWith(this.beginning) && matches(key.toBytes());
	}

	/**
	 * Returns whether a key matches.
	 * @param key the key
	 * @return whether all of it matches
	 */
	public boolean matches(String key) {
		byte[] bytes = key.getBytes(StandardCharsets.UTF_8);
		return beginsAlike(bytes) && matches(bytes);
	}

	/**
	 * Returns how much work it takes to match a key against this pattern.
	 * @param key the key
	 * @return the maximum number of steps, where one is about the work of looking at a
	 * byte
	 */
	public long work(SeriesKey key) {
		return key.startsWith(this.beginning) ? (1 + key.length()) * this.weight : 1;
	}

	private boolean beginsAlike(byte[] key) {
		return key.length >= this.beginning.length
				&& Arrays.equals(key, 0, this.beginning.length, this.beginning, 0, this.beginning.length);
	}

	private boolean matches(byte[] key) {
		return this.anyDepth ? matchesAnyDepth(key) : matchesNodeByNode(key);
	}

	private boolean matchesNodeByNode(byte[] key) {
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

	private boolean matchesAnyDepth(byte[] key) {
		int[] longest = { -1 };
		forEachMatchAnyDepth(key, (length) -> longest[0] = length);
		return longest[0] == key.length;
	}

	/**
	 * Finds the parts of a key that match. The parts are the whole key, and what comes
	 * before each of its dots.
	 * @param key the key
	 * @param lengths takes the length of each part that matches, in bytes, ascending
	 */
	public void forEachMatch(SeriesKey key, IntConsumer lengths) {
		if (!key.startsWith(this.beginning)) {
			return;
		}
		byte[] bytes = key.toBytes();
		if (this.anyDepth) {
			forEachMatchAnyDepth(bytes, lengths);
			return;
		}
		int start = 0;
		int end = -1;
		for (NodePattern node : this.nodes) {
			if (end == bytes.length) {
				return;
			}
			start = end + 1;
			end = endOfNode(bytes, start);
			if (!node.matches(bytes, start, end)) {
				return;
			}
		}
		lengths.accept(end);
	}

	// There is a bit for each node that may come next, and one for the end of the
	// pattern.
	private void forEachMatchAnyDepth(byte[] key, IntConsumer lengths) {
		BitSet next = new BitSet();
		next.set(0);
		int end = -1;
		while (end < key.length && !next.isEmpty()) {
			int start = end + 1;
			end = endOfNode(key, start);
			addSkips(next);
			next = after(next, key, start, end);
			if (next.get(this.nodes.size())) {
				lengths.accept(end);
			}
		}
	}

	private void addSkips(BitSet next) {
		for (int i = next.nextSetBit(0); i >= 0 && i < this.nodes.size() - 1; i = next.nextSetBit(i + 1)) {
			if (this.nodes.get(i).isAnyDepth()) {
				next.set(i + 1);
			}
		}
	}

	private BitSet after(BitSet next, byte[] key, int from, int to) {
		BitSet after = new BitSet();
		int last = this.nodes.size() - 1;
		for (int i = next.nextSetBit(0); i >= 0 && i <= last; i = next.nextSetBit(i + 1)) {
			NodePattern node = this.nodes.get(i);
			if (node.isAnyDepth()) {
				after.set(i);
			}
			if ((!node.isAnyDepth() || i == last) && node.matches(key, from, to)) {
				after.set(i + 1);
			}
		}
		return after;
	}

	private static int endOfNode(byte[] key, int start) {
		int end = start;
		while (end < key.length && key[end] != '.') {
			end++;
		}
		return end;
	}

	/**
	 * Returns the patterns of the nodes, for walking down a tree of nodes.
	 * @return at least one pattern
	 */
	public List<NodePattern> nodes() {
		return this.nodes;
	}

	/**
	 * Returns whether this pattern has no special characters, so that it matches one key
	 * only.
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
	 * Returns the keys that this pattern matches, if these are only certain ones, such as
	 * the two of <code>palm.{cpu,mem}</code>.
	 * @param max how many there may be
	 * @return the keys; none if there may be others, or more
	 */
	public List<SeriesKey> keys(int max) {
		List<SeriesKey> keys = new ArrayList<>();
		long count = 1;
		for (NodePattern node : this.nodes) {
			count *= node.size();
			if (count > max) {
				return keys;
			}
		}
		for (int i = 0; i < count; i++) {
			String key = key(i);
			// An empty choice makes the empty key, which no series has.
			if (!key.isEmpty()) {
				keys.add(SeriesKey.of(key));
			}
		}
		return keys;
	}

	// The number says which node of each choice is taken, the first choice first.
	private String key(int number) {
		List<String> literals = new ArrayList<>();
		int rest = number;
		for (NodePattern node : this.nodes) {
			literals.add(node.literal(rest % node.size()));
			rest /= node.size();
		}
		return String.join(".", literals);
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
