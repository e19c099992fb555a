package io.eardrum.metric.pattern;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

import org.jspecify.annotations.Nullable;

/**
 * A pattern for one node of a key, which is the text between two dots. {@link KeyPattern}
 * describes its syntax.
 * <p>
 * Any number of threads may use a pattern at once.
 */
public final class NodePattern {

	private final String text;

	private final @Nullable String literal;

	/** The only node that matches, or what every node that matches begins with. */
	private final byte[] beginning;

	/**
	 * Decides whether a node matches; {@code null} if any node does, or if the pattern is
	 * literal or a choice of literals.
	 */
	private final @Nullable GlobAutomaton glob;

	private final @Nullable LiteralChoice choice;

	private final boolean anyDepth;

	private NodePattern(String text, @Nullable String literal, String beginning, @Nullable GlobAutomaton glob,
			@Nullable LiteralChoice choice, boolean anyDepth) {
		this.text = text;
		this.literal = literal;
		this.beginning = beginning.getBytes(StandardCharsets.UTF_8);
		this.glob = glob;
		this.choice = choice;
		this.anyDepth = anyDepth;
	}

	static NodePattern anyDepth() {
		return new NodePattern("**", null, "", null, null, true);
	}

	static NodePattern literal(String text, String literal) {
		return new NodePattern(text, literal, literal, null, null, false);
	}

	static NodePattern glob(String text, GlobAutomaton glob) {
		return new NodePattern(text, null, beginning(text), text.equals("*") ? null : glob, null, false);
	}

	static NodePattern choice(String text, LiteralChoice choice) {
		return new NodePattern(text, null, "", null, choice, false);
	}

	// Returns what stands before the first special character.
	private static String beginning(String text) {
		StringBuilder beginning = new StringBuilder();
		for (int i = 0; i < text.length() && "*?[{".indexOf(text.charAt(i)) < 0; i++) {
			boolean quotes = text.charAt(i) == '\\' && i + 1 < text.length();
			i += quotes ? 1 : 0;
			beginning.append(text.charAt(i));
		}
		return beginning.toString();
	}

	/**
	 * Returns whether a node matches.
	 * @param node the node, without dots
	 * @return whether all of it matches
	 */
	public boolean matches(String node) {
		byte[] bytes = node.getBytes(StandardCharsets.UTF_8);
		return matches(bytes, 0, bytes.length);
	}

	boolean matches(byte[] key, int from, int to) {
		if (this.literal != null) {
			return Arrays.equals(key, from, to, this.beginning, 0, this.beginning.length);
		}
		if (this.choice != null) {
			return this.choice.matches(key, from, to);
		}
		return this.glob == null || this.glob.matches(key, from, to);
	}

	/**
	 * Returns whether this pattern stands for any number of nodes.
	 * @return whether it is {@code **}
	 */
	boolean isAnyDepth() {
		return this.anyDepth;
	}

	/**
	 * Returns how much work it takes at most to match a character against this pattern.
	 * @return the work, 1 or more, where 1 is the work of looking at a character
	 */
	int weight() {
		return (this.glob != null) ? this.glob.weight() : 1;
	}

	/**
	 * Returns whether this pattern has no special characters, so that one node only
	 * matches.
	 * @return whether {@link #literal()} is that node
	 */
	public boolean isLiteral() {
		return this.literal != null;
	}

	/**
	 * Returns the only node that matches.
	 * @return the node, without the backslashes of the pattern
	 * @throws IllegalStateException if the pattern is not {@linkplain #isLiteral()
	 * literal}
	 */
	public String literal() {
		if (this.literal == null) {
			throw new IllegalStateException("more than one node can match '" + this.text + "'");
		}
		return this.literal;
	}

	/**
	 * Returns the bytes with which every node that matches begins. They are all of a
	 * literal node.
	 * @return the bytes, not to be changed; none for a choice
	 */
	byte[] beginning() {
		return this.beginning;
	}

	/**
	 * Returns how many nodes match.
	 * @return the number of nodes, or {@link Integer#MAX_VALUE} if there may be any
	 * number
	 */
	int size() {
		return (this.literal != null) ? 1 : (this.choice != null) ? this.choice.size() : Integer.MAX_VALUE;
	}

	/**
	 * Returns a node that matches, if there is only a certain number of them.
	 * @param index its number, from 0
	 * @return the node
	 */
	String literal(int index) {
		return (this.choice != null) ? this.choice.literal(index) : literal();
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
