package io.eardrum.metric;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntPredicate;

import org.jspecify.annotations.Nullable;

/**
 * Finds out whether a node of a key matches a pattern, without ever going back: all
 * states in which the pattern can be are followed at once, as Thompson described it
 * (Regular Expression Search Algorithm, 1968). The sets of states that come up are
 * remembered together with where each ASCII character leads from them, so that a
 * character usually costs one look into a table.
 * <p>
 * <em>Threads</em>: safe for any number. The tables are filled without a lock: whoever
 * finds an entry missing computes it anew, and all compute the same.
 */
final class GlobAutomaton {

	/**
	 * How much is remembered: states and entries of tables, of 4 bytes each. A pattern
	 * may have exponentially many sets of states; what goes beyond is computed for each
	 * character.
	 */
	static final int MAX_REMEMBERED = 1 << 16;

	private static final int ASCII = 128;

	private static final int REPLACEMENT = 0xFFFD;

	private final State[] states;

	private final State end;

	private final Map<BitSet, Step> remembered = new ConcurrentHashMap<>();

	private final AtomicInteger room = new AtomicInteger(MAX_REMEMBERED);

	private final Step start;

	private GlobAutomaton(List<State> states, State end) {
		this.states = states.toArray(State[]::new);
		this.end = end;
		BitSet first = new BitSet(states.size());
		addWithSkips(this.states[0], first);
		this.start = step(first);
	}

	/**
	 * Tells whether some bytes match.
	 * @param bytes where they stand; UTF-8
	 * @param from the index of the first byte
	 * @param to the index behind the last one
	 * @return whether all of them match
	 */
	boolean matches(byte[] bytes, int from, int to) {
		Step step = this.start;
		int position = from;
		while (position < to && !step.isDead()) {
			int first = bytes[position];
			if (first >= 0) {
				step = afterAscii(step, first);
				position++;
			}
			else {
				int length = Math.min(lengthOf(first), to - position);
				step = after(step, decode(bytes, position, length));
				position += length;
			}
		}
		return position == to && step.accepting;
	}

	int remembered() {
		return MAX_REMEMBERED - this.room.get();
	}

	private Step afterAscii(Step step, int character) {
		@Nullable Step[] table = step.afterAscii;
		if (table == null) {
			return after(step, character);
		}
		Step next = table[character];
		if (next == null) {
			next = after(step, character);
			table[character] = next;
		}
		return next;
	}

	private Step after(Step step, int codePoint) {
		BitSet next = new BitSet(this.states.length);
		for (int id : step.states) {
			State state = this.states[id];
			if (state.accepted != null && state.accepted.test(codePoint)) {
				addWithSkips(state.next, next);
			}
		}
		return step(next);
	}

	// No recursion: a pattern may be thousands of stars.
	private static void addWithSkips(State first, BitSet target) {
		Deque<State> pending = new ArrayDeque<>();
		pending.add(first);
		while (!pending.isEmpty()) {
			State state = pending.removeLast();
			if (!target.get(state.id)) {
				target.set(state.id);
				pending.addAll(state.skips);
			}
		}
	}

	private Step step(BitSet set) {
		Step known = this.remembered.get(set);
		if (known != null) {
			return known;
		}
		int size = set.cardinality() + ASCII;
		boolean remember = this.room.addAndGet(-size) >= 0;
		Step step = new Step(set.stream().toArray(), set.get(this.end.id), remember ? new Step[ASCII] : null);
		if (remember) {
			this.remembered.put(set, step);
		}
		else {
			this.room.addAndGet(size);
		}
		return step;
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
	 * A place in a pattern.
	 */
	static final class State {

		private final int id;

		private @Nullable IntPredicate accepted;

		private State next = this;

		/** Where the pattern can be as well, without any character more. */
		private final List<State> skips = new ArrayList<>(1);

		private State(int id) {
			this.id = id;
		}

		void accept(IntPredicate characters, State following) {
			this.accepted = characters;
			this.next = following;
		}

		void skipTo(State other) {
			this.skips.add(other);
		}

	}

	/**
	 * Gathers the states of an automaton; the first one is where it starts.
	 */
	static final class Builder {

		private final List<State> states = new ArrayList<>();

		State add() {
			State state = new State(this.states.size());
			this.states.add(state);
			return state;
		}

		GlobAutomaton build(State end) {
			return new GlobAutomaton(this.states, end);
		}

	}

	/**
	 * All states in which a pattern can be at once.
	 */
	private static final class Step {

		private final int[] states;

		private final boolean accepting;

		private final @Nullable Step @Nullable [] afterAscii;

		private Step(int[] states, boolean accepting, @Nullable Step @Nullable [] afterAscii) {
			this.states = states;
			this.accepting = accepting;
			this.afterAscii = afterAscii;
		}

		boolean isDead() {
			return this.states.length == 0;
		}

	}

}
