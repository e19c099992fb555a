package io.eardrum.web.graphite.series;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;

import io.eardrum.budget.RequestBudget;
import io.eardrum.budget.RequestEndedException;
import io.eardrum.metric.PointBatch;
import io.eardrum.metric.SeriesKey;
import io.eardrum.storage.memory.MemoryMetricRepository;
import io.eardrum.web.fixture.TestAccounts;
import io.eardrum.web.graphite.query.QueryException;
import io.eardrum.web.graphite.step.Steps;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * How the points of a store become series on a grid.
 */
class GridReaderTests {

	private static final double NONE = Double.NaN;

	private final MemoryMetricRepository store = new MemoryMetricRepository();

	private final ValueBudget budget = new ValueBudget(1_000_000);

	private final Steps steps = Steps.unknown();

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

	private GridReader reader(long seconds) {
		return new GridReader(this.store, TestAccounts.open(this.budget), this.steps, seconds);
	}

	private List<GridSeries> read(long from, long until, String... keys) {
		return reader(until - from).read(List.of(keys).stream().map(SeriesKey::of).toList(), "pattern", from, until);
	}

	private static void assertThatSeriesIs(GridSeries series, long start, long step, double... values) {
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
		putEvery("a", 10, -100, 100);
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
		List<GridSeries> series = read(1030, 1059, "a", "b");
		assertThatSeriesIs(series.get(1), 1040, 10, 5, NONE);
		assertThatSeriesIs(read(1010, 1079, "b").get(0), 1020, 60, 5);
	}

	@Test
	void stepStaysForTheRequest() {
		putEvery("a", 60, 0, 6000);
		putEvery("a", 10, 6000, 7000);
		GridReader reader = reader(500);
		List<SeriesKey> keys = List.of(SeriesKey.of("a"));
		assertThat(reader.read(keys, "a", 6100, 6600).get(0).step()).isEqualTo(10);
		assertThat(reader.read(keys, "a", 1000, 6600).get(0).step()).isEqualTo(10);
		assertThat(reader(5600).read(keys, "a", 1000, 6000).get(0).step()).isEqualTo(60);
	}

	@Test
	void unknownSeriesIsLeftOut() {
		put("a", 100, 1, 110, 2);
		assertThat(read(0, 200, "nobody", "a")).extracting(GridSeries::name).containsExactly("a");
	}

	@Test
	void longSeriesHasTheAveragesOfItsSteps() {
		// 60 001 steps: four of them are the least that leave 20 000 slots or fewer
		PointBatch batch = new PointBatch();
		for (int t = 0; t <= 60_000; t++) {
			batch.add(SeriesKey.of("a"), t, (t % 4 == 0) ? 8 : t % 4);
		}
		this.store.put(batch);
		GridSeries series = read(0, 60_001, "a").get(0);
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
		GridSeries series = reader(10).read(List.of(SeriesKey.of("a")), "a", -1, expected.length - 1).get(0);
		assertThat(series.step()).isEqualTo(1);
		double[] found = new double[series.size()];
		series.copy(0, found, found.length);
		assertThat(found).containsExactly(expected);
	}

	@Test
	void requestGivesBackAllThatItTook() {
		putEvery("a", 1, 0, 1000);
		try (ValueBudget.Account account = TestAccounts.open(this.budget)) {
			new GridReader(this.store, account, this.steps, 1000).read(List.of(SeriesKey.of("a")), "a", 0, 1000);
			long series = 1000 + ValueBudget.SERIES_VALUES;
			assertThat(this.budget.used()).isBetween(series, 3 * series + 512);
		}
		assertThat(this.budget.used()).isZero();
	}

	@Test
	void requestThatTakesTooMuchIsRefusedAndOneThatMeetsOthersIsPutOff() {
		ValueBudget.Account first = TestAccounts.open(this.budget);
		assertThatExceptionOfType(QueryException.class).isThrownBy(() -> first.values(1_000_001))
			.withMessageContaining("1000000 values");
		first.values(600_000 - ValueBudget.SERIES_VALUES);
		ValueBudget.Account second = TestAccounts.open(this.budget);
		assertThatExceptionOfType(BudgetExceededException.class).isThrownBy(() -> second.values(500_000));
		first.close();
		assertThat(second.values(500_000)).hasSize(500_000);
	}

	@Test
	void whatIsAroundTheValuesTakesMemoryToo() {
		ValueBudget.Account account = TestAccounts.open(this.budget);
		assertThatExceptionOfType(QueryException.class).isThrownBy(() -> {
			for (int i = 0; i < 1_000_000 / ValueBudget.SERIES_VALUES; i++) {
				account.values(1);
			}
		}).withMessageContaining("1000000 values");
	}

	@Test
	void namesTakeMemoryToo() {
		GridSeries series = GridSeries.of(TestAccounts.open(this.budget), "a", new Grid(0, 10, 10), new double[1]);
		String name = "x".repeat(10_000);
		assertThatExceptionOfType(QueryException.class).isThrownBy(() -> {
			for (int i = 0; i < 1_000; i++) {
				series.withName(name).withPath(name);
			}
		}).withMessageContaining("1000000 values");
	}

	@Test
	void requestEndsWhereverItIsWhenItsClientHasLeft() {
		putEvery("a", 1, 0, 1000);
		put("lonely", 5, 1);
		List<Consumer<ValueBudget.Account>> parts = List.of(
				(account) -> SeriesCatalog.of(this.store, account, List.of("*"), 10),
				(account) -> new GridReader(this.store, account, this.steps, 10).read(List.of(SeriesKey.of("a")), "a",
						0, 10),
				(account) -> new GridReader(this.store, account, this.steps, 10).read(List.of(SeriesKey.of("lonely")),
						"a", 90, 100),
				(account) -> new GridReader(this.store, account, this.steps, 10).forEach(List.of(SeriesKey.of("a")),
						"a", 0, 10, (series) -> {
						}),
				(account) -> account.values(20_000), (account) -> account.name("x".repeat(20_000)));
		for (Consumer<ValueBudget.Account> part : parts) {
			RequestBudget left = TestAccounts.client(() -> true);
			ValueBudget.Account account = TestAccounts.open(this.budget, left);
			left.work(16_000);
			assertThatExceptionOfType(RequestEndedException.class).isThrownBy(() -> {
				// Each part notes some work at least, so that it is ended in the end.
				for (int i = 0; i < 16_000; i++) {
					part.accept(account);
				}
			}).satisfies((ended) -> assertThat(ended.reason()).isEqualTo(RequestEndedException.Reason.CLIENT_LEFT));
			account.close();
		}
	}

	@Test
	void patternsAreHeldAgainstKeysWithinTheWorkOfTheRequest() {
		for (int i = 0; i < 100; i++) {
			put("x".repeat(500) + i, 1, 1);
		}
		String hostile = "*a" + "?".repeat(420) + "b";
		assertThatExceptionOfType(RequestEndedException.class)
			.isThrownBy(() -> SeriesCatalog.of(this.store, TestAccounts.open(this.budget, TestAccounts.work(200_000)),
					List.of(hostile), 10))
			.satisfies((ended) -> assertThat(ended.reason()).isEqualTo(RequestEndedException.Reason.WORK));
		assertThat(SeriesCatalog
			.of(this.store, TestAccounts.open(this.budget, TestAccounts.work(2_000_000)), List.of(hostile), 10)
			.keys(hostile)).isEmpty();
		// What begins otherwise takes next to nothing.
		List<String> others = IntStream.range(0, 50).mapToObj((i) -> "palm.n" + i + ".*").toList();
		assertThat(SeriesCatalog.of(this.store, TestAccounts.open(this.budget, TestAccounts.work(300_000)), others, 10)
			.keys("palm.n1.*")).isEmpty();
	}

	@Test
	void patternsTakeMemoryBeforeTheyAreRead() {
		ValueBudget small = new ValueBudget(20_000);
		assertThatExceptionOfType(QueryException.class)
			.isThrownBy(() -> SeriesCatalog.of(this.store, TestAccounts.open(small), List.of("?".repeat(1000)), 10))
			.withMessageContaining("20000 values");
	}

	@Test
	void seriesThatAreReadOneAfterTheOtherAreThoseThatAreReadAtOnce() {
		putEvery("a", 10, 1000, 1100);
		put("b", 1042, 5);
		putEvery("c", 30, 1000, 1100);
		put("d", 1042, 6);
		putEvery("e", 10, 0, 1100);
		List<SeriesKey> keys = Stream.of("a", "b", "nobody", "c", "d", "e").map(SeriesKey::of).toList();
		List<String> atOnce = reader(29).read(keys, "*", 1030, 1059).stream().map(GridReaderTests::text).toList();
		GridReader reader = reader(29);
		for (int i = 0; i < 2; i++) {
			List<String> oneAfterTheOther = new ArrayList<>();
			reader.forEach(keys, "*", 1030, 1059, (series) -> oneAfterTheOther.add(text(series)));
			assertThat(oneAfterTheOther).isEqualTo(atOnce).hasSize(5);
		}
	}

	private static String text(GridSeries series) {
		double[] values = new double[series.size()];
		series.copy(0, values, values.length);
		return series + " " + series.path() + Arrays.toString(values);
	}

	@Test
	void seriesThatAreReadOneAfterTheOtherTakeTheMemoryOfOne() {
		List<SeriesKey> keys = IntStream.range(0, 500).mapToObj((i) -> SeriesKey.of("k" + i)).toList();
		keys.forEach((key) -> putEvery(key.toString(), 1, 0, 1000));
		ValueBudget small = new ValueBudget(20_000);
		ValueBudget.Account account = TestAccounts.open(small);
		GridReader reader = new GridReader(this.store, account, this.steps, 1000);
		for (int i = 0; i < 2; i++) {
			reader.forEach(keys, "k*", 0, 1000, (series) -> assertThat(account.taken()).isLessThan(15_000));
		}
		assertThatExceptionOfType(QueryException.class).isThrownBy(() -> reader.read(keys, "k*", 0, 1000));
	}

	@Test
	void answerGivesBackEachSeriesThatHasBeenPassedOn() {
		ValueBudget.Account account = TestAccounts.open(this.budget);
		account.take(5000);
		List<GridSeries> series = new ArrayList<>();
		for (int i = 0; i < 10; i++) {
			series.add(GridSeries.of(account, "a", new Grid(0, 1000, 1), account.values(1000)));
		}
		// Two names for the same values.
		series.add(series.get(9).withName("another name"));
		Answer answer = new Answer(account, series);
		long held = account.taken();
		assertThat(held).isBetween(10_000L, 10_500L);
		answer.replaceAll((one) -> one.consolidated(0, 2, 0));
		assertThat(account.taken()).isBetween(11 * 500L, 11 * 540L);
		List<Long> left = new ArrayList<>();
		answer.forEach((one) -> left.add(account.taken()));
		assertThat(left).hasSize(11).isSortedAccordingTo(Comparator.reverseOrder());
		assertThat(left.get(10)).isBetween(500L, 540L);
		assertThat(account.taken()).isLessThan(10);
	}

	@Test
	void answerKeepsValuesUntilTheLastSeriesThatHasThem() {
		ValueBudget.Account account = TestAccounts.open(this.budget);
		GridSeries one = GridSeries.of(account, "a", new Grid(0, 1000, 1), account.values(1000));
		Iterator<GridSeries> series = new Answer(account, List.of(one, one.withName("b"))).iterator();
		series.next();
		assertThat(series.hasNext()).isTrue();
		assertThat(account.taken()).isGreaterThan(1000);
		series.next();
		assertThat(series.hasNext()).isFalse();
		assertThat(account.taken()).isZero();
	}

	@Test
	void catalogFindsEachPatternsKeysInOrder() {
		for (String key : List.of("x.b", "x.a", "x", "y.a", "x.a.b")) {
			put(key, 1, 1);
		}
		SeriesCatalog catalog = SeriesCatalog.of(this.store, TestAccounts.open(this.budget),
				List.of("x.*", "*.a", "x", "none"), 4);
		assertThat(catalog.keys("x.*")).extracting(SeriesKey::toString).containsExactly("x.a", "x.b");
		assertThat(catalog.keys("*.a")).extracting(SeriesKey::toString).containsExactly("x.a", "y.a");
		assertThat(catalog.keys("x")).extracting(SeriesKey::toString).containsExactly("x");
		assertThatExceptionOfType(QueryException.class)
			.isThrownBy(() -> SeriesCatalog.of(this.store, TestAccounts.open(this.budget), List.of("x.*", "*.a"), 3))
			.withMessageContaining("More than 3 series");
		assertThatExceptionOfType(QueryException.class)
			.isThrownBy(
					() -> SeriesCatalog.of(this.store, TestAccounts.open(this.budget), List.of("?".repeat(2000)), 3))
			.withMessageContaining("can't be looked up: the pattern is too large");
		catalog = SeriesCatalog.of(this.store, TestAccounts.open(this.budget), List.of("x.[a", "{y,x}.{none,a}"), 4);
		assertThat(catalog.keys("x.[a")).as("half typed").isEmpty();
		assertThat(catalog.keys("{y,x}.{none,a}")).extracting(SeriesKey::toString)
			.containsExactly("x.a", "x.none", "y.a", "y.none");
		catalog = SeriesCatalog.of(this.store, TestAccounts.open(this.budget), List.of("{y,x}.{none,a}"), 3);
		assertThat(catalog.keys("{y,x}.{none,a}")).as("found by a pass over the keys")
			.extracting(SeriesKey::toString)
			.containsExactly("x.a", "y.a");
	}

	@Test
	void seriesOfDifferentStepsMeetByTime() {
		putEvery("a", 10, 0, 200);
		putEvery("b", 30, 0, 200);
		List<GridSeries> series = read(5, 125, "a", "b");
		AlignedSeries aligned = AlignedSeries.of(series);
		assertThat(aligned.grid()).isEqualTo(new Grid(0, 150, 30));
		double[] row = new double[2];
		aligned.row(0, row);
		assertThat(row).containsExactly(15, NONE);
		aligned.row(1, row);
		assertThat(row).containsExactly(40, 30);
	}

}
