package io.eardrum.web.graphite.series;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

import io.eardrum.budget.HeapShare;
import io.eardrum.budget.RequestBudget;
import io.eardrum.metric.SeriesKey;
import io.eardrum.metric.pattern.KeyPattern;
import io.eardrum.web.graphite.query.QueryException;

/**
 * How many values requests may hold in memory at one time, eight bytes each: one of them,
 * and all together. What is around the values counts too: an array of few of them is a
 * small part of its series. Any number of threads may use it at once. Long, for it names
 * all that a request takes memory for.
 */
public final class ValueBudget {

	/**
	 * What a series takes besides its values and its name, in values: its objects, and
	 * its places in lists and tables. Measured: 250 bytes with one value.
	 */
	static final int SERIES_VALUES = 32;

	/** What a part of a target takes: its object, and its place in a list. */
	private static final int EXPRESSION_VALUES = 16;

	/** What a key takes that was found: its object, and its places in lists. */
	private static final int KEY_VALUES = 12;

	/** How many characters take as much as a value, with two bytes each. */
	private static final int CHARACTERS_A_VALUE = 4;

	/** The longest array that there is, nearly. */
	private static final int MAX_ARRAY = Integer.MAX_VALUE - 64;

	private final long maxValues;

	private final long maxValuesOfOne;

	private final AtomicLong used = new AtomicLong();

	/**
	 * Creates a budget.
	 * @param maxValues how many values there may be, 1 or more
	 */
	public ValueBudget(long maxValues) {
		this(maxValues, maxValues);
	}

	/**
	 * Creates a budget.
	 * @param maxValues how many values there may be in all, 1 or more
	 * @param maxValuesOfOne how many values one request may have, 1 or more
	 */
	public ValueBudget(long maxValues, long maxValuesOfOne) {
		this.maxValues = maxValues;
		this.maxValuesOfOne = Math.min(maxValues, maxValuesOfOne);
	}

	/**
	 * Opens an account for a request, which closes it when the answer has been sent.
	 * @param budget the time and the work of the request
	 * @param memory whence its memory is reserved
	 * @return the account
	 */
	public Account open(RequestBudget budget, Memory memory) {
		return new Account(budget, memory);
	}

	/**
	 * Returns how many values are in use.
	 * @return the number of values of all open accounts
	 */
	public long used() {
		return this.used.get();
	}

	static long valuesOf(String name) {
		return name.length() / CHARACTERS_A_VALUE;
	}

	/**
	 * What one request has taken: memory, work, and time. For one thread. All methods
	 * that take memory throw
	 * <ul>
	 * <li>a {@link QueryException} if this request asks for more than there may ever
	 * be,</li>
	 * <li>a {@link BudgetExceededException} or a
	 * {@link io.eardrum.budget.HeapExhaustedException} if other requests have taken too
	 * much.</li>
	 * </ul>
	 * All methods that take note of work throw a
	 * {@link io.eardrum.budget.RequestEndedException} if this request has to end.
	 */
	public final class Account implements AutoCloseable {

		private final RequestBudget budget;

		private final Memory memory;

		private long taken;

		private Account(RequestBudget budget, Memory memory) {
			this.budget = budget;
			this.memory = memory;
		}

		/**
		 * Notes work that takes time in proportion to what is there, or to what is asked
		 * for: looks at values, keys and characters.
		 * @param amount how much of it; 1 is about what it takes to look at a byte
		 */
		public void work(long amount) {
			this.budget.work(amount);
		}

		/**
		 * Looks at once whether this request has to end.
		 */
		public void check() {
			this.budget.check();
		}

		/**
		 * Makes room for the values of a series.
		 * @param count how many
		 * @return a new array of that length, all of it 0
		 */
		public double[] values(long count) {
			take(count + SERIES_VALUES);
			work(count + SERIES_VALUES);
			return new double[(int) count];
		}

		/**
		 * Makes room for a name.
		 * @param name the name
		 */
		public void name(String name) {
			take(valuesOf(name));
			work(name.length());
		}

		/**
		 * Makes room for something else that has a name, and for its name once more.
		 * @param name its name
		 */
		public void named(String name) {
			take(SERIES_VALUES + valuesOf(name));
			work(name.length());
		}

		/**
		 * Makes room for a key that has been found.
		 * @param key the key
		 */
		public void key(SeriesKey key) {
			take(KEY_VALUES + key.length() / Double.BYTES);
		}

		/**
		 * Makes room for a pattern that is about to be read.
		 * @param text the pattern
		 */
		public void pattern(String text) {
			long bytes = KeyPattern.maxBytes(text);
			take(bytes / Double.BYTES);
			work(bytes);
		}

		/**
		 * Makes room for the texts in a target that is about to be read.
		 * @param target the target
		 */
		public void target(String target) {
			take(2L * target.length() / CHARACTERS_A_VALUE);
			work(target.length());
		}

		/** Makes room for a part of a target. */
		public void expression() {
			take(EXPRESSION_VALUES);
			work(EXPRESSION_VALUES);
		}

		/**
		 * Makes room for anything else.
		 * @param count how much of it, in values
		 */
		public void take(long count) {
			if (count > Math.min(ValueBudget.this.maxValuesOfOne - this.taken, MAX_ARRAY)) {
				throw new QueryException("The answer takes more than " + ValueBudget.this.maxValuesOfOne
						+ " values in memory (eardrum.render.max-values, eardrum.heap.queries). Ask for fewer series, "
						+ "or a shorter time.");
			}
			takeOfAll(count);
			boolean reserved = false;
			try {
				this.memory.reserve(count * Double.BYTES);
				reserved = true;
			}
			finally {
				if (!reserved) {
					ValueBudget.this.used.addAndGet(-count);
				}
			}
			this.taken += count;
		}

		// Nothing is added that does not fit, not even for a moment: others would be
		// refused then.
		private void takeOfAll(long count) {
			long before;
			do {
				before = ValueBudget.this.used.get();
				if (count > ValueBudget.this.maxValues - before) {
					throw new BudgetExceededException();
				}
			}
			while (!ValueBudget.this.used.compareAndSet(before, before + count));
		}

		/**
		 * Returns how much this request holds.
		 * @return the number of values
		 */
		public long taken() {
			return this.taken;
		}

		/**
		 * Gives back what was taken for something that nobody holds any more.
		 * @param count how much, in values; what is more than was taken does not count
		 */
		public void release(long count) {
			long released = Math.min(count, this.taken);
			this.taken -= released;
			ValueBudget.this.used.addAndGet(-released);
			this.memory.release(released * Double.BYTES);
		}

		/**
		 * Gives back all that was taken on the way to some series, but for the series.
		 * @param before what was {@link #taken()} before
		 * @param held what is left of all that was made since, in values
		 */
		public void keep(long before, long held) {
			work(held / SERIES_VALUES);
			release(Math.max(0, this.taken - before - held));
		}

		@Override
		public void close() {
			release(this.taken);
		}

	}

	/**
	 * Whence the memory of a request is reserved.
	 */
	public interface Memory {

		/**
		 * Reserves memory.
		 * @param bytes how much
		 * @throws io.eardrum.budget.HeapExhaustedException if there is not as much
		 */
		void reserve(long bytes);

		/**
		 * Releases memory.
		 * @param bytes how much of what has been reserved
		 */
		void release(long bytes);

		/**
		 * Returns the memory of a share, which is not waited for.
		 * @param share the share
		 * @return its memory
		 */
		static Memory of(HeapShare share) {
			return new Memory() {

				@Override
				public void reserve(long bytes) {
					share.reserve(bytes, Duration.ZERO);
				}

				@Override
				public void release(long bytes) {
					share.release(bytes);
				}

			};
		}

	}

}
