package io.eardrum.metric.pattern;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.function.IntConsumer;

import io.eardrum.metric.SeriesKey;

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
 * or braces. A node that is {@code **} stands for any number of nodes, also none; as the
 * last one, for one at least.
 * <p>
 * <em>Threads</em>: any number may use a pattern at once.
 * <p>
 * <em>Time and memory</em>: whoever wrote the pattern, matching never tries again from an
 * earlier place. It takes as many steps as {@link #work} says at most, and remembers
 * nothing of the keys it has seen.
 */
public final class KeyPattern {

	/**
	 * How many characters a pattern has at most.
	 */
	public static final int MAX_LENGTH = 8192;

	/**
	 * How many characters, choices and ranges of characters the nodes of a pattern have
	 * together at most, but for nodes with nothing special in them; where there is a
	 * {@code **}, each node counts as one more.
	 */
	public static final int MAX_SIZE = 1024;

	private static final int BYTES = 512;

	private static final int BYTES_A_NODE = 512;

	private static final int BYTES_A_CHARACTER = 64;

	private final String text;

	private final List<NodePattern> nodes;

	private final boolean anyDepth;

	/** How much work a byte of a key is at most. */
	private final long weight;

	/** What all keys that match begin with: the nodes before the first special one. */
	private final byte[] beginning;

	private KeyPattern(String text, List<NodePattern> nodes) {
		this.text = text;
		this.nodes = nodes;
		this.anyDepth = nodes.stream().anyMatch(NodePattern::isAnyDepth);
		// Without it, each byte is held against one node only.
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
		// What each of some positions does with each of some intervals, one bit each.
		return BYTES + BYTES_A_NODE * nodes + (long) BYTES_A_CHARACTER * text.length() + size * size / 4;
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
	 * Returns whether a key matches.
	 * @param key the key
	 * @return whether all of it matches
	 */
	public boolean matches(SeriesKey key) {
		// Most keys differ in their beginning, and those are not copied.
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
	 * Returns how much work it is to hold a key against this pattern.
	 * @param key the key
	 * @return the number of steps at most, where one is about what it takes to look at a
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
	 * Passes on which parts of a key match: the key, and what stands before one of its
	 * dots.
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

	// A bit for each node that may come next, and one for the end of the pattern.
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
	 * Returns the patterns of the nodes, for walking down a tree of them.
	 * @return at least one pattern
	 */
	public List<NodePattern> nodes() {
		return this.nodes;
	}

	/**
	 * Returns whether this pattern has nothing special in it, and so matches one key
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
	 * Returns the pattern as it was read.
	 * @return the text
	 */
	@Override
	public String toString() {
		return this.text;
	}

}
