package io.eardrum.web.graphite.function;

import java.time.ZoneOffset;
import java.util.List;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import io.eardrum.storage.MetricRepository;
import io.eardrum.web.fixture.FunctionCase;
import io.eardrum.web.fixture.TestAccounts;
import io.eardrum.web.graphite.query.Expression;
import io.eardrum.web.graphite.query.QueryException;
import io.eardrum.web.graphite.query.TargetParser;
import io.eardrum.web.graphite.series.GridSeries;
import io.eardrum.web.graphite.series.ValueBudget;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Functions that compose targets, that read other times and that make series of nothing:
 * what they refuse, and what they take. The series are those of {@link FunctionCase}.
 */
class ComposedTargetTests {

	private final MetricRepository store = FunctionCase.store();

	private final ValueBudget budget = new ValueBudget(10_000_000);

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

	private Evaluation request() {
		return Evaluation.of(this.store, TestAccounts.open(this.budget), List.of(),
				new Evaluation.Range(100, 150, ZoneOffset.UTC), 100);
	}

	@ParameterizedTest
	@CsvSource(delimiterString = "->", quoteCharacter = '~',
			textBlock = """
					delay(m.a, 1.5)              -> Function 'delay' (character 1) takes a whole number as 'steps' (character 12).
					timeSlice(m.a, 'soon')       -> Function 'timeSlice' (character 1) takes a time in quotes, such as '-1h' as 'startSliceAt' (character 16): 'soon' is not a time such as -1h, now, 1764066600, 17:05_20261125, 20261125, yesterday or noon.
					timeSlice(m.a, m.b)          -> Function 'timeSlice' (character 1) takes a time in quotes, such as '-1h' as 'startSliceAt' (character 16).
					timeSlice(m.a, 1.5)          -> Function 'timeSlice' (character 1) takes a time in quotes, such as '-1h' as 'startSliceAt' (character 16).
					smartSummarize(m.a, '1d', 'sum', 'weeks8') -> Function 'smartSummarize' (character 1) takes a unit of time in quotes, such as 'hours' or 'weeks1' as 'alignTo' (character 34).
					smartSummarize(m.a, '1d', 'sum', 3) -> Function 'smartSummarize' (character 1) takes a unit of time in quotes, such as 'hours' or 'weeks1' as 'alignTo' (character 34).
					hitcount(m.a, '-1h')         -> Function 'hitcount' (character 1) needs a 'intervalString' of more than 0 seconds, not '-1h'.
					stdev(m.a, 0)                -> Function 'stdev' (character 1) takes 1 or more 'points', not 0.
					exponentialMovingAverage(m.a, 0) -> Function 'exponentialMovingAverage' (character 1) takes a 'windowSize' of 1 or more points, not 0.
					linearRegression(m.a, '120', '110') -> Function 'linearRegression' (character 1) takes a 'startSourceAt' that is not after 'endSourceAt'.
					holtWintersConfidenceArea(m.{a,b}) -> Function 'holtWintersConfidenceArea' (character 1) takes one series, not 2.
					removeAbovePercentile(m.a, 0) -> Function 'removeAbovePercentile' (character 1) takes a percentile above 0.
					areaBetween(m.a)             -> Function 'areaBetween' (character 1) takes two series, not 1.
					verticalLine('99')           -> Function 'verticalLine' (character 1) takes a 'ts' within the range of the request, from 100 to 150, not 99.
					verticalLine('151', 'x')     -> Function 'verticalLine' (character 1) takes a 'ts' within the range of the request, from 100 to 150, not 151.
					time('x', 0)                 -> Function 'time' (character 1) takes a 'step' of 1 second or more, not 0.
					timeStack(m.a, '1y', 0, 20000) -> Function 'timeStack' (character 1) would look at times more than ten thousand years away.
					sumSeriesLists(m.a, m.{a,b}) -> Function 'sumSeriesLists' (character 1) takes lists of the same length, not of 1 and 2 series.
					weightedAverage(m.a, m.{a,b}) -> Function 'weightedAverage' (character 1) takes lists of the same length, not of 1 and 2 series.
					applyByNode(m.a, 2, '%')     -> Function 'applyByNode' (character 1) takes the number of a node that all series have as 'nodeNum'; 'm.a' has 2 nodes.
					applyByNode(m.a, 1, 'f(%)')  -> There is no function 'f' (character 1); /functions lists all functions.
					applyByNode(m.a, 1, 'sum(%') -> Character 8 of target 'sum(m.a' has to be ',' or ')', but is the end.
					reduceSeries(m.a, 'sum', 2, 'a') -> Function 'reduceSeries' (character 1) takes the number of a node that all series have as 'reduceNode'; 'm.a' has 2 nodes.
					reduceSeries(m.a, 'sum', -3, 'a') -> Function 'reduceSeries' (character 1) takes the number of a node that all series have as 'reduceNode'; 'm.a' has 2 nodes.
					reduceSeries(m.a, 'nothing', 1, 'a') -> There is no function 'nothing' (character 19); /functions lists all functions.
					reduceSeries(m.a, 'scale', 1, 'a') -> Function 'scale' (character 19) needs 'factor', a number.
					aliasQuery(m.a, 'a', 'none', '%d') -> Function 'aliasQuery' (character 1) finds no value of 'm.none'.
					aliasQuery(m.a, 'm', 'removeAboveValue(m', '%d') -> Character 21 of target 'removeAboveValue(m.a' has to be ',' or ')', but is the end.
					aliasQuery(m.a, 'a', 'b', '%d and %d') -> Function 'aliasQuery' (character 1) takes a 'newName' with one format such as %d, %s or %.2f, not '%d and %d'.
					cactiStyle(m.a, 'sec')       -> Function 'cactiStyle' (character 1) takes 'si' or 'binary' as 'system', not 'sec'.
					""")
	void wrongCallIsToldWhereAndWhy(String target, String message) {
		assertThatExceptionOfType(QueryException.class).isThrownBy(() -> evaluate(target)).withMessage(message);
	}

	@Test
	void targetsThatComposeTargetsAreBounded() {
		assertThat(compose(request(), 8)).isEqualTo("m.a in m.a in m.a in m.a in m.a in m.a in m.a in m.a");
		assertThatExceptionOfType(QueryException.class).isThrownBy(() -> compose(request(), 9))
			.withMessage("Functions that compose targets, such as applyByNode, are nested more than 8 deep.");
	}

	private static String compose(Evaluation evaluation, int depth) {
		return evaluation
			.evaluate(List.of("m.a"),
					(series) -> ((depth > 1) ? compose(evaluation, depth - 1) + " in " : "") + series.get(0).name())
			.get(0);
	}

	@Test
	void composedTargetsAreLookedUpAHundredAtATime() {
		List<String> targets = IntStream.range(0, 250).mapToObj((i) -> (i % 2 == 0) ? "m.*" : "n." + i).toList();
		Evaluation evaluation = request();
		assertThat(evaluation.evaluate(targets, List::size)).hasSize(250).startsWith(4, 0, 4).endsWith(4, 0);
		assertThat(evaluation.evaluate(List.of("n.10", "n.*"), List::size)).containsExactly(1, 2);
		List<String> many = IntStream.range(0, 1001).mapToObj((i) -> "x." + i).toList();
		assertThat(evaluation.evaluate(many, List::size)).hasSize(1001).containsOnly(0);
		List<String> wide = List
			.of("group(" + String.join(",", IntStream.range(0, 1001).mapToObj((i) -> "y." + i).toList()) + ")");
		assertThatExceptionOfType(QueryException.class).isThrownBy(() -> evaluation.evaluate(wide, List::size))
			.withMessageContaining("more than 1000 different keys and patterns");
	}

	@Test
	void composedNamesAreBounded() {
		String signs = "%".repeat(5000);
		assertThatExceptionOfType(QueryException.class)
			.isThrownBy(() -> evaluate("applyByNode(alias(m.a, 'abcd'), 0, 'm.a', '" + signs + "')"))
			.withMessageContaining("more than 16384 characters");
		assertThat(evaluate("applyByNode(alias(m.a, 'abc'), 0, 'm.a', '" + signs + "')").get(0).name()).hasSize(15_000);
	}

	@Test
	void composedTargetsAreOfTheSameRequest() {
		assertThatExceptionOfType(QueryException.class)
			.isThrownBy(() -> evaluate("applyByNode(m.a, 1, 'group(%" + ",m.*".repeat(501) + ")')"))
			.withMessageContaining("read more than 2000 series");
		assertThatExceptionOfType(QueryException.class)
			.isThrownBy(() -> evaluate("applyByNode(m.a, 1, 'group(n.*,m.*,h.*.*)')", 3))
			.withMessageContaining("More than 3 series match");
		assertThat(evaluate("timeShift(applyByNode(m.a, 1, '%'), '20s')").get(0).value(0)).isEqualTo(90);
	}

	@Test
	void randomWalkGoesByAtMostAHalf() {
		GridSeries walk = evaluate("randomWalk('x', 1)", 100, 1100).get(0);
		assertThat(walk.size()).isEqualTo(1000);
		assertThat(walk.value(0)).isZero();
		double longest = 0;
		for (int i = 1; i < walk.size(); i++) {
			longest = Math.max(longest, Math.abs(walk.value(i) - walk.value(i - 1)));
		}
		// One that is longer than 0.4 is missing once in 10^97 times.
		assertThat(longest).isBetween(0.4, 0.5);
	}

	@Test
	void memoryOfForecastsIsReleased() {
		ValueBudget.Account account = TestAccounts.open(this.budget);
		Expression target = TargetParser.parse("holtWintersForecast(m.a, '10d')");
		Evaluation evaluation = Evaluation.of(this.store, account, List.of(target),
				new Evaluation.Range(100, 150, ZoneOffset.UTC), 100);
		long before = account.taken();
		List<GridSeries> series = evaluation.evaluate(target);
		assertThat(account.taken() - before).isLessThan(GridSeries.heldBy(series) + 100);
	}

	@Test
	void drawnSeriesKeepTheirValues() {
		List<GridSeries> stacked = evaluate("stacked(group(m.a, m.b))");
		assertThat(stacked).extracting(GridSeries::name).containsExactly("stacked(m.a)", "stacked(m.b)");
		assertThat(stacked.get(1).value(0)).isEqualTo(5);
	}

}
