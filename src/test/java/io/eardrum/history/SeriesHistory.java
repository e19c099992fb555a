package io.eardrum.history;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * What clients asked of one series and were told, with the times at which they asked and
 * knew: enough to find out whether the series behaved as if all of it had happened one
 * after the other.
 * <p>
 * The series has a few timestamps, 0 and up. Each put has a value of its own, so that a
 * value tells which put it came from.
 * <p>
 * <em>Threads</em>: any number may record; it is judged when they are done. All times are
 * {@link System#nanoTime()}.
 */
public final class SeriesHistory {

	/** What a get observes where there is no point. */
	public static final long ABSENT = -1;

	private static final long NEVER = Long.MAX_VALUE;

	private final int timestamps;

	private final ConcurrentLinkedQueue<Operation> operations = new ConcurrentLinkedQueue<>();

	/**
	 * Starts with a series that has no points.
	 * @param timestamps how many timestamps it may have points at
	 */
	public SeriesHistory(int timestamps) {
		this.timestamps = timestamps;
	}

	/**
	 * Records a put that was acknowledged.
	 * @param timestamp the timestamp
	 * @param value the value
	 * @param asked when it was sent
	 * @param told when it was known to be acknowledged
	 */
	public void put(int timestamp, long value, long asked, long told) {
		this.operations.add(new Operation(timestamp, value, new long[0], asked, told));
	}

	/**
	 * Records a put whose answer was lost: it may have happened at any time since, or
	 * never.
	 * @param timestamp the timestamp
	 * @param value the value
	 * @param asked when it was sent
	 */
	public void lostPut(int timestamp, long value, long asked) {
		put(timestamp, value, asked, NEVER);
	}

	/**
	 * Records a get.
	 * @param observed the value at each timestamp, or {@value #ABSENT}
	 * @param asked when it was sent
	 * @param told when its answer was complete
	 */
	public void get(long[] observed, long asked, long told) {
		if (observed.length != this.timestamps) {
			throw new IllegalArgumentException(observed.length + " timestamps");
		}
		this.operations.add(new Operation(-1, ABSENT, observed, asked, told));
	}

	/**
	 * Tells how much was recorded.
	 * @return the number of operations
	 */
	public int size() {
		return this.operations.size();
	}

	/**
	 * Judges the history.
	 * @return what is wrong with it, or nothing if it is linearizable
	 */
	public String violation() {
		Set<Long> put = new HashSet<>(Set.of(ABSENT));
		Set<Long> observed = new HashSet<>();
		for (Operation operation : this.operations) {
			if (operation.isPut()) {
				put.add(operation.value());
			}
			Arrays.stream(operation.observed()).forEach(observed::add);
		}
		observed.removeAll(put);
		if (!observed.isEmpty()) {
			return "values that nobody has put were returned: " + observed;
		}
		this.operations.forEach((operation) -> Arrays.stream(operation.observed()).forEach(observed::add));
		// A lost put that nobody has seen proves nothing, whether it happened or not.
		List<Operation> relevant = new ArrayList<>();
		for (Operation operation : this.operations) {
			if (operation.told() != NEVER || observed.contains(operation.value())) {
				relevant.add(operation);
			}
		}
		return new Linearization(relevant, this.timestamps).violation();
	}

	/**
	 * A put or a get.
	 */
	static final class Operation {

		private final int timestamp;

		private final long value;

		private final long[] observed;

		private final long asked;

		private final long told;

		/**
		 * Notes an operation.
		 * @param timestamp the timestamp of a put, or -1
		 * @param value the value of a put
		 * @param observed what a get returned; of no length for a put
		 * @param asked when it began
		 * @param told when it ended
		 */
		Operation(int timestamp, long value, long[] observed, long asked, long told) {
			this.timestamp = timestamp;
			this.value = value;
			this.observed = observed;
			this.asked = asked;
			this.told = told;
		}

		boolean isPut() {
			return this.timestamp >= 0;
		}

		int timestamp() {
			return this.timestamp;
		}

		long value() {
			return this.value;
		}

		long[] observed() {
			return this.observed;
		}

		long asked() {
			return this.asked;
		}

		long told() {
			return this.told;
		}

		@Override
		public String toString() {
			String what = isPut() ? "put of " + this.value + " at " + this.timestamp
					: "get of " + Arrays.toString(this.observed);
			return what + " (asked " + this.asked + ", told " + ((this.told != NEVER) ? this.told : "never") + ")";
		}

	}

}
