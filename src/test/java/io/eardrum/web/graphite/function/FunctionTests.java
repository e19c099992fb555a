package io.eardrum.web.graphite.function;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import io.eardrum.budget.RequestBudget;
import io.eardrum.budget.RequestEndedException;
import io.eardrum.metric.PointBatch;
import io.eardrum.metric.SeriesKey;
import io.eardrum.storage.memory.MemoryMetricRepository;
import io.eardrum.web.fixture.FunctionCase;
import io.eardrum.web.fixture.TestAccounts;
import io.eardrum.web.graphite.query.Expression;
import io.eardrum.web.graphite.query.NumberText;
import io.eardrum.web.graphite.query.QueryException;
import io.eardrum.web.graphite.query.TargetParser;
import io.eardrum.web.graphite.series.GridSeries;
import io.eardrum.web.graphite.series.SeriesName;
import io.eardrum.web.graphite.series.ValueBudget;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Each function on a few values, computed by hand: the table of {@link FunctionCase}. The
 * range is 100 to 150 with a slot each 10 seconds, from 110 on.
 */
class FunctionTests {

	private final MemoryMetricRepository store = new MemoryMetricRepository();

	private final ValueBudget budget = new ValueBudget(10_000_000);

	FunctionTests() {
		FunctionCase.input().forEach(this::put);
	}

	private void put(String series) {
		String[] parts = series.split(": | @|/", -1);
		String[] values = parts[1].split(" ", -1);
		long start = (parts.length > 2) ? Long.parseLong(parts[2]) : 110;
		PointBatch batch = new PointBatch();
		for (int i = 0; i < values.length; i++) {
			if (!values[i].equals("-")) {
				batch.add(SeriesKey.of(parts[0]), start + 10L * i, Double.parseDouble(values[i]));
			}
		}
		this.store.put(batch);
	}

	private List<GridSeries> evaluate(String target) {
		return evaluate(target, 100);
	}

	private List<GridSeries> evaluate(String target, int maxSeries) {
		return evaluate(target, maxSeries, 150);
	}

	private List<GridSeries> evaluate(String target, int maxSeries, long until) {
		Expression expression = TargetParser.parse(target);
		Evaluation.Range range = new Evaluation.Range(100, until, ZoneOffset.UTC);
		return Evaluation.of(this.store, TestAccounts.open(this.budget), List.of(expression), range, maxSeries)
			.evaluate(expression);
	}

	private static String text(GridSeries series) {
		StringBuilder text = new StringBuilder(series.name()).append(':');
		for (int i = 0; i < series.size(); i++) {
			text.append(' ')
				.append(Double.isNaN(series.value(i)) ? "-"
						: NumberText.exact(series.value(i)).replaceFirst("\\.0$", ""));
		}
		if (series.start() != 110 || series.step() != 10) {
			text.append(" @").append(series.start()).append('/').append(series.step());
		}
		return text.toString();
	}

	static List<FunctionCase> cases() {
		return FunctionCase.all();
	}

	@ParameterizedTest(name = "{0}")
	@MethodSource("cases")
	void functionComputesWhatWasComputedByHand(FunctionCase one) {
		assertThat(evaluate(one.target()).stream().map(FunctionTests::text)).as(one.target())
			.containsExactlyElementsOf(one.series());
	}

	@Test
	void everyFunctionIsTriedHere() {
		Set<String> missing = new TreeSet<>(FunctionTable.get().functions().keySet());
		for (FunctionCase one : cases()) {
			missing.removeIf((name) -> one.target().matches(".*\\b\\Q" + name + "\\E\\(.*"));
		}
		assertThat(missing).containsExactlyElementsOf(List.of("pct"));
	}

	@ParameterizedTest
	@CsvSource(delimiterString = "->", quoteCharacter = '~',
			textBlock = """
					nothing(m.a)                 -> There is no function 'nothing' (character 1); /functions lists all functions.
					scale(nothing(m.a), 2)       -> There is no function 'nothing' (character 7); /functions lists all functions.
					Scale(m.a, 2)                -> There is no function 'Scale' (character 1); /functions lists all functions.
					scale(m.a)                   -> Function 'scale' (character 1) needs 'factor', a number.
					scale(m.a, 1, 2)             -> Function 'scale' (character 1) takes 2 parameters, not 3.
					scale(m.a, 'two')            -> Function 'scale' (character 1) takes a number as 'factor' (character 12).
					scale(2, m.a)                -> Function 'scale' (character 1) takes a pattern or a function as 'seriesList' (character 7).
					scale(m.a, by=2)             -> Function 'scale' (character 1) has no parameter 'by', but factor, seriesList.
					scale(m.a, 2, factor=2)      -> Function 'scale' (character 1) is given 'factor' twice.
					limit(m.a, 1.5)              -> Function 'limit' (character 1) takes a whole number as 'n' (character 12).
					alias(m.a, x)                -> Function 'alias' (character 1) takes a text in quotes as 'newName' (character 12).
					consolidateBy(m.a, 'mode')   -> Function 'consolidateBy' (character 1) takes an aggregation in quotes, such as 'sum' as 'consolidationFunc' (character 20): 'mode' is not an aggregation; there are average, avg, avg_zero, count, current, diff, first, last, max, median, min, multiply, range, rangeOf, stddev, sum, total.
					groupByNode(m.a, 1, 'mode')  -> There is no function 'mode' (character 1); /functions lists all functions.
					groupByNode(m.none, 1, 'mode') -> There is no function 'mode' (character 1); /functions lists all functions.
					groupByNode(m.a, 1, 'scale') -> Function 'scale' (character 1) needs 'factor', a number.
					sortByName(m.a, 'maybe')     -> Function 'sortByName' (character 1) takes true or false as 'natural' (character 17).
					summarize(m.a, '-1h')        -> Function 'summarize' (character 1) needs a 'intervalString' of more than 0 seconds, not '-1h'.
					divideSeries(m.a, m.{a,b})   -> Function 'divideSeries' (character 1) takes one series as 'divisorSeries', not 2.
					'text'                       -> Character 1 of target ''text'' has to be a key, a pattern or a function, but is '''.
					grep(m.*, '(')               -> '(' is not a valid regular expression: missing closing ).
					aliasSub(m.a, 'a', '\\2')    -> '\\2' names a group that 'a' does not have.
					template(m.$x, x='a')        -> There is no function 'template' (character 1); /functions lists all functions.
					""")
	void wrongCallIsToldWhereAndWhy(String target, String message) {
		assertThatExceptionOfType(QueryException.class).isThrownBy(() -> evaluate(target)).withMessage(message);
	}

	@ParameterizedTest
	@ValueSource(strings = { "summarize(m.a, '5m')", "movingAverage(m.a, 'x')", "timeShift(m.a, '')",
			"filterSeries(m.a, 'max', '~', 1)", "log(m.a, 1)", "percentileOfSeries(m.a, 0)", "nPercentile(m.a, -1)",
			"asPercent(m.a, 5, 1)", "asPercent(m.{a,b}, m.{a,b,gap})", "divideSeriesLists(m.a, m.{a,b})",
			"round(m.a, 1000)", "movingAverage(m.a, '30000d')", "movingAverage(m.a, 2147483647)",
			"movingAverage(m.a, '9999y')", "movingSum(summarize(m.a, '9999y'), 2147483647)",
			"sumSeries(m.a, timeShift(m.a, '9999y', false), movingMax(m.a, '9000y'))", "summarize(m.a, '0s')" })
	void whatMakesNoSenseIsRefused(String target) {
		assertThatExceptionOfType(QueryException.class).isThrownBy(() -> evaluate(target));
	}

	@Test
	void workOfRegularExpressionsIsCountedForTheRequest() {
		String named = "aliasSub(group(m.*" + ",m.*".repeat(250) + "), '.+', '" + "a".repeat(2000) + "')";
		assertThat(evaluate("exclude(" + named + ", 'b')")).hasSize(4 * 251);
		String target = "exclude(".repeat(60) + named + ", 'b')".repeat(60);
		assertThatExceptionOfType(RequestEndedException.class)
			.isThrownBy(() -> evaluate(target, TestAccounts.work(100_000_000)));
	}

	@Test
	void workOfWindowsIsCountedForTheRequest() {
		String wide = "movingMedian(m.gap, 6000)";
		assertThat(evaluate(wide, 100, 100_100)).hasSize(1);
		assertThatExceptionOfType(RequestEndedException.class).isThrownBy(() -> {
			Expression expression = TargetParser.parse(wide);
			Evaluation.Range range = new Evaluation.Range(100, 100_100, ZoneOffset.UTC);
			Evaluation
				.of(this.store, TestAccounts.open(this.budget, TestAccounts.work(20_000_000)), List.of(expression),
						range, 100)
				.evaluate(expression);
		});
	}

	@Test
	void workOfSortingNamesIsCounted() {
		String named = "alias(group(m.*" + ",m.*".repeat(100) + "), '" + "1.".repeat(5000) + "')";
		assertThat(evaluate("sortByName(" + named + ")")).hasSize(404);
		assertThatExceptionOfType(RequestEndedException.class)
			.isThrownBy(() -> evaluate("sortByName(" + named + ", true)", TestAccounts.work(20_000_000)));
	}

	private List<GridSeries> evaluate(String target, RequestBudget request) {
		Expression expression = TargetParser.parse(target);
		Evaluation.Range range = new Evaluation.Range(100, 150, ZoneOffset.UTC);
		return Evaluation.of(this.store, TestAccounts.open(this.budget, request), List.of(expression), range, 10_000)
			.evaluate(expression);
	}

	@ParameterizedTest
	@ValueSource(strings = { "movingAverage(%s, 2)", "timeShift(%s, '1h')" })
	void functionsThatComputeTwiceInEachOtherAreBounded(String function) {
		String target = "m.a";
		for (int i = 0; i < 40; i++) {
			target = String.format(function, target);
		}
		String nested = target;
		assertThatExceptionOfType(QueryException.class).isThrownBy(() -> evaluate(nested, 10_000))
			.withMessageContaining("20000 computations");
	}

	@ParameterizedTest
	@CsvSource(delimiterString = "->", quoteCharacter = '~', textBlock = """
			aliasSub(%s, '(.+)', '\\1\\1')                 -> m.a
			aliasSub(%s, '', '0123456789')                -> m.a
			aliasByNode(aliasSub(%s, '\\.', ''), 0, 0, 0)     -> m.a
			""")
	void namesThatGrowFromCallToCallAreRefused(String function, String innermost) {
		String target = innermost;
		for (int i = 0; i < 18; i++) {
			target = String.format(function, target);
		}
		String nested = target;
		assertThatExceptionOfType(QueryException.class).isThrownBy(() -> evaluate(nested))
			.withMessageContaining("more than 16384 characters");
	}

	@Test
	void namesOfCallsThatGrowFromCallToCallAreCut() {
		String nested = "asPercent(".repeat(18) + "constantLine(1)" + ")".repeat(18);
		assertThat(evaluate(nested)).singleElement()
			.satisfies((one) -> assertThat(one.name()).startsWith("asPercent(asPercent(")
				.contains("...")
				.hasSizeLessThan(16_384))
			.satisfies((one) -> assertThat(one.path()).startsWith("asPercent(").hasSizeLessThan(16_384));
		String longest = "alias(m.a, '" + "x".repeat(16_384) + "')";
		assertThat(evaluate(longest)).extracting(GridSeries::name).containsExactly("x".repeat(16_384));
		for (String function : List.of("scale(%s, 2)", "timeShift(%s, '10s')", "divideSeries(%s, m.b)")) {
			assertThat(evaluate(String.format(function, longest))).singleElement()
				.satisfies((one) -> assertThat(one.name()).hasSize(1003).contains("(xxx").endsWith("x..."));
		}
		String pair = new String(Character.toChars(0x1F600));
		assertThat(SeriesName.of("x", pair.repeat(8200))).isEqualTo("x" + pair.repeat(499) + "...");
	}

	@Test
	void constantLineMeetsOtherSeriesWhereItBegins() {
		assertThat(evaluate("divideSeries(m.a, constantLine(1))", 100, 160).stream().map(FunctionTests::text))
			.containsExactly("divideSeries(m.a,1.0): 1.5 4 - @100/30");
	}

	// The clocks are set back on 25 October 2026 at 01:00 UTC, and forward on 29 March.
	@ParameterizedTest
	@CsvSource({ "2026-10-28T08:00:00Z, -7d, -604800-3600", "2026-10-28T08:00:00Z, -1d, -86400",
			"2026-03-31T08:00:00Z, -7d, -604800+3600", "2026-10-25T00:30:00Z, -7d, -604800",
			"2026-11-01T00:30:00Z, -7d, -604800", "2026-10-21T08:00:00Z, +7d, 604800+3600" })
	void shiftIsAlignedWithTheClock(Instant from, String shift, String seconds) {
		long first = from.getEpochSecond();
		long expected = Arrays.stream(seconds.split("(?=[+-]\\d+$)", -1)).mapToLong(Long::parseLong).sum();
		PointBatch batch = new PointBatch();
		for (int i = 0; i < 720; i++) {
			batch.add(SeriesKey.of("dst"), first + expected + 10L * i, i);
		}
		this.store.put(batch);
		Expression expression = TargetParser.parse("timeShift(dst, '" + shift + "', true, true)");
		Evaluation.Range range = new Evaluation.Range(first, first + 3600, ZoneId.of("Europe/Vienna"));
		List<GridSeries> series = Evaluation
			.of(this.store, TestAccounts.open(this.budget), List.of(expression), range, 100)
			.evaluate(expression);
		assertThat(series.get(0).value(0)).isEqualTo(1);
	}

	@Test
	void nameOfManyLongNamesIsRefusedBeforeItIsMade() {
		String nodes = ", 0".repeat(5000);
		String target = "aliasByNode(alias(m.a, '" + "x".repeat(1000) + "')" + nodes + ")";
		assertThatExceptionOfType(QueryException.class).isThrownBy(() -> evaluate(target))
			.withMessageContaining("more than 16384 characters");
		assertThatExceptionOfType(QueryException.class)
			.isThrownBy(() -> SeriesName.join(",", Stream.generate(() -> "x".repeat(1000)).iterator()));
		assertThat(SeriesName.of("x".repeat(16_000), "y".repeat(400))).isEqualTo("x".repeat(1000) + "...");
		assertThat(SeriesName.of("x".repeat(16_000), "y".repeat(384))).hasSize(16_384);
	}

	@Test
	void sameSeriesCanNotBeReadAgainAndAgain() {
		String many = "m.*" + ",m.*".repeat(600);
		assertThatExceptionOfType(QueryException.class).isThrownBy(() -> evaluate("group(" + many + ")"))
			.withMessageStartingWith("The targets read more than 2000 series");
		assertThat(evaluate("group(m.*" + ",m.*".repeat(400) + ")")).hasSize(4 * 401);
	}

	@Test
	void keysAreNotHeldAgainstAnyNumberOfPatterns() {
		List<String> different = IntStream.range(0, 1001).mapToObj((i) -> "m.*" + i).toList();
		assertThat(targets(different.subList(0, 1000))).isNotNull();
		assertThatExceptionOfType(QueryException.class).isThrownBy(() -> targets(different))
			.withMessageContaining("more than 1000 different keys and patterns");
		assertThatExceptionOfType(QueryException.class)
			.isThrownBy(() -> targets(List.of("group(" + String.join(",", different) + ")")))
			.withMessageContaining("more than 1000 different keys and patterns");
	}

	@Test
	void partsOfTargetsAreCountedBeforeAnyKeyIsLookedAt() {
		List<String> same = Collections.nCopies(5, "group(" + "m.*,".repeat(4000) + "m.*)");
		assertThatExceptionOfType(QueryException.class).isThrownBy(() -> targets(same))
			.withMessageContaining("20000 computations");
	}

	private Evaluation targets(List<String> targets) {
		return Evaluation.of(this.store, TestAccounts.open(this.budget),
				targets.stream().map(TargetParser::parse).toList(), new Evaluation.Range(100, 150, ZoneOffset.UTC),
				100);
	}

	@Test
	void documentationNamesEveryFunction() throws IOException {
		String documentation = Files.readString(Path.of("docs/graphite.md"));
		assertThat(FunctionTable.get().functions().keySet())
			.allSatisfy((name) -> assertThat(documentation).contains("`" + name + "`"));
	}

	@Test
	void slidingWindowsAgreeWithWindowsComputedOneByOne() {
		List<String> fast = new ArrayList<>();
		List<String> slow = new ArrayList<>();
		for (int window = 1; window < 8; window++) {
			for (String function : List.of("max", "min")) {
				fast.add(text(evaluate("alias(movingWindow(m.gap, " + window + ", '" + function + "'), 'x')").get(0)));
				// The highest value is the first less the range of nothing else: by
				// another way.
				String sign = function.equals("max") ? "1" : "-1";
				slow.add(text(evaluate("alias(scale(movingWindow(scale(m.gap, " + sign + "), " + window + ", 'max'), "
						+ sign + "), 'x')")
					.get(0)));
			}
		}
		assertThat(fast).isEqualTo(slow);
	}

	@Test
	void tagsTellTheNameAndWhatAggregated() {
		assertThat(evaluate("alias(m.a, 'x')").get(0).tags()).containsOnlyKeys("name").containsEntry("name", "m.a");
		assertThat(evaluate("sumSeries(m.a, m.b)").get(0).tags()).containsEntry("name", "sumSeries(m.a,m.b)")
			.containsEntry("aggregatedBy", "sum");
		assertThat(evaluate("sumSeries(m.a)").get(0).tags()).containsEntry("name", "m.a");
	}

}
