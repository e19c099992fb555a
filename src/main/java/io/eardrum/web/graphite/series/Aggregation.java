package io.eardrum.web.graphite.series;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

import io.eardrum.web.graphite.query.QueryException;

/**
 * Computes one value from several. A missing value is NaN, and is left out unless stated
 * otherwise. If all values are missing, or there are none, the result is missing too.
 */
public enum Aggregation {

	/** The sum divided by the number of values. */
	AVERAGE("average") {
		@Override
		double ofPresent(double[] values, int count) {
			return sum(values, count) / count;
		}
	},

	/** The average, with 0 for missing values. */
	AVERAGE_WITH_ZEROS("avg_zero") {
		@Override
		public double of(double[] values, int count) {
			double sum = 0;
			for (int i = 0; i < count; i++) {
				sum += Double.isNaN(values[i]) ? 0 : values[i];
			}
			return (count > 0) ? sum / count : Double.NaN;
		}
	},

	/** The middle one, or the average of the two in the middle. */
	MEDIAN("median") {
		@Override
		double ofPresent(double[] values, int count) {
			double[] sorted = Arrays.copyOf(values, count);
			Arrays.sort(sorted);
			int middle = count / 2;
			return (count % 2 == 0) ? (sorted[middle - 1] + sorted[middle]) / 2 : sorted[middle];
		}
	},

	/** The sum. */
	SUM("sum") {
		@Override
		double ofPresent(double[] values, int count) {
			return sum(values, count);
		}
	},

	/** The lowest value. */
	MIN("min") {
		@Override
		double ofPresent(double[] values, int count) {
			double min = values[0];
			for (int i = 1; i < count; i++) {
				min = Math.min(min, values[i]);
			}
			return min;
		}
	},

	/** The highest value. */
	MAX("max") {
		@Override
		double ofPresent(double[] values, int count) {
			double max = values[0];
			for (int i = 1; i < count; i++) {
				max = Math.max(max, values[i]);
			}
			return max;
		}
	},

	/** The first value less all others. */
	DIFF("diff") {
		@Override
		double ofPresent(double[] values, int count) {
			double diff = values[0];
			for (int i = 1; i < count; i++) {
				diff -= values[i];
			}
			return diff;
		}
	},

	/** The standard deviation of the whole population. */
	STDDEV("stddev") {
		@Override
		double ofPresent(double[] values, int count) {
			double average = sum(values, count) / count;
			double squares = 0;
			for (int i = 0; i < count; i++) {
				squares += (values[i] - average) * (values[i] - average);
			}
			return Math.sqrt(squares / count);
		}
	},

	/** The number of values that are present, which may be 0. */
	COUNT("count") {
		@Override
		public double of(double[] values, int count) {
			int present = 0;
			for (int i = 0; i < count; i++) {
				present += Double.isNaN(values[i]) ? 0 : 1;
			}
			return present;
		}
	},

	/** The highest value less the lowest. */
	RANGE("range") {
		@Override
		double ofPresent(double[] values, int count) {
			return MAX.ofPresent(values, count) - MIN.ofPresent(values, count);
		}
	},

	/** The product, which is missing if any value is missing. */
	MULTIPLY("multiply") {
		@Override
		public double of(double[] values, int count) {
			double product = (count > 0) ? values[0] : Double.NaN;
			for (int i = 1; i < count; i++) {
				product *= values[i];
			}
			return product;
		}
	},

	/** The first value that is present. */
	FIRST("first") {
		@Override
		double ofPresent(double[] values, int count) {
			return values[0];
		}
	},

	/** The last value that is present. */
	LAST("last") {
		@Override
		double ofPresent(double[] values, int count) {
			return values[count - 1];
		}
	};

	private static final Map<String, Aggregation> ALIASES = Map.of("avg", AVERAGE, "total", SUM, "current", LAST,
			"rangeOf", RANGE);

	private final String graphiteName;

	Aggregation(String graphiteName) {
		this.graphiteName = graphiteName;
	}

	/**
	 * Finds an aggregation by the name that Graphite gives it.
	 * @param name the name, such as {@code avg} or {@code sumSeries}
	 * @return the aggregation
	 * @throws QueryException if there is no such aggregation
	 */
	public static Aggregation named(String name) {
		Aggregation found = find(name);
		if (found == null) {
			throw new QueryException(QueryException.quoted(name) + " is not an aggregation; there are "
					+ String.join(", ", names()) + ".");
		}
		return found;
	}

	/**
	 * Finds an aggregation by the name that Graphite gives it.
	 * @param name the name, such as {@code avg} or {@code sumSeries}
	 * @return the aggregation, or {@code null} if there is no such aggregation
	 */
	public static @Nullable Aggregation find(String name) {
		String plain = name.endsWith("Series") ? name.substring(0, name.length() - "Series".length()) : name;
		Aggregation alias = ALIASES.get(plain);
		if (alias != null) {
			return alias;
		}
		for (Aggregation aggregation : values()) {
			if (aggregation.graphiteName.equals(plain)) {
				return aggregation;
			}
		}
		return null;
	}

	/**
	 * Lists what {@link #named} finds.
	 * @return the names, sorted
	 */
	public static List<String> names() {
		return Stream
			.concat(ALIASES.keySet().stream(), Arrays.stream(values()).map((aggregation) -> aggregation.graphiteName))
			.sorted()
			.toList();
	}

	/**
	 * Returns whether this aggregation can take one value after the other with
	 * {@link #fold} and computes the same result, to the last bit.
	 * @return whether it can
	 */
	public boolean isFoldable() {
		return switch (this) {
			case MEDIAN, STDDEV, RANGE -> false;
			default -> true;
		};
	}

	/**
	 * Adds one value.
	 * @param folded the result for the values before; any number if there were none
	 * @param present how many of the values before were present
	 * @param count how many values there were before, including missing ones
	 * @param value the value, or NaN
	 * @return the result for all of them
	 */
	double fold(double folded, double present, long count, double value) {
		if (this == MULTIPLY) {
			return (count > 0) ? folded * value : value;
		}
		if (Double.isNaN(value)) {
			return folded;
		}
		return switch (this) {
			case AVERAGE, AVERAGE_WITH_ZEROS, SUM -> folded + value;
			case MIN -> (present > 0) ? Math.min(folded, value) : value;
			case MAX -> (present > 0) ? Math.max(folded, value) : value;
			case DIFF -> (present > 0) ? folded - value : value;
			case FIRST -> (present > 0) ? folded : value;
			case LAST -> value;
			case COUNT -> folded + 1;
			default -> throw new UnsupportedOperationException(this + " takes all values at once");
		};
	}

	/**
	 * Finishes a fold.
	 * @param folded the folded values, at least one of which was present
	 * @param present how many of the values were present
	 * @param count how many values there were, including missing ones
	 * @return the value
	 */
	double folded(double folded, double present, long count) {
		return switch (this) {
			case AVERAGE -> folded / present;
			case AVERAGE_WITH_ZEROS -> folded / count;
			default -> folded;
		};
	}

	/**
	 * Computes one value from several.
	 * @param values the values, at the front of this array; they may be moved
	 * @param count how many values there are
	 * @return the value, or NaN
	 */
	public double of(double[] values, int count) {
		int present = 0;
		for (int i = 0; i < count; i++) {
			if (!Double.isNaN(values[i])) {
				values[present++] = values[i];
			}
		}
		return (present > 0) ? ofPresent(values, present) : Double.NaN;
	}

	double ofPresent(double[] values, int count) {
		throw new UnsupportedOperationException(this + " takes all values");
	}

	private static double sum(double[] values, int count) {
		double sum = 0;
		for (int i = 0; i < count; i++) {
			sum += values[i];
		}
		return sum;
	}

}
