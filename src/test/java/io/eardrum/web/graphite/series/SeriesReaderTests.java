package io.eardrum.web.graphite.series;

import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

import io.eardrum.metric.PointBatch;
import io.eardrum.metric.SeriesKey;
import io.eardrum.storage.memory.MemoryMetricRepository;
import io.eardrum.web.graphite.query.QueryException;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * How the points of a store become series on a grid.
 */
class SeriesReaderTests {

	private static final double NONE = Double.NaN;

	private final MemoryMetricRepository store = new MemoryMetricRepository();

	private final ValueBudget budget = new ValueBudget(1_000_000);

	private void put(String key, double... timesAndValues) {
		PointBatch batch = new PointBatch();
		for (int i = 0; i < timesAndValues.length; i += 2) {
			batch.add(SeriesKey.of(key), (long) timesAndValues[i], timesAndValues[i + 1]);
		}
		this.store.put(batch);
	}

	private void putEvery(String key, long step, long from, long until) {
		PointBatch batch = new PointBatch();
		for (long t = from; t < until; t += step) {
			batch.add(SeriesKey.of(key), t, (double) t);
		}
		this.store.put(batch);
	}

	private SeriesReader reader(long seconds) {
		return new SeriesReader(this.store, this.budget.open(), seconds);
	}

	private List<Series> read(long from, long until, String... keys) {
		return reader(until - from).read(List.of(keys).stream().map(SeriesKey::of).toList(), "pattern", from, until);
	}

	private static void assertThatSeriesIs(Series series, long start, long step, double... values) {
		assertThat(series.start()).isEqualTo(start);
		assertThat(series.step()).isEqualTo(step);
		double[] found = new double[series.size()];
		series.copy(0, found, found.length);
		assertThat(found).containsExactly(values);
	}

	@Test
	void rangeBeginsBehindTheSlotOfItsStartAndTakesAllOfTheSlotOfItsEnd() {
		put("a", 100, 1, 110, 2, 120, 3, 130, 4, 137, 5);
		assertThatSeriesIs(read(100, 130, "a").get(0), 110, 10, 2, 3, 5);
		assertThatSeriesIs(read(105, 129, "a").get(0), 110, 10, 2, 3);
	}

	@Test
	void lastPointOfASlotWinsAndASlotWithoutPointsHasNoValue() {
		put("a", 100, 1, 110, 2, 113, 3, 119, 4, 140, 5, 150, 6);
		assertThatSeriesIs(read(99, 155, "a").get(0), 100, 10, 1, 4, NONE, NONE, 5, 6);
	}

	@Test
	void timesBefore1970HaveSlotsToo() {
		put("a", -30, 1, -20, 2, -10, 3, 0, 4);
		assertThatSeriesIs(read(-31, 5, "a").get(0), -30, 10, 1, 2, 3, 4);
	}

	@Test
	void sendersThatAreNotPunctualHaveTheStepTheyMean() {
		put("a", 1200, 1, 1259, 2, 1320, 3, 1379, 4, 1440, 5);
		assertThat(read(1100, 1500, "a").get(0).step()).isEqualTo(60);
	}

	@Test
	void stepThatIsNotInWideUseIsKept() {
		putEvery("a", 7, 0, 700);
		assertThat(read(0, 700, "a").get(0).step()).isEqualTo(7);
	}

	@Test
	void seriesWithOnePointInTheRangeHasTheStepOfItsLastDay() {
		putEvery("a", 300, 0, 3600);
		assertThatSeriesIs(read(550, 650, "a").get(0), 600, 300, 600);
		assertThatSeriesIs(read(7200, 7800, "a").get(0), 7500, 300, NONE, NONE);
	}

	@Test
	void lonePointHasTheStepOfItsNeighbours() {
		putEvery("a", 10, 1000, 1100);
		put("b", 1042, 5);
		List<Series> series = read(1030, 1059, "a", "b");
		assertThatSeriesIs(series.get(1), 1040, 10, 5, NONE);
		assertThatSeriesIs(read(1010, 1079, "b").get(0), 1020, 60, 5);
	}

	@Test
	void stepStaysForTheRequest() {
		putEvery("a", 60, 0, 6000);
		putEvery("a", 10, 6000, 7000);
		SeriesReader reader = reader(500);
		List<SeriesKey> keys = List.of(SeriesKey.of("a"));
		assertThat(reader.read(keys, "a", 6100, 6600).get(0).step()).isEqualTo(10);
		assertThat(reader.read(keys, "a", 1000, 6600).get(0).step()).isEqualTo(10);
		assertThat(reader(5600).read(keys, "a", 1000, 6000).get(0).step()).isEqualTo(60);
	}

	@Test
	void unknownSeriesIsLeftOut() {
		put("a", 100, 1, 110, 2);
		assertThat(read(0, 200, "nobody", "a")).extracting(Series::name).containsExactly("a");
	}

	@Test
	void longSeriesHasTheAveragesOfItsSteps() {
		// 60 001 steps: four of them are the least that leave 20 000 slots or fewer
		PointBatch batch = new PointBatch();
		for (int t = 0; t <= 60_000; t++) {
			batch.add(SeriesKey.of("a"), t, (t % 4 == 0) ? 8 : t % 4);
		}
		this.store.put(batch);
		Series series = read(0, 60_001, "a").get(0);
		assertThat(series.step()).isEqualTo(4);
		assertThat(series.start()).isEqualTo(4);
		assertThat(series.value(0)).isEqualTo((8 + 1 + 2 + 3) / 4.0);
		assertThat(series.size()).isEqualTo(15_000);
	}

	@Test
	void pointsBeyondTheSampleAreReadAsTheOthers() {
		Random random = new Random(5);
		PointBatch batch = new PointBatch();
		double[] expected = new double[60_000];
		for (int t = 0; t < expected.length; t++) {
			expected[t] = (random.nextInt(3) == 0) ? NONE : random.nextDouble();
			if (!Double.isNaN(expected[t])) {
				batch.add(SeriesKey.of("a"), t, expected[t]);
			}
		}
		this.store.put(batch);
		Series series = reader(10).read(List.of(SeriesKey.of("a")), "a", -1, expected.length - 1).get(0);
		assertThat(series.step()).isEqualTo(1);
		double[] found = new double[series.size()];
		series.copy(0, found, found.length);
		assertThat(found).containsExactly(expected);
	}

	@Test
	void requestGivesBackAllThatItTook() {
		putEvery("a", 1, 0, 1000);
		try (ValueBudget.Account account = this.budget.open()) {
			new SeriesReader(this.store, account, 1000).read(List.of(SeriesKey.of("a")), "a", 0, 1000);
			assertThat(this.budget.used()).isEqualTo(1000 + ValueBudget.SERIES_VALUES);
		}
		assertThat(this.budget.used()).isZero();
	}

	@Test
	void requestThatTakesTooMuchIsRefusedAndOneThatMeetsOthersIsPutOff() {
		ValueBudget.Account first = this.budget.open();
		assertThatExceptionOfType(QueryException.class).isThrownBy(() -> first.values(1_000_001))
			.withMessageContaining("1000000 values");
		first.values(600_000 - ValueBudget.SERIES_VALUES);
		ValueBudget.Account second = this.budget.open();
		assertThatExceptionOfType(BudgetExceededException.class).isThrownBy(() -> second.values(500_000));
		first.close();
		assertThat(second.values(500_000)).hasSize(500_000);
	}

	@Test
	void whatIsAroundTheValuesTakesMemoryToo() {
		ValueBudget.Account account = this.budget.open();
		assertThatExceptionOfType(QueryException.class).isThrownBy(() -> {
			for (int i = 0; i < 1_000_000 / ValueBudget.SERIES_VALUES; i++) {
				account.values(1);
			}
		}).withMessageContaining("1000000 values");
	}

	@Test
	void namesTakeMemoryToo() {
		Series series = Series.of(this.budget.open(), "a", new Grid(0, 10, 10), new double[1]);
		String name = "x".repeat(10_000);
		assertThatExceptionOfType(QueryException.class).isThrownBy(() -> {
			for (int i = 0; i < 1_000; i++) {
				series.withName(name).withPath(name);
			}
		}).withMessageContaining("1000000 values");
	}

	@Test
	void requestThatTakesTooLongIsGivenUpWhereverItIs() {
		putEvery("a", 1, 0, 1000);
		put("lonely", 5, 1);
		AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 5);
		ValueBudget clocked = new ValueBudget(1_000_000, () -> nanos.getAndAdd(TimeUnit.SECONDS.toNanos(30)));
		List<ThrowingCallable> parts = List.of(() -> SeriesCatalog.of(this.store, clocked.open(), List.of("*"), 10),
				() -> new SeriesReader(this.store, clocked.open(), 10).read(List.of(SeriesKey.of("a")), "a", 0, 10),
				() -> new SeriesReader(this.store, clocked.open(), 10).read(List.of(SeriesKey.of("lonely")), "a", 90,
						100),
				() -> clocked.open().values(1), () -> clocked.open().look(1));
		for (ThrowingCallable part : parts) {
			assertThatExceptionOfType(QueryException.class).isThrownBy(part)
				.withMessageContaining("more than 30 s to compute");
		}
	}

	@Test
	void timeIsLookedAtAgainAndAgain() {
		AtomicLong nanos = new AtomicLong();
		ValueBudget.Account account = new ValueBudget(1_000_000, nanos::get).open();
		account.work(1);
		nanos.set(TimeUnit.SECONDS.toNanos(29));
		account.work(100_000);
		nanos.set(TimeUnit.SECONDS.toNanos(31));
		assertThatExceptionOfType(QueryException.class).isThrownBy(() -> account.work(100_000));
	}

	@Test
	void catalogFindsEachPatternsKeysInOrder() {
		for (String key : List.of("x.b", "x.a", "x", "y.a", "x.a.b")) {
			put(key, 1, 1);
		}
		SeriesCatalog catalog = SeriesCatalog.of(this.store, this.budget.open(), List.of("x.*", "*.a", "x", "none"), 4);
		assertThat(catalog.keys("x.*")).extracting(SeriesKey::toString).containsExactly("x.a", "x.b");
		assertThat(catalog.keys("*.a")).extracting(SeriesKey::toString).containsExactly("x.a", "y.a");
		assertThat(catalog.keys("x")).extracting(SeriesKey::toString).containsExactly("x");
		assertThatExceptionOfType(QueryException.class)
			.isThrownBy(() -> SeriesCatalog.of(this.store, this.budget.open(), List.of("x.*", "*.a"), 3))
			.withMessageContaining("More than 3 series");
		assertThatExceptionOfType(QueryException.class)
			.isThrownBy(() -> SeriesCatalog.of(this.store, this.budget.open(), List.of("x.[a"), 3))
			.withMessageContaining("'x.[a' can't be looked up");
	}

	@Test
	void seriesOfDifferentStepsMeetByTime() {
		putEvery("a", 10, 0, 200);
		putEvery("b", 30, 0, 200);
		List<Series> series = read(5, 125, "a", "b");
		AlignedSeries aligned = AlignedSeries.of(series);
		assertThat(aligned.grid()).isEqualTo(new Grid(0, 150, 30));
		double[] row = new double[2];
		aligned.row(0, row);
		assertThat(row).containsExactly(15, NONE);
		aligned.row(1, row);
		assertThat(row).containsExactly(40, 30);
	}

}
