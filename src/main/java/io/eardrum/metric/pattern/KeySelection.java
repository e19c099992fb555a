package io.eardrum.metric.pattern;

import java.util.Collection;
import java.util.List;
import java.util.function.LongConsumer;

/**
 * What someone looks for among all keys: those that match one of some patterns, or one
 * key for each node that does. A store uses it to pass over keys that are not wanted. It
 * may pass on more than are wanted, so whoever asks still compares each of them.
 * <p>
 * Immutable, except for what the one who counts the work does.
 */
public final class KeySelection {

	/** Selects all keys. */
	public static final KeySelection ALL = new KeySelection(List.of(), true, false, (work) -> {
	});

	private final List<KeyPattern> patterns;

	private final boolean all;

	private final boolean nodes;

	private final LongConsumer work;

	private KeySelection(List<KeyPattern> patterns, boolean all, boolean nodes, LongConsumer work) {
		this.patterns = patterns;
		this.all = all;
		this.nodes = nodes;
		this.work = work;
	}

	/**
	 * Selects the keys that match a pattern.
	 * @param pattern the pattern
	 * @return the selection
	 */
	public static KeySelection of(KeyPattern pattern) {
		return of(List.of(pattern));
	}

	/**
	 * Selects the keys that match any of some patterns.
	 * @param patterns the patterns
	 * @return the selection
	 */
	public static KeySelection of(Collection<KeyPattern> patterns) {
		return new KeySelection(List.copyOf(patterns), false, false, ALL.work);
	}

	/**
	 * Selects the nodes that match any of some patterns, by their keys: for each node one
	 * key that ends there and one that continues, as far as there are such keys.
	 * @param patterns the patterns
	 * @return the selection
	 * @see KeyPattern#forEachMatch
	 */
	public static KeySelection ofNodes(Collection<KeyPattern> patterns) {
		return new KeySelection(List.copyOf(patterns), false, true, ALL.work);
	}

	/**
	 * Returns the same selection, whose work is counted.
	 * @param counter takes the units of work that were done to find keys, where one is
	 * about the work of looking at a byte; it may throw an exception to end the search
	 * @return the selection
	 */
	public KeySelection countedBy(LongConsumer counter) {
		return new KeySelection(this.patterns, this.all, this.nodes, counter);
	}

	/**
	 * Returns whether nothing is known that would make any key unwanted.
	 * @return whether all keys are selected
	 */
	public boolean isAll() {
		return this.all;
	}

	/**
	 * Finds the selected keys.
	 * @param keys the keys, in order
	 * @param maxSteps how many keys may be looked at to find out which are selected
	 * @param places takes the places of the keys, some perhaps twice, with some that are
	 * not selected between them
	 * @return whether all of them were found. If not, there were too many keys to look at
	 * or too many places
	 */
	public boolean find(SortedKeys keys, int maxSteps, SortedKeys.Places places) {
		if (this.all) {
			return places.add(0, keys.size());
		}
		int steps = maxSteps;
		for (KeyPattern pattern : this.patterns) {
			PatternWalk walk = new PatternWalk(pattern, this.nodes, keys, places, steps, this.work);
			if (!walk.walk()) {
				return false;
			}
			steps = walk.stepsLeft();
		}
		return true;
	}

}
