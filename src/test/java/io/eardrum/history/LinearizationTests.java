package io.eardrum.history;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import io.eardrum.fixture.TestSeed;
import io.eardrum.history.fixture.Histories;
import io.eardrum.history.fixture.Linearization;
import io.eardrum.history.fixture.SeriesHistory;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link Linearization}: that it finds what is wrong, and only that.
 */
@Timeout(120)
class LinearizationTests {

	private static final long ABSENT = SeriesHistory.ABSENT;

	private final SeriesHistory history = new SeriesHistory(2);

	@Test
	void oneAfterTheOtherIsRight() {
		get(0, 1, ABSENT, ABSENT);
		this.history.put(0, 7, 2, 3);
		get(4, 5, 7, ABSENT);
		this.history.put(1, 8, 6, 7);
		this.history.put(0, 9, 8, 9);
		get(10, 11, 9, 8);
		assertThat(this.history.violation()).isEmpty();
	}

	@Test
	void getMayReturnEitherValueWhileAPutIsUnderWay() {
		this.history.put(0, 7, 0, 1);
		this.history.put(0, 8, 2, 9);
		get(3, 4, 7, ABSENT);
		get(5, 6, 8, ABSENT);
		assertThat(this.history.violation()).isEmpty();
	}

	@Test
	void putsThatOverlapMayHappenInEitherOrder() {
		this.history.put(0, 7, 0, 9);
		this.history.put(0, 8, 1, 8);
		get(10, 11, 7, ABSENT);
		assertThat(this.history.violation()).isEmpty();
	}

	@Test
	void getThatReturnsAnOverwrittenValueIsWrong() {
		this.history.put(0, 7, 0, 1);
		this.history.put(0, 8, 2, 3);
		get(4, 5, 7, ABSENT);
		assertThat(this.history.violation()).contains("not the get of [7, -1]");
	}

	@Test
	void valueThatGoesBackIsWrongEvenWhileItsPutIsUnderWay() {
		this.history.put(0, 7, 0, 1);
		this.history.put(0, 8, 2, 99);
		get(3, 4, 8, ABSENT);
		get(5, 6, 7, ABSENT);
		assertThat(this.history.violation()).isNotEmpty();
	}

	@Test
	void acknowledgedPutThatIsGoneIsWrong() {
		this.history.put(0, 7, 0, 1);
		get(2, 3, ABSENT, ABSENT);
		assertThat(this.history.violation()).isNotEmpty();
	}

	@Test
	void lostPutMayHappenLaterOrNever() {
		this.history.lostPut(0, 7, 0);
		this.history.lostPut(1, 9, 0);
		get(2, 3, ABSENT, ABSENT);
		get(4, 5, 7, ABSENT);
		assertThat(this.history.violation()).isEmpty();
	}

	@Test
	void lostPutThatHappensTwiceIsWrong() {
		this.history.lostPut(0, 7, 0);
		get(2, 3, 7, ABSENT);
		this.history.put(0, 8, 4, 5);
		get(6, 7, 7, ABSENT);
		assertThat(this.history.violation()).isNotEmpty();
	}

	@Test
	void getThatMixesTwoMomentsIsWrong() {
		this.history.put(0, 1, 0, 1);
		this.history.put(1, 2, 2, 3);
		this.history.put(0, 3, 4, 5);
		this.history.put(1, 4, 6, 7);
		// 1 was gone when 4 came.
		get(0, 9, 1, 4);
		assertThat(this.history.violation()).isNotEmpty();
	}

	@Test
	void valueThatNobodyHasPutIsWrong() {
		get(0, 1, 5, ABSENT);
		assertThat(this.history.violation()).contains("[5]");
	}

	@Test
	void storeThatKeepsItsWordPasses() throws InterruptedException {
		assertThat(judge(new Store(Fault.NONE))).isEmpty();
	}

	@Test
	void storeThatNowAndThenReturnsWhatItReturnedBeforeIsFoundOut() throws InterruptedException {
		assertThat(judge(new Store(Fault.STALE_GET))).isNotEmpty();
	}

	@Test
	void storeThatLosesAnAcknowledgedPutIsFoundOut() throws InterruptedException {
		assertThat(judge(new Store(Fault.LOST_PUT))).isNotEmpty();
	}

	@Test
	void storeThatReadsItsTimestampsOneByOneIsFoundOut() throws InterruptedException {
		assertThat(judge(new Store(Fault.TORN_GET))).isNotEmpty();
	}

	private void get(long asked, long told, long... observed) {
		this.history.get(observed, asked, told);
	}

	private static String judge(Store store) throws InterruptedException {
		long seed = TestSeed.value();
		Histories histories = new Histories(2);
		List<Thread> clients = new ArrayList<>();
		for (int i = 0; i < 4; i++) {
			Random random = new Random(seed + i);
			clients.add(new Thread(() -> histories.run(store, random, 1000)));
		}
		clients.forEach(Thread::start);
		for (Thread client : clients) {
			client.join();
		}
		String violation = histories.violation();
		return violation.isEmpty() ? "" : violation + " with -Deardrum.test.seed=" + seed;
	}

	/**
	 * What a store does wrong. A single slip shows only if the other clients happen to
	 * look in time, so that it is made often enough to be seen for certain.
	 */
	private enum Fault {

		NONE, STALE_GET, LOST_PUT, TORN_GET

	}

	/**
	 * A store of two series that is as right as its fault lets it be.
	 */
	private static final class Store implements Histories.Access {

		private static final int CALLS_PER_SLIP = 10;

		private final Fault fault;

		private final long[][] values = new long[2][Histories.TIMESTAMPS];

		private final long[][] returned = new long[2][];

		private final AtomicInteger calls = new AtomicInteger();

		Store(Fault fault) {
			this.fault = fault;
			for (long[] series : this.values) {
				Arrays.fill(series, ABSENT);
			}
		}

		@Override
		public void put(int series, int timestamp, long value) {
			boolean loses = this.fault == Fault.LOST_PUT && slips();
			synchronized (this) {
				this.values[series][timestamp] = loses ? this.values[series][timestamp] : value;
			}
			LockSupport.parkNanos(1000);
		}

		@Override
		public long[] get(int series) {
			if (this.fault == Fault.TORN_GET) {
				long[] observed = new long[Histories.TIMESTAMPS];
				for (int i = 0; i < observed.length; i++) {
					synchronized (this) {
						observed[i] = this.values[series][i];
					}
					LockSupport.parkNanos(1000);
				}
				return observed;
			}
			synchronized (this) {
				long[] before = this.returned[series];
				if (this.fault == Fault.STALE_GET && before != null && slips()) {
					return before;
				}
				this.returned[series] = this.values[series].clone();
				return this.returned[series];
			}
		}

		private boolean slips() {
			return this.calls.incrementAndGet() % CALLS_PER_SLIP == 0;
		}

	}

}
