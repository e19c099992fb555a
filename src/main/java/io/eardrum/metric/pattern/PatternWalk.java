package io.eardrum.metric.pattern;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.LongConsumer;

import org.jspecify.annotations.Nullable;

import io.eardrum.metric.SeriesKey;

/**
 * Finds the keys that match a pattern among keys in order, node by node, as if they were
 * a tree. All keys that continue a node stand together, so a literal node takes one
 * search, and a node with special characters one for each different node that begins as
 * it does. Keys below a node that does not match are passed over. Used once, by one
 * thread.
 */
final class PatternWalk {

	/** Nodes that are not literal and that lie below each other. */
	private static final int MAX_DEPTH = 32;

	/** The work of finding and looking at a key. */
	private static final int STEP_WORK = 256;

	private static final byte AFTER_DOT = '.' + 1;

	private final List<NodePattern> nodes;

	private final boolean ofNodes;

	private final SortedKeys keys;

	private final SortedKeys.Places places;

	private final LongConsumer work;

	private int stepsLeft;

	/** The beginning of the keys that are looked for. */
	private byte[] path = new byte[128];

	/** The key that was found last. */
	private @Nullable SeriesKey found;

	/**
	 * Creates a walk.
	 * @param pattern the pattern
	 * @param ofNodes whether one key is enough for each node that matches and in which
	 * keys end, and one for each in which they continue
	 * @param keys the keys
	 * @param places takes the places of the keys that match, and perhaps of some others
	 * @param maxSteps how many keys may be looked at
	 * @param work takes the work that is done
	 */
	PatternWalk(KeyPattern pattern, boolean ofNodes, SortedKeys keys, SortedKeys.Places places, int maxSteps,
			LongConsumer work) {
		this.nodes = pattern.nodes();
		this.ofNodes = ofNodes;
		this.keys = keys;
		this.places = places;
		this.stepsLeft = maxSteps;
		this.work = work;
	}

	/**
	 * Walks over the keys.
	 * @return whether it came to the end
	 */
	boolean walk() {
		return descend(0, 0, 0, 0);
	}

	int stepsLeft() {
		return this.stepsLeft;
	}

	// The first nodes have been found to match the beginning of the path; the others are
	// compared with what comes after it. Each of the following methods returns false if
	// the walk has to end.
	private boolean descend(int node, int pathLength, int from, int depth) {
		int next = node;
		int length = pathLength;
		while (this.nodes.get(next).isLiteral()) {
			length = append(length, this.nodes.get(next).beginning());
			if (++next == this.nodes.size()) {
				return end(length, from);
			}
			length = append(length, '.');
		}
		NodePattern pattern = this.nodes.get(next);
		if (pattern.isAnyDepth() || depth == MAX_DEPTH) {
			return all(length, from);
		}
		return (pattern.size() == Integer.MAX_VALUE) ? glob(next, length, from, depth)
				: choice(next, length, from, depth);
	}

	// The path is the whole pattern.
	private boolean end(int length, int from) {
		int place = find(length, from);
		if (place < 0) {
			return this.stepsLeft >= 0;
		}
		if (Objects.requireNonNull(this.found).length() == length && !this.places.add(place, place + 1)) {
			return false;
		}
		if (!this.ofNodes) {
			return true;
		}
		int continuing = find(append(length, '.'), place);
		return (continuing >= 0) ? this.places.add(continuing, continuing + 1) : this.stepsLeft >= 0;
	}

	private boolean all(int length, int from) {
		if (length == 0) {
			return this.places.add(0, this.keys.size());
		}
		if (!step()) {
			return false;
		}
		int first = this.keys.seek(this.path, length, from);
		// The last byte is that of a dot.
		this.path[length - 1] = AFTER_DOT;
		int end = this.keys.seek(this.path, length, first);
		this.path[length - 1] = '.';
		return this.places.add(first, end);
	}

	private boolean choice(int node, int length, int from, int depth) {
		int first = find(length, from);
		if (first < 0) {
			return this.stepsLeft >= 0;
		}
		NodePattern choice = this.nodes.get(node);
		boolean last = node == this.nodes.size() - 1;
		for (int i = 0; i < choice.size(); i++) {
			int end = append(length, choice.literal(i).getBytes(StandardCharsets.UTF_8));
			if (!(last ? end(end, first) : descend(node + 1, append(end, '.'), first, depth + 1))) {
				return false;
			}
		}
		return true;
	}

	private boolean glob(int node, int start, int from, int depth) {
		NodePattern pattern = this.nodes.get(node);
		boolean last = node == this.nodes.size() - 1;
		int length = append(start, pattern.beginning());
		int place = find(length, from);
		while (place >= 0) {
			int keyLength = copyFound();
			int end = endOfNode(start, keyLength);
			boolean ends = end == keyLength;
			boolean matches = pattern.matches(this.path, start, end);
			if (matches && last && (ends || this.ofNodes) && !this.places.add(place, place + 1)) {
				return false;
			}
			int next = place + 1;
			if (!ends) {
				if (matches && !last && !descend(node + 1, end + 1, place, depth + 1)) {
					return false;
				}
				this.path[end] = AFTER_DOT;
				next = this.keys.seek(this.path, end + 1, next);
			}
			place = find(length, next);
		}
		return this.stepsLeft >= 0;
	}

	// Returns the first place whose key begins with the path, or -1 if there is none, or
	// if there are no steps left.
	private int find(int length, int from) {
		if (!step()) {
			return -1;
		}
		for (int place = this.keys.seek(this.path, length, from); place < this.keys.size(); place++) {
			SeriesKey key = this.keys.key(place);
			if (!key.startsWith(this.path, length)) {
				return -1;
			}
			if (!this.keys.isRemoved(place)) {
				this.found = key;
				return place;
			}
		}
		return -1;
	}

	private boolean step() {
		this.work.accept(STEP_WORK);
		return --this.stepsLeft >= 0;
	}

	private int copyFound() {
		SeriesKey key = Objects.requireNonNull(this.found);
		ensureCapacity(key.length());
		return key.copyTo(this.path, 0);
	}

	private int endOfNode(int start, int keyLength) {
		int end = start;
		while (end < keyLength && this.path[end] != '.') {
			end++;
		}
		return end;
	}

	private int append(int length, byte[] bytes) {
		ensureCapacity(length + bytes.length);
		System.arraycopy(bytes, 0, this.path, length, bytes.length);
		return length + bytes.length;
	}

	private int append(int length, char ascii) {
		ensureCapacity(length + 1);
		this.path[length] = (byte) ascii;
		return length + 1;
	}

	private void ensureCapacity(int length) {
		if (length > this.path.length) {
			this.path = Arrays.copyOf(this.path, length + length / 2);
		}
	}

}
