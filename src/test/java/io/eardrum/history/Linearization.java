package io.eardrum.history;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

import org.jspecify.annotations.Nullable;

import io.eardrum.history.SeriesHistory.Operation;

/**
 * Looks for an order in which the operations of a history, one after the other, explain
 * all that clients were told, such that no operation comes before one that had ended when
 * it began: the search of Wing and Gong (Testing and Verifying Concurrent Objects, 1993),
 * which Lowe (Testing for Linearizability, 2017) taught to remember what it has tried.
 * <p>
 * For one thread.
 */
final class Linearization {

	private final List<Operation> operations;

	private final int timestamps;

	/** Stands before the first event that is left. */
	private final Event head = new Event(-1, 0, true);

	private int endsLeft;

	private int mostDone;

	private @Nullable Operation stuckAt;

	Linearization(List<Operation> operations, int timestamps) {
		this.operations = operations;
		this.timestamps = timestamps;
		List<Event> events = new ArrayList<>();
		for (int i = 0; i < operations.size(); i++) {
			Operation operation = operations.get(i);
			Event begin = new Event(i, operation.asked(), true);
			events.add(begin);
			if (operation.told() != Long.MAX_VALUE) {
				begin.end = new Event(i, operation.told(), false);
				events.add(begin.end);
				this.endsLeft++;
			}
		}
		// What happens at the same time overlaps.
		events.sort(Comparator.<Event>comparingLong((event) -> event.time)
			.thenComparingInt((event) -> event.begins ? 0 : 1));
		Event last = this.head;
		for (Event event : events) {
			last.next = event;
			event.previous = last;
			last = event;
		}
	}

	/**
	 * Searches.
	 * @return what can't be explained, or nothing
	 */
	String violation() {
		long[] state = new long[this.timestamps];
		Arrays.fill(state, SeriesHistory.ABSENT);
		BitSet done = new BitSet(this.operations.size());
		Set<Configuration> tried = new HashSet<>();
		Deque<Step> steps = new ArrayDeque<>();
		Event event = this.head.next;
		while (this.endsLeft > 0 && event != null) {
			if (event.begins) {
				long[] after = apply(this.operations.get(event.operation), state);
				if (after != null) {
					done.set(event.operation);
					if (tried.add(new Configuration((BitSet) done.clone(), after))) {
						steps.push(new Step(event, state));
						state = after;
						takeOut(event);
						event = this.head.next;
						continue;
					}
					done.clear(event.operation);
				}
				event = event.next;
			}
			else {
				// It has ended, so it must come before all that is behind it.
				note(event, steps.size());
				if (steps.isEmpty()) {
					return "of " + this.operations.size() + " operations " + this.mostDone
							+ " can be put into an order, but then not the " + this.stuckAt;
				}
				Step back = steps.pop();
				state = back.before;
				done.clear(back.event.operation);
				putBack(back.event);
				event = back.event.next;
			}
		}
		return "";
	}

	// Returns the state behind an operation, or null if it can't come here.
	private static long @Nullable [] apply(Operation operation, long[] state) {
		if (operation.isPut()) {
			long[] after = state.clone();
			after[operation.timestamp()] = operation.value();
			return after;
		}
		return Arrays.equals(operation.observed(), state) ? state : null;
	}

	private void note(Event end, int done) {
		if (this.stuckAt == null || done > this.mostDone) {
			this.mostDone = done;
			this.stuckAt = this.operations.get(end.operation);
		}
	}

	private void takeOut(Event begin) {
		unlink(begin);
		if (begin.end != null) {
			unlink(begin.end);
			this.endsLeft--;
		}
	}

	private void putBack(Event begin) {
		if (begin.end != null) {
			link(begin.end);
			this.endsLeft++;
		}
		link(begin);
	}

	private static void unlink(Event event) {
		event.previous.next = event.next;
		if (event.next != null) {
			event.next.previous = event.previous;
		}
	}

	private static void link(Event event) {
		event.previous.next = event;
		if (event.next != null) {
			event.next.previous = event;
		}
	}

	/**
	 * The begin or the end of an operation.
	 */
	private static final class Event {

		private final int operation;

		private final long time;

		private final boolean begins;

		private @Nullable Event end;

		private Event previous = this;

		private @Nullable Event next;

		Event(int operation, long time, boolean begins) {
			this.operation = operation;
			this.time = time;
			this.begins = begins;
		}

	}

	/**
	 * What was chosen, and what the series held before.
	 */
	private static final class Step {

		private final Event event;

		private final long[] before;

		Step(Event event, long[] before) {
			this.event = event;
			this.before = before;
		}

	}

	/**
	 * Which operations were done, and what the series held then.
	 */
	private static final class Configuration {

		private final BitSet done;

		private final long[] state;

		private final int hash;

		Configuration(BitSet done, long[] state) {
			this.done = done;
			this.state = state;
			this.hash = done.hashCode() * 31 + Arrays.hashCode(state);
		}

		@Override
		public boolean equals(@Nullable Object other) {
			return other instanceof Configuration that && this.hash == that.hash
					&& Arrays.equals(this.state, that.state) && this.done.equals(that.done);
		}

		@Override
		public int hashCode() {
			return this.hash;
		}

	}

}
