package io.eardrum.web.graphite.series;

import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.DoubleUnaryOperator;
import java.util.function.Supplier;

/**
 * A series on a grid: for each step of time it has one value or none. Immutable: methods
 * that change it return another series, and those that only rename it share the values.
 */
public final class GridSeries {

	/** The tag that contains the name of a series in the store. */
	public static final String NAME_TAG = "name";

	private final ValueBudget.Account account;

	private final SeriesTitle title;

	private final Map<String, String> tags;

	private final Grid grid;

	private final double[] values;

	private final Aggregation consolidation;

	private final double xFilesFactor;

	private GridSeries(ValueBudget.Account account, SeriesTitle title, Map<String, String> tags, Grid grid,
			double[] values, Aggregation consolidation, double xFilesFactor) {
		this.account = account;
		this.title = title;
		this.tags = tags;
		this.grid = grid;
		this.values = values;
		this.consolidation = consolidation;
		this.xFilesFactor = xFilesFactor;
	}

	/**
	 * Creates a series that is consolidated by its average.
	 * @param account the account from which the values were taken, and from which the
	 * values of derived series are taken
	 * @param name the name of the series
	 * @param grid the times of the values
	 * @param values the values, NaN where there is none; they must not be changed any
	 * more
	 * @return the series
	 */
	public static GridSeries of(ValueBudget.Account account, String name, Grid grid, double[] values) {
		account.name(name);
		return new GridSeries(account, SeriesTitle.of(name), Map.of(NAME_TAG, name), grid, values, Aggregation.AVERAGE,
				0);
	}

	public String name() {
		return this.title.name();
	}

	/**
	 * Returns the name that this series has in the names of derived series: the pattern
	 * by which it was found, or the expression that made it, with patterns in it.
	 * @return the path
	 */
	public String path() {
		return this.title.path();
	}

	public Map<String, String> tags() {
		return this.tags;
	}

	/**
	 * Returns the time of the first value.
	 * @return seconds since 1970
	 */
	public long start() {
		return this.grid.start();
	}

	/**
	 * Returns where this series ends.
	 * @return the first second after the series, in seconds since 1970
	 */
	public long end() {
		return this.grid.end();
	}

	/**
	 * Returns the time from one value to the next.
	 * @return seconds, 1 or more
	 */
	public long step() {
		return this.grid.step();
	}

	public int size() {
		return this.values.length;
	}

	/**
	 * Returns a value.
	 * @param index its number, from 0
	 * @return the value, or NaN
	 */
	public double value(int index) {
		return this.values[index];
	}

	/**
	 * Returns the time of a value.
	 * @param index its number, from 0
	 * @return seconds since 1970
	 */
	public long time(int index) {
		return this.grid.time(index);
	}

	public Aggregation consolidation() {
		return this.consolidation;
	}

	public double xFilesFactor() {
		return this.xFilesFactor;
	}

	/**
	 * Aggregates all values.
	 * @param aggregation the aggregation
	 * @return the value, or NaN
	 */
	public double total(Aggregation aggregation) {
		long before = this.account.taken();
		double[] copy = room(this.values.length);
		copy(0, copy, copy.length);
		double total = aggregation.of(copy, copy.length);
		this.account.release(this.account.taken() - before);
		return total;
	}

	// Returns the same object for all series that share their values.
	Object identity() {
		return this.values;
	}

	/**
	 * Returns how much some series hold, as their account counts it. Values that several
	 * of them share count once.
	 * @param series the series
	 * @return the number of values
	 */
	public static long heldBy(Iterable<GridSeries> series) {
		Set<double[]> counted = Collections.newSetFromMap(new IdentityHashMap<>());
		long held = 0;
		for (GridSeries one : series) {
			held += counted.add(one.values) ? one.held() : one.title.values();
		}
		return held;
	}

	long held() {
		return this.title.values() + this.values.length + ValueBudget.SERIES_VALUES;
	}

	/**
	 * Reserves memory for the values of a series derived from this one.
	 * @param count how many values
	 * @return a new array
	 */
	public double[] room(long count) {
		return this.account.values(count);
	}

	/**
	 * Runs an action that takes memory for a moment.
	 * @param <T> the type of its result
	 * @param count how much memory, in values
	 * @param action the action
	 * @return its result
	 */
	public <T> T whileHolding(long count, Supplier<T> action) {
		this.account.take(count);
		try {
			return action.get();
		}
		finally {
			this.account.release(count);
		}
	}

	/**
	 * Counts work on this series.
	 * @param amount how much, in values examined
	 */
	public void work(long amount) {
		this.account.work(amount);
	}

	/**
	 * Returns whether there are enough values to compute one from them.
	 * @param present how many values are present
	 * @param possible how many there could be
	 * @return whether there is at least one, and the fraction that this series requires
	 */
	public boolean isEnough(int present, double possible) {
		return present > 0 && present / possible >= this.xFilesFactor;
	}

	/**
	 * Returns this series with another name, for people to read.
	 * @param newName the name
	 * @return the series with that name and the same path
	 */
	public GridSeries withName(String newName) {
		SeriesName.requireLength(newName.length());
		return titled(this.title.named(newName));
	}

	/**
	 * Returns this series with the name of the call that created it.
	 * @param newName the name, which is also its path; cut if it is too long
	 * @return the series with that name
	 */
	public GridSeries withPath(String newName) {
		return withPath(newName, newName);
	}

	/**
	 * Returns this series with the name and the path of the call that created it.
	 * @param newName the name, cut if it is too long
	 * @param newPath the path, cut if it is too long
	 * @return the series with both
	 */
	public GridSeries withPath(String newName, String newPath) {
		return titled(SeriesTitle.withPath(SeriesName.of(newName), SeriesName.of(newPath)));
	}

	/**
	 * Returns this series with a call in its name and in its path, as in
	 * {@code scale(palm.cpu,2)} and {@code scale(palm.*,2)}.
	 * @param before the text of the call before its first argument
	 * @param after the text after it
	 * @return the series with both, cut if they are too long
	 */
	public GridSeries within(String before, String after) {
		return titled(this.title.within(before, after));
	}

	private GridSeries titled(SeriesTitle newTitle) {
		this.account.take(newTitle.values());
		work(newTitle.name().length());
		return copy(newTitle, this.tags, this.consolidation, this.xFilesFactor);
	}

	private GridSeries copy(SeriesTitle newTitle, Map<String, String> newTags, Aggregation aggregation, double factor) {
		return new GridSeries(this.account, newTitle, newTags, this.grid, this.values, aggregation, factor);
	}

	/**
	 * Returns this series with the pattern by which it was found.
	 * @param pattern the pattern
	 * @return the series with that path and the same name
	 */
	public GridSeries foundBy(String pattern) {
		return copy(this.title.foundBy(pattern), this.tags, this.consolidation, this.xFilesFactor);
	}

	public GridSeries withTags(Map<String, String> newTags) {
		return copy(this.title, Map.copyOf(newTags), this.consolidation, this.xFilesFactor);
	}

	public GridSeries withConsolidation(Aggregation aggregation) {
		return copy(this.title, this.tags, aggregation, this.xFilesFactor);
	}

	/**
	 * Returns this series with another fraction of values that have to be present.
	 * @param factor the fraction, from 0 to 1
	 * @return the series with that fraction
	 */
	public GridSeries withXFilesFactor(double factor) {
		return copy(this.title, this.tags, this.consolidation, factor);
	}

	/**
	 * Returns this series with other values at the same times.
	 * @param newValues the values, which must not be changed any more
	 * @return the series with those values
	 */
	public GridSeries withValues(double[] newValues) {
		return withValues(this.grid, newValues);
	}

	/**
	 * Returns this series with other values at other times.
	 * @param newGrid the times
	 * @param newValues the values, which must not be changed any more
	 * @return the series with those values
	 */
	public GridSeries withValues(Grid newGrid, double[] newValues) {
		return new GridSeries(this.account, this.title, this.tags, newGrid, newValues, this.consolidation,
				this.xFilesFactor);
	}

	/**
	 * Moves this series in time.
	 * @param newStart the time of its first value, in seconds since 1970
	 * @param newEnd where it ends
	 * @return the series with the same values
	 */
	public GridSeries movedTo(long newStart, long newEnd) {
		return withValues(new Grid(newStart, newEnd, step()), this.values);
	}

	/**
	 * Changes each value that is present.
	 * @param operator computes the new value; NaN removes it
	 * @return the series with those values
	 */
	public GridSeries map(DoubleUnaryOperator operator) {
		double[] newValues = room(this.values.length);
		for (int i = 0; i < newValues.length; i++) {
			newValues[i] = Double.isNaN(this.values[i]) ? Double.NaN : operator.applyAsDouble(this.values[i]);
		}
		return withValues(newValues);
	}

	/**
	 * Copies some values.
	 * @param from the number of the first value
	 * @param target the array to whose front they are copied
	 * @param count how many values
	 */
	public void copy(int from, double[] target, int count) {
		System.arraycopy(this.values, from, target, 0, count);
	}

	/**
	 * Aggregates each group of consecutive values into one value, with
	 * {@link #consolidation()}.
	 * @param first the number of the first value to take
	 * @param count how many values become one
	 * @param newStart the time of the first new value
	 * @return the shorter series
	 */
	public GridSeries consolidated(int first, int count, long newStart) {
		double[] newValues = room((this.values.length - first + count - 1L) / count);
		double[] slot = room(Math.min(count, this.values.length));
		for (int i = 0; i < newValues.length; i++) {
			int from = first + i * count;
			int length = Math.min(count, this.values.length - from);
			copy(from, slot, length);
			newValues[i] = consolidate(slot, length, count);
		}
		return withValues(new Grid(newStart, end(), step() * count), newValues);
	}

	/**
	 * Puts this series on another grid, and consolidates the values of each slot.
	 * @param other the grid; a value is in one slot, also if its steps are shorter
	 * @return the values, one for each slot
	 */
	double[] onto(Grid other) {
		if (step() == other.step() && start() == other.start() && this.values.length == other.size()) {
			return this.values;
		}
		double[] target = room(other.size());
		double[] slot = room(Math.min(this.values.length, other.step() / step() + 1));
		double possible = (double) other.step() / step();
		int next = 0;
		for (int i = 0; i < target.length; i++) {
			int length = 0;
			while (next < this.values.length && time(next) < other.time(i + 1)) {
				slot[length++] = this.values[next++];
			}
			target[i] = (length == 1 && possible == 1) ? slot[0] : consolidate(slot, length, possible);
		}
		return target;
	}

	private double consolidate(double[] slot, int length, double possible) {
		int present = 0;
		for (int i = 0; i < length; i++) {
			present += Double.isNaN(slot[i]) ? 0 : 1;
		}
		return isEnough(present, possible) ? this.consolidation.of(slot, length) : Double.NaN;
	}

	@Override
	public String toString() {
		return name() + " from " + start() + " to " + end() + " every " + step() + " s, " + this.values.length
				+ " values";
	}

}
