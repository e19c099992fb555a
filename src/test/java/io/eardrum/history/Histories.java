package io.eardrum.history;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Lets clients put and get at random, all of them in the same few series, and records
 * what they were told.
 * <p>
 * <em>Threads</em>: each client is one.
 */
public final class Histories {

	/** How many timestamps a series has. */
	public static final int TIMESTAMPS = 3;

	private final List<SeriesHistory> series = new ArrayList<>();

	private final AtomicLong lastValue = new AtomicLong();

	private final AtomicInteger acknowledgedPuts = new AtomicInteger();

	public Histories(int series) {
		for (int i = 0; i < series; i++) {
			this.series.add(new SeriesHistory(TIMESTAMPS));
		}
	}

	/**
	 * Puts and gets until it is enough, or the connection breaks. What the access throws
	 * beside that, as for a wrong answer, is thrown on.
	 * @param access how
	 * @param random chooses
	 * @param count how often at most
	 */
	public void run(Access access, Random random, int count) {
		for (int i = 0; i < count; i++) {
			int number = random.nextInt(this.series.size());
			SeriesHistory history = this.series.get(number);
			int timestamp = random.nextInt(TIMESTAMPS);
			boolean puts = random.nextInt(2) == 0;
			long value = puts ? this.lastValue.incrementAndGet() : 0;
			long asked = System.nanoTime();
			try {
				if (puts) {
					access.put(number, timestamp, value);
					history.put(timestamp, value, asked, System.nanoTime());
					this.acknowledgedPuts.incrementAndGet();
				}
				else {
					long[] observed = access.get(number);
					history.get(observed, asked, System.nanoTime());
				}
			}
			catch (IOException ex) {
				if (puts) {
					history.lostPut(timestamp, value, asked);
				}
				return;
			}
			catch (RuntimeException | Error ex) {
				// A wrong answer; the point may have been stored all the same.
				if (puts) {
					history.lostPut(timestamp, value, asked);
				}
				throw ex;
			}
		}
	}

	/**
	 * Gets every series once.
	 * @param access how
	 * @throws IOException if that fails
	 */
	public void getAll(Access access) throws IOException {
		for (int number = 0; number < this.series.size(); number++) {
			long asked = System.nanoTime();
			long[] observed = access.get(number);
			this.series.get(number).get(observed, asked, System.nanoTime());
		}
	}

	/**
	 * Tells how many puts were acknowledged.
	 * @return the number of puts
	 */
	public int acknowledgedPuts() {
		return this.acknowledgedPuts.get();
	}

	/**
	 * Tells how much was recorded.
	 * @return the number of operations
	 */
	public int size() {
		return this.series.stream().mapToInt(SeriesHistory::size).sum();
	}

	/**
	 * Judges all histories.
	 * @return what is wrong with one of them, or nothing
	 */
	public String violation() {
		for (int number = 0; number < this.series.size(); number++) {
			String violation = this.series.get(number).violation();
			if (!violation.isEmpty()) {
				return "series " + number + ": " + violation;
			}
		}
		return "";
	}

	/**
	 * A way to some series, for one client.
	 */
	public interface Access {

		/**
		 * Puts a point, and returns once it is acknowledged.
		 * @param series the number of the series
		 * @param timestamp the timestamp
		 * @param value the value
		 * @throws IOException if no acknowledgement came
		 */
		void put(int series, int timestamp, long value) throws IOException;

		/**
		 * Gets a series.
		 * @param series its number
		 * @return the value at each timestamp, or {@link SeriesHistory#ABSENT}
		 * @throws IOException if no answer came
		 */
		long[] get(int series) throws IOException;

	}

}
