package io.eardrum.web.graphite.series;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

import io.eardrum.budget.HeapShare;
import io.eardrum.budget.RequestBudget;
import io.eardrum.metric.SeriesKey;
import io.eardrum.metric.pattern.KeyPattern;
import io.eardrum.web.graphite.query.QueryException;

/**
 * Limits how many values of eight bytes requests may hold in memory at one time: each
 * request, and all together. The objects around the values count too, because an array
 * with few values is only a small part of its series. Safe for any number of threads.
 */
public final class ValueBudget {

	/**
	 * The memory for a series without its values and its name, in values: its objects,
	 * and its entries in lists and tables. Measured: 250 bytes with one value.
	 */
	static final int SERIES_VALUES = 32;

	/**
	 * The memory for a part of a target, in values: its object, and its entry in a list.
	 */
	private static final int EXPRESSION_VALUES = 16;

	/**
	 * The memory for a key that was found, in values: its object, and its entries in
	 * lists.
	 */
	private static final int KEY_VALUES = 12;

	/** How many characters of two bytes take as much memory as a value. */
	private static final int CHARACTERS_A_VALUE = 4;

	/** Nearly the longest possible array. */
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
	 * @param memory where its memory is reserved
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
	 * The memory, work and time that one request has taken. For one thread. All methods
	 * that take memory throw
	 * <ul>
	 * <li>a {@link QueryException} if this request asks for more than it may ever
	 * have,</li>
	 * <li>a {@link BudgetExceededException} or a
	 * {@link io.eardrum.budget.HeapExhaustedException} if other requests have taken too
	 * much.</li>
	 * </ul>
	 * All methods that count work throw a {@link io.eardrum.budget.RequestEndedException}
	 * if this request has to end.
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
		 * Counts work whose time is proportional to the amount of data, or to the size of
		 * the request: examining values, keys and characters.
		 * @param amount how much work; 1 is about the work to look at a byte
		 */
		public void work(long amount) {
			this.budget.work(amount);
		}

		/**
		 * Checks immediately whether this request has to end.
		 */
		public void check() {
			this.budget.check();
		}

		/**
		 * Takes memory for the values of a series.
		 * @param count how many values
		 * @return a new array of that length, filled with 0
		 */
		public double[] values(long count) {
			take(count + SERIES_VALUES);
			work(count + SERIES_VALUES);
			return new double[(int) count];
		}

		/**
		 * Takes memory for a name.
		 * @param name the name
		 */
		public void name(String name) {
			take(valuesOf(name));
			work(name.length());
		}

		/**
		 * Takes memory for another object that has a name, and for its name once more.
		 * @param name its name
		 */
		public void named(String name) {
			take(SERIES_VALUES + valuesOf(name));
			work(name.length());
		}

		/**
		 * Takes memory for a key that has been found.
		 * @param key the key
		 */
		public void key(SeriesKey key) {
			take(KEY_VALUES + key.length() / Double.BYTES);
		}

		/**
		 * Takes memory for a pattern that is about to be parsed.
		 * @param text the pattern
		 */
		public void pattern(String text) {
			long bytes = KeyPattern.maxBytes(text);
			take(bytes / Double.BYTES);
			work(bytes);
		}

		/**
		 * Takes memory for the texts in a target that is about to be parsed.
		 * @param target the target
		 */
		public void target(String target) {
			take(2L * target.length() / CHARACTERS_A_VALUE);
			work(target.length());
		}

		/** Takes memory for a part of a target. */
		public void expression() {
			take(EXPRESSION_VALUES);
			work(EXPRESSION_VALUES);
		}

		/**
		 * Takes memory for anything else.
		 * @param count how much, in values
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

		// An amount that does not fit is never added, not even for a moment, because
		// other requests would be refused then.
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
		 * Returns how much memory this request holds.
		 * @return the number of values
		 */
		public long taken() {
			return this.taken;
		}

		/**
		 * Releases memory that was taken for something that is no longer held.
		 * @param count how much, in values; an amount beyond what was taken is ignored
		 */
		public void release(long count) {
			long released = Math.min(count, this.taken);
			this.taken -= released;
			ValueBudget.this.used.addAndGet(-released);
			this.memory.release(released * Double.BYTES);
		}

		/**
		 * Releases everything that was taken to compute some series, except for the
		 * series.
		 * @param before the value of {@link #taken()} before the computation
		 * @param held how much of what was taken since is still held, in values
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
	 * Where the memory of a request is reserved.
	 */
	public interface Memory {

		/**
		 * Reserves memory.
		 * @param bytes how much
		 * @throws io.eardrum.budget.HeapExhaustedException if there is not enough
		 */
		void reserve(long bytes);

		/**
		 * Releases memory.
		 * @param bytes how much of what has been reserved
		 */
		void release(long bytes);

		/**
		 * Returns the memory of a share. Reservations in it do not wait.
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
