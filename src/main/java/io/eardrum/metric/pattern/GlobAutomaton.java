package io.eardrum.metric.pattern;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Finds out whether a node of a key matches a pattern, without backtracking. All
 * positions in which the pattern can be are followed at once, as one bit each, in the
 * manner of Baeza-Yates and Gonnet (A New Approach to Text Searching, 1992). A character
 * takes a few operations for every 64 positions, and one for each skip of the pattern.
 * Nothing is remembered from key to key, so memory does not grow with what is read.
 * <p>
 * <em>Threads</em>: safe for any number. Immutable.
 */
final class GlobAutomaton {

	private static final int ASCII = 128;

	private static final int REPLACEMENT = 0xFFFD;

	private final int words;

	/** Where the intervals begin. The characters of one interval are accepted alike. */
	private final int[] intervals;

	/** The number of the interval of each ASCII character. */
	private final short[] asciiIntervals = new short[ASCII];

	/**
	 * For each interval, the positions from which its characters lead to the next
	 * position.
	 */
	private final long[] accepted;

	/** The positions that remain after any character. */
	private final long[] repeating;

	/** Pairs of a position and another that it implies, ascending by the first. */
	private final int[] skips;

	/** The positions at which skips begin. */
	private final long[] skipping;

	/**
	 * Whether every skip is that of a star, which leads to the next position, where no
	 * skip begins.
	 */
	private final boolean onlyStars;

	private final long[] start;

	private final int last;

	private GlobAutomaton(Builder builder) {
		this.last = builder.current();
		this.words = (this.last >> 6) + 1;
		this.intervals = builder.intervals();
		for (int i = 0; i < ASCII; i++) {
			this.asciiIntervals[i] = (short) interval(i);
		}
		this.accepted = new long[this.intervals.length * this.words];
		for (int i = 0; i <= this.last; i++) {
			accept(i, builder.positions.get(i));
		}
		this.repeating = bits(builder.repeating);
		this.skips = builder.sortedSkips();
		BitSet from = new BitSet();
		for (int i = 0; i < this.skips.length; i += 2) {
			from.set(this.skips[i]);
		}
		this.onlyStars = from.equals(builder.repeating) && this.skips.length == 2 * from.cardinality();
		this.skipping = bits(from);
		this.start = new long[this.words];
		this.start[0] = 1;
		skip(this.start);
	}

	private void accept(int position, int[] ranges) {
		for (int i = 0; i < ranges.length; i += 2) {
			int end = interval(ranges[i + 1]);
			for (int j = interval(ranges[i]); j <= end; j++) {
				set(this.accepted, j * this.words, position);
			}
		}
	}

	private long[] bits(BitSet set) {
		return Arrays.copyOf(set.toLongArray(), this.words);
	}

	private static void set(long[] bits, int offset, int position) {
		bits[offset + (position >> 6)] |= 1L << position;
	}

	private static boolean isSet(long[] bits, int position) {
		return (bits[position >> 6] >>> position & 1) != 0;
	}

	private int interval(int codePoint) {
		int found = Arrays.binarySearch(this.intervals, codePoint);
		return (found >= 0) ? found : -found - 2;
	}

	/**
	 * Returns how many operations a character takes at most.
	 * @return the number of operations, 1 or more
	 */
	int weight() {
		return this.words + this.skips.length / 2;
	}

	/**
	 * Returns whether some bytes match.
	 * @param bytes the array that holds them, in UTF-8
	 * @param from the index of the first byte
	 * @param to the index after the last one
	 * @return whether all of them match
	 */
	boolean matches(byte[] bytes, int from, int to) {
		return (this.words == 1) ? matchesInOneWord(bytes, from, to) : matchesInWords(bytes, from, to);
	}

	// The usual case, which needs no array.
	private boolean matchesInOneWord(byte[] bytes, int from, int to) {
		long repeats = this.repeating[0];
		long skips = this.skipping[0];
		long live = this.start[0];
		int position = from;
		while (position < to && live != 0) {
			live = (live & this.accepted[intervalAt(bytes, position, to)]) << 1 | (live & repeats);
			if ((live & skips) != 0) {
				live = skip(live);
			}
			position += lengthAt(bytes, position, to);
		}
		return (live >>> this.last & 1) != 0;
	}

	private long skip(long live) {
		if (this.onlyStars) {
			return live | (live & this.skipping[0]) << 1;
		}
		long all = live;
		for (int i = 0; i < this.skips.length; i += 2) {
			all |= (all >>> this.skips[i] & 1) << this.skips[i + 1];
		}
		return all;
	}

	private boolean matchesInWords(byte[] bytes, int from, int to) {
		long[] live = this.start.clone();
		int position = from;
		while (position < to) {
			if (!advance(live, intervalAt(bytes, position, to) * this.words)) {
				return false;
			}
			position += lengthAt(bytes, position, to);
		}
		return isSet(live, this.last);
	}

	private int intervalAt(byte[] bytes, int position, int to) {
		int first = bytes[position];
		return (first >= 0) ? this.asciiIntervals[first]
				: interval(decode(bytes, position, lengthAt(bytes, position, to)));
	}

	private static int lengthAt(byte[] bytes, int position, int to) {
		return (bytes[position] >= 0) ? 1 : Math.min(lengthOf(bytes[position]), to - position);
	}

	// Returns whether any position is left.
	private boolean advance(long[] live, int offset) {
		long any = 0;
		long skipped = 0;
		for (int i = this.words - 1; i >= 0; i--) {
			long moved = (live[i] & this.accepted[offset + i]) << 1;
			if (i > 0) {
				moved |= (live[i - 1] & this.accepted[offset + i - 1]) >>> 63;
			}
			live[i] = moved | (live[i] & this.repeating[i]);
			any |= live[i];
			skipped |= live[i] & this.skipping[i];
		}
		if (skipped != 0) {
			skip(live);
		}
		return any != 0;
	}

	// All skips lead forward, so one pass in their order also follows chains of them.
	private void skip(long[] live) {
		for (int i = 0; i < this.skips.length; i += 2) {
			if (isSet(live, this.skips[i])) {
				set(live, 0, this.skips[i + 1]);
			}
		}
	}

	private static int lengthOf(int first) {
		if ((first & 0xE0) == 0xC0) {
			return 2;
		}
		if ((first & 0xF0) == 0xE0) {
			return 3;
		}
		return ((first & 0xF8) == 0xF0) ? 4 : 1;
	}

	private static int decode(byte[] bytes, int position, int length) {
		int first = bytes[position];
		int codePoint = switch (length) {
			case 2 -> first & 0x1F;
			case 3 -> first & 0x0F;
			case 4 -> first & 0x07;
			default -> REPLACEMENT;
		};
		for (int i = 1; i < length; i++) {
			codePoint = (codePoint << 6) | (bytes[position + i] & 0x3F);
		}
		return codePoint;
	}

	/**
	 * Collects the positions of a pattern, in the order of its text. From each position,
	 * some characters lead to the next.
	 */
	static final class Builder {

		private static final int[] NOTHING = {};

		private final List<int[]> positions = new ArrayList<>();

		private final BitSet repeating = new BitSet();

		private final List<int[]> skipPairs = new ArrayList<>();

		/** The number of positions and ranges of characters. */
		private int size;

		Builder() {
			add();
		}

		private void add() {
			this.positions.add(NOTHING);
			this.size++;
		}

		int current() {
			return this.positions.size() - 1;
		}

		int size() {
			return this.size;
		}

		/**
		 * Makes some characters lead to a new position.
		 * @param ranges the first and the last character of each range
		 */
		void accept(int... ranges) {
			this.positions.set(current(), ranges);
			this.size += Math.max(0, ranges.length / 2 - 1);
			add();
		}

		/** Makes the current position remain after any character. */
		void repeat() {
			this.repeating.set(current());
			add();
			skip(current() - 1, current());
		}

		/**
		 * Adds a position to which no character leads yet.
		 * @return its number
		 */
		int begin() {
			add();
			return current();
		}

		void skip(int from, int to) {
			this.skipPairs.add(new int[] { from, to });
		}

		GlobAutomaton build() {
			return new GlobAutomaton(this);
		}

		private int[] intervals() {
			return IntStream
				.concat(IntStream.of(0),
						this.positions.stream()
							.flatMapToInt((ranges) -> IntStream.range(0, ranges.length).map((i) -> ranges[i] + i % 2)))
				.sorted()
				.distinct()
				.toArray();
		}

		private int[] sortedSkips() {
			return this.skipPairs.stream()
				.sorted(Comparator.comparingInt((pair) -> pair[0]))
				.flatMapToInt(Arrays::stream)
				.toArray();
		}

	}

}
