package io.eardrum.web.graphite.series;

import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import io.eardrum.fixture.TestSeed;
import io.eardrum.metric.PointBatch;
import io.eardrum.metric.SeriesKey;
import io.eardrum.storage.memory.MemoryMetricRepository;
import io.eardrum.web.fixture.TestAccounts;
import io.eardrum.web.graphite.function.Evaluation;
import io.eardrum.web.graphite.function.combine.CombineFunctions;
import io.eardrum.web.graphite.query.Expression;
import io.eardrum.web.graphite.query.QueryException;
import io.eardrum.web.graphite.query.TargetParser;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for {@link SeriesFold} and the functions that use it: they come to what comes of
 * all series at once, to the last bit, and hold one of them at a time.
 */
class SeriesFoldTests {

	private static final int POINTS = 1440;

	private static final int SERIES = 200;

	private final MemoryMetricRepository store = new MemoryMetricRepository();

	private void put(String key, long step, long from, long until, Random random, double part) {
		PointBatch batch = new PointBatch();
		for (long t = from; t < until; t += step) {
			if (random.nextDouble() < part) {
				batch.add(SeriesKey.of(key), t, random.nextGaussian() * Math.pow(10, random.nextInt(12)));
			}
		}
		this.store.put(batch);
	}

	private List<GridSeries> evaluate(String target, ValueBudget.Account account, long from, long until) {
		Expression expression = TargetParser.parse(target);
		return Evaluation
			.of(this.store, account, List.of(expression), new Evaluation.Range(from, until, ZoneOffset.UTC), 5000)
			.evaluate(expression);
	}

	private List<GridSeries> evaluate(String target) {
		return evaluate(target, TestAccounts.open(new ValueBudget(10_000_000)), 1000, 4000);
	}

	private static String text(GridSeries series) {
		double[] values = new double[series.size()];
		series.copy(0, values, values.length);
		return series + " " + series.path() + " "
				+ series.tags().entrySet().stream().sorted(Map.Entry.comparingByKey()).toList()
				+ Arrays.toString(values);
	}

	@Test
	void foldComesToWhatComesOfAllSeriesAtOnce() {
		Random random = new Random(TestSeed.value());
		for (int round = 0; round < 8; round++) {
			long[] steps = (round % 2 == 0) ? new long[] { 10 } : new long[] { 10, 20, 30, 70, 60 };
			for (int i = 0; i < 12; i++) {
				long start = (random.nextInt(3) == 0) ? 1000 + random.nextInt(3000) : 500;
				put("r" + round + ".n" + i, steps[random.nextInt(steps.length)], start, 4100, random,
						(random.nextInt(2) == 0) ? 1 : random.nextDouble());
			}
			for (Aggregation aggregation : Aggregation.values()) {
				for (double factor : new double[] { 0, 0.5, 0.9 }) {
					String name = Aggregation.names()
						.stream()
						.filter((one) -> Aggregation.named(one) == aggregation)
						.findFirst()
						.orElseThrow();
					for (String series : List.of("r" + round + ".*", "scale(r" + round + ".*,3)",
							"group(r" + round + ".*,r" + round + ".n1,nobody)", "summarize(r" + round + ".*,'70s')")) {
						List<String> atOnce = CombineFunctions.aggregate(evaluate(series), name, factor)
							.stream()
							.map(SeriesFoldTests::text)
							.toList();
						assertThat(evaluate("aggregate(" + series + ",'" + name + "'," + factor + ")").stream()
							.map(SeriesFoldTests::text)).isEqualTo(atOnce);
					}
				}
			}
		}
	}

	@Test
	void groupsComeToWhatComesOfEachAtOnce() {
		Random random = new Random(TestSeed.value());
		for (int i = 0; i < 12; i++) {
			put("g.n" + i % 3 + ".m" + i, (i % 3 == 1) ? 10 + 10 * (i % 4) : 10, 500, 4100, random, 0.9);
		}
		List<GridSeries> groups = evaluate("groupByNode(g.*.*, 1, 'sum')");
		assertThat(groups).extracting(GridSeries::name).containsExactly("n0", "n1", "n2");
		for (int i = 0; i < 3; i++) {
			GridSeries one = evaluate("sumSeries(g.n" + i + ".*)").get(0);
			double[] values = new double[one.size()];
			one.copy(0, values, values.length);
			double[] found = new double[groups.get(i).size()];
			groups.get(i).copy(0, found, found.length);
			assertThat(found).isEqualTo(values);
			assertThat(groups.get(i).step()).isEqualTo(one.step());
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "sumSeries(%s)", "averageSeries(%s)", "minSeries(%s)", "maxSeries(%s)", "diffSeries(%s)",
			"multiplySeries(%s)", "countSeries(%s)", "aggregate(%s,'avg_zero')", "groupByNode(%s,0,'sum')",
			"sumSeriesWithWildcards(%s,1)", "sumSeries(scale(%s,2))", "sumSeries(perSecond(offset(%s,3)))",
			"maxSeries(aliasSub(exclude(%s,'x'),'n','m'))", "sumSeries(summarize(%s,'5min'),%1$s)",
			"alias(scale(sumSeries(%s),2),'x')", "sumSeries(movingAverage(m.n1,5),%s)" })
	void oneSeriesIsInMemoryAtATime(String target) {
		Random random = new Random(1);
		for (int i = 0; i < SERIES; i++) {
			put("m.n" + i, 60, 0, POINTS * 60, random, 0.95);
		}
		// The accumulator with what counts its values, one series, and what was made of
		// it.
		ValueBudget budget = new ValueBudget(24 * POINTS);
		try (ValueBudget.Account account = TestAccounts.open(budget)) {
			assertThat(evaluate(String.format(target, "m.*"), account, -1, POINTS * 60 - 1)).hasSize(1);
			assertThat(account.taken()).isLessThan(12 * POINTS);
		}
		assertThat(budget.used()).isZero();
		assertThatExceptionOfType(QueryException.class)
			.isThrownBy(() -> evaluate("limit(m.*,1)", TestAccounts.open(budget), -1, POINTS * 60 - 1));
	}

	@ParameterizedTest
	@ValueSource(
			strings = { "scale(offset(scale(offset(scale(m.*,2),2),2),2),2)", "limit(sortByMaxima(absolute(m.*)),7)" })
	void whatIsOnTheWayFromFunctionToFunctionIsGivenBack(String target) {
		Random random = new Random(1);
		for (int i = 0; i < 20; i++) {
			put("m.n" + i, 60, 0, POINTS * 60, random, 0.95);
		}
		ValueBudget budget = new ValueBudget(45 * POINTS);
		try (ValueBudget.Account account = TestAccounts.open(budget)) {
			List<GridSeries> series = evaluate(target, account, -1, POINTS * 60 - 1);
			assertThat(account.taken()).isLessThan((long) (series.size() + 3) * POINTS);
		}
	}

	@Test
	void seriesMadeOfManyNamesTheFirstOnes() {
		Random random = new Random(1);
		for (int i = 0; i < 700; i++) {
			put("fleet.host" + i + ".system.cpu.user", 60, 900, 4100, random, 1);
		}
		List<String> patterns = IntStream.range(0, 700)
			.mapToObj((i) -> "scale(fleet.host" + i + ".system.cpu.us*,2)")
			.toList();
		for (String function : List.of("sumSeries(%s)", "stddevSeries(%s)", "countSeries(%s)")) {
			String name = evaluate(String.format(function, "perSecond(fleet.**)")).get(0).name();
			assertThat(name).isEqualTo(function.replace("%s", "perSecond(fleet.**)"));
			name = evaluate(String.format(function, "group(" + String.join(",", patterns) + ")")).get(0).name();
			assertThat(name).startsWith(function.replace("%s)", patterns.get(0) + "," + patterns.get(1)))
				.endsWith(",...)")
				.hasSizeBetween(900, 1100);
		}
		assertThat(evaluate("aliasByNode(scale(sumSeries(perSecond(fleet.*.*.*.*)),2),1)")).extracting(GridSeries::name)
			.containsExactly("*");
		assertThat(evaluate("groupByNode(scale(fleet.*.*.*.*,2),2,'sum')")).extracting(GridSeries::name)
			.containsExactly("system");
		String hundred = "sumSeries(" + String.join(",", patterns.subList(0, 100)) + ")";
		assertThat(evaluate(hundred).get(0).name()).isEqualTo(hundred);
		for (String target : List.of("alias(sumSeries(nonNegativeDerivative(fleet.**)),'total')",
				"sumSeries(alias(perSecond(fleet.**),'x'))", "groupByNode(scale(fleet.**,2),2,'sum')",
				"sumSeriesWithWildcards(perSecond(fleet.**),1)", "percentileOfSeries(scale(fleet.**,2),95)",
				"limit(asPercent(keepLastValue(fleet.**)),1)")) {
			assertThat(evaluate(target)).as(target).hasSize(1);
		}
		assertThat(SeriesName.list(List.of())).isEmpty();
		assertThat(SeriesName.list(List.of("x".repeat(17_000), "y"))).isEqualTo("x".repeat(1000) + "...");
		assertThat(SeriesName.list(List.of("x".repeat(2_000), "y".repeat(15_000))))
			.isEqualTo("x".repeat(2_000) + ",...");
	}

	private GridSeries one(String target, long from, long until) {
		return evaluate(target, TestAccounts.open(new ValueBudget(10_000_000)), from, until).get(0);
	}

	private static double[] values(GridSeries series) {
		double[] values = new double[series.size()];
		series.copy(0, values, values.length);
		return values;
	}

	@Test
	void seriesThatLostPointsDoesNotSpoilItsAggregate() {
		for (int i = 0; i < 20; i++) {
			PointBatch batch = new PointBatch();
			for (long t = 0; t <= 4200; t += 60) {
				if (i != 7 || t < 3720 || t > 3840) {
					batch.add(SeriesKey.of("fl.h" + i + ".load"), t, 1);
				}
			}
			this.store.put(batch);
		}
		GridSeries sum = one("sumSeries(fl.*.load)", 3630, 3930);
		assertThat(sum.start()).isEqualTo(3660);
		assertThat(values(sum)).containsExactly(20, 19, 19, 19, 20);
	}

	@Test
	void seriesOfFewPointsDoesNotSpoilItsAggregate() {
		for (int i = 0; i < 3; i++) {
			put("sp.h" + i + ".cpu", 10, 0, 3600, new Random(1), 1);
		}
		put("sp.rare.cpu", 2400, 600, 3600, new Random(1), 1);
		for (String target : List.of("sumSeries(sp.*.cpu)", "averageSeries(sp.*.cpu)", "groupByNode(sp.*.cpu,0,'sum')",
				"aggregate(sp.*.cpu,'median')")) {
			assertThat(one(target, 0, 3600).step()).isEqualTo(10);
			assertThat(one(target, 0, 3600).size()).isEqualTo(360);
		}
	}

	@Test
	void hourlySeriesDoesNotSpoilTheAggregateOfMinutelyOnes() {
		for (int i = 0; i < 3; i++) {
			put("mixed.m" + i, 60, 0, 86_400, new Random(1), 1);
		}
		put("mixed.hourly", 3600, 0, 86_400, new Random(1), 1);
		assertThat(one("sumSeries(mixed.*)", 0, 86_000).step()).isEqualTo(60);
		assertThat(one("mixed.hourly", 0, 86_000).step()).isEqualTo(3600);
		assertThat(one("divideSeries(mixed.m1,mixed.hourly)", 0, 86_000).step()).isEqualTo(3600);
		assertThat(one("sumSeries(mixed.m{1,2},mixed.hourly)", 0, 86_000).step()).isEqualTo(3600);
		put("mixed.ten", 600, 0, 86_400, new Random(1), 1);
		assertThat(one("sumSeries(mixed.m*,mixed.ten)", 0, 86_000).step()).as("not much longer").isEqualTo(600);
	}

	@Test
	void eventsAreCountedEachOnce() {
		PointBatch batch = new PointBatch();
		long[] times = { 100, 700, 1300, 1310, 1900 };
		for (int i = 0; i < times.length; i++) {
			batch.add(SeriesKey.of("ev.errors"), 864_000 + times[i], 3.0 + i);
		}
		this.store.put(batch);
		assertThat(one("integral(ev.errors)", 864_000, 867_600).total(Aggregation.MAX)).isEqualTo(25);
		assertThat(values(one("summarize(ev.errors,'1h','sum')", 860_400, 867_600))).contains(25);
	}

	@Test
	void callThatIsWrongIsWrongWithoutSeriesToo() {
		assertThatExceptionOfType(QueryException.class).isThrownBy(() -> evaluate("sumSeries(log(nobody.*, 1))"));
		assertThatExceptionOfType(QueryException.class).isThrownBy(() -> evaluate("sumSeries(grep(nobody.*, '('))"));
		assertThat(evaluate("sumSeries(log(nobody.*, 2))")).isEmpty();
	}

}
