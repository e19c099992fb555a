package io.eardrum.web.graphite.series;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.Iterator;
import java.util.List;
import java.util.function.UnaryOperator;

import org.jspecify.annotations.Nullable;

/**
 * The series of an answer. Once it exists, the request holds no other memory for values.
 * While it is written, the memory of each series is released as soon as the next one is
 * requested, so that a slow client holds less and less.
 * <p>
 * For one thread.
 */
public final class Answer implements Iterable<GridSeries> {

	private final ValueBudget.Account account;

	private final Deque<GridSeries> series = new ArrayDeque<>();

	/** How many of the series share the same values. */
	private final IdentityHashMap<Object, Integer> holders = new IdentityHashMap<>();

	/**
	 * Creates an answer.
	 * @param account the account of the series; everything else in it is released
	 * @param series the series, which must not be held elsewhere
	 */
	public Answer(ValueBudget.Account account, List<GridSeries> series) {
		this.account = account;
		account.keep(0, GridSeries.heldBy(series));
		series.forEach(this::add);
	}

	private void add(GridSeries one) {
		this.series.add(one);
		this.holders.merge(one.identity(), 1, Integer::sum);
	}

	private void release(GridSeries one) {
		Integer others = this.holders.computeIfPresent(one.identity(),
				(values, count) -> (count > 1) ? count - 1 : null);
		long held = one.held();
		this.account.release((others != null) ? held - one.size() - ValueBudget.SERIES_VALUES : held);
	}

	/**
	 * Returns the series.
	 * @return a new list
	 */
	public List<GridSeries> list() {
		return new ArrayList<>(this.series);
	}

	/**
	 * Removes all series.
	 */
	public void clear() {
		this.series.forEach(this::release);
		this.series.clear();
	}

	/**
	 * Replaces each series.
	 * @param operator creates the replacement, or returns the same series
	 */
	public void replaceAll(UnaryOperator<GridSeries> operator) {
		for (int i = this.series.size(); i > 0; i--) {
			GridSeries one = this.series.remove();
			long before = this.account.taken();
			GridSeries other = operator.apply(one);
			if (other != one) {
				this.account.keep(before, other.held());
				release(one);
				add(other);
			}
			else {
				this.series.add(one);
			}
		}
	}

	/**
	 * Returns each series once, and releases it when the next one is requested.
	 * @return the series; the answer is empty after the last one
	 */
	@Override
	public Iterator<GridSeries> iterator() {
		return new Iterator<>() {

			private @Nullable GridSeries last;

			@Override
			public boolean hasNext() {
				if (this.last != null) {
					release(this.last);
					this.last = null;
				}
				return !Answer.this.series.isEmpty();
			}

			@Override
			public GridSeries next() {
				GridSeries next = Answer.this.series.remove();
				Answer.this.account.work(next.size() + 1L);
				this.last = next;
				return next;
			}

		};
	}

}
