package io.eardrum.web.graphite.series;

import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

import org.jspecify.annotations.Nullable;

/**
 * Combines several series into one, value by value, without holding any of them: each is
 * folded into the result so far. If all have the same grid, one pass suffices. Otherwise
 * the grid is known only after the last series, so all of them have to be added a second
 * time: {@link #restart}.
 * <p>
 * For one thread.
 */
public final class SeriesFold {

	private final ValueBudget.Account account;

	private final Aggregation aggregation;

	private final CommonGrid common = new CommonGrid();

	private final Set<String> paths = new LinkedHashSet<>();

	private int pathsLength;

	private final Map<String, String> tags = new HashMap<>();

	private @Nullable Grid grid;

	private double[] folded = {};

	/** How many values of each slot were present; empty as long as none was missing. */
	private double[] present = {};

	/** How many series were added in this pass. */
	private long count;

	private double xFilesFactor;

	private boolean again;

	private boolean mixed;

	/**
	 * Creates a fold.
	 * @param account the account from which the memory for its values is taken
	 * @param aggregation a {@linkplain Aggregation#isFoldable foldable} aggregation
	 */
	public SeriesFold(ValueBudget.Account account, Aggregation aggregation) {
		this.account = account;
		this.aggregation = aggregation;
	}

	/**
	 * Adds a series.
	 * @param series the series, which is not kept
	 */
	public void add(GridSeries series) {
		if (!this.again) {
			describe(series);
			Grid all = this.common.grid();
			if (this.grid == null) {
				begin(all);
			}
			this.mixed |= !all.equals(this.grid);
		}
		if (!this.mixed) {
			fold(series);
		}
		this.count++;
	}

	private void describe(GridSeries series) {
		this.common.add(series);
		this.xFilesFactor = Math.max(this.xFilesFactor, series.xFilesFactor());
		// Paths beyond that length are not listed.
		if (this.pathsLength <= SeriesName.MAX_LENGTH && this.paths.add(series.path())) {
			this.account.named(series.path());
			this.pathsLength += series.path().length();
		}
		if (this.count == 0) {
			this.tags.putAll(series.tags());
		}
		else if (!this.tags.isEmpty()) {
			this.tags.entrySet().retainAll(series.tags().entrySet());
		}
	}

	private void begin(Grid newGrid) {
		this.grid = newGrid;
		this.folded = this.account.values(newGrid.size());
		this.present = new double[0];
	}

	private void fold(GridSeries series) {
		long before = this.account.taken();
		this.account.work(this.folded.length);
		double[] values = series.onto(Objects.requireNonNull(this.grid));
		for (int i = 0; i < this.folded.length; i++) {
			this.folded[i] = this.aggregation.fold(this.folded[i], present(i), this.count, values[i]);
		}
		this.account.release(this.account.taken() - before);
		if (this.present.length == 0 && hasGap(values)) {
			this.present = this.account.values(this.folded.length);
			Arrays.fill(this.present, (double) this.count);
		}
		for (int i = 0; i < this.present.length; i++) {
			this.present[i] += Double.isNaN(values[i]) ? 0 : 1;
		}
	}

	private double present(int slot) {
		return (this.present.length == 0) ? this.count : this.present[slot];
	}

	private static boolean hasGap(double[] values) {
		for (double value : values) {
			if (Double.isNaN(value)) {
				return true;
			}
		}
		return false;
	}

	/**
	 * Starts again on the grid of all series added so far, if they were added on another
	 * one.
	 * @return whether the same series have to be added once more
	 */
	public boolean restart() {
		if (this.again || !this.mixed) {
			return false;
		}
		this.account.release(this.folded.length + this.present.length);
		begin(this.common.grid());
		this.again = true;
		this.mixed = false;
		this.count = 0;
		return true;
	}

	/**
	 * Returns how many series have been added.
	 * @return the number of series in this pass
	 */
	public long count() {
		return this.count;
	}

	/**
	 * Returns the paths of the series, each of them once, or only the first ones if there
	 * are too many.
	 * @return the paths with commas between them
	 */
	public String paths() {
		return SeriesName.list(this.paths);
	}

	/**
	 * Returns which fraction of several values has to be present.
	 * @return the highest fraction that one of the series requires
	 */
	public double xFilesFactor() {
		return this.xFilesFactor;
	}

	/**
	 * Returns the tags that all series have in common.
	 * @return a new map
	 */
	public Map<String, String> commonTags() {
		return new HashMap<>(this.tags);
	}

	/**
	 * Ends the fold, to which at least one series has been added.
	 * @param name the name of the result
	 * @param required which fraction of the values has to be present
	 * @return one series, with its name as a tag
	 */
	public GridSeries result(String name, double required) {
		for (int i = 0; i < this.folded.length; i++) {
			double there = present(i);
			boolean enough = there > 0 && there / this.count >= required;
			this.folded[i] = enough ? this.aggregation.folded(this.folded[i], there, this.count) : Double.NaN;
		}
		return GridSeries.of(this.account, name, Objects.requireNonNull(this.grid), this.folded);
	}

}
