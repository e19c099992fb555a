package io.eardrum.web.graphite.function;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import io.eardrum.budget.RequestBudget;
import io.eardrum.budget.RequestEndedException;
import io.eardrum.metric.PointBatch;
import io.eardrum.metric.SeriesKey;
import io.eardrum.storage.memory.MemoryMetricRepository;
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
 * Each function on a few values, computed by hand. The range is 100 to 150 with a slot
 * each 10 seconds, from 110 on.
 */
class FunctionTests {

	/** A target, and its series: name, values, and start and step where they differ. */
	private static final String[][] CASES = { { "m.a", "m.a: 1 2 3 4 5" }, { "m.gap", "m.gap: 10 20 - - 50" },
			{ "m.*", "m.a: 1 2 3 4 5", "m.b: 5 4 3 2 1", "m.count: 100 150 20 - 80", "m.gap: 10 20 - - 50" },
			{ "m.none" }, { "alias(m.a, 'x')", "x: 1 2 3 4 5" },
			{ "aliasByNode(h.*.cpu, 1)", "one: 1 1 1 1 1", "two: 2 2 2 2 2" },
			{ "aliasByNode(h.one.cpu, -1, 0, 7)", "cpu.h.: 1 1 1 1 1" },
			{ "aliasByNode(scale(h.one.cpu, 2), 1)", "one: 2 2 2 2 2" },
			{ "aliasByNode(alias(m.a, 'all (x)'), 0)", "x: 1 2 3 4 5" },
			{ "aliasByNode(alias(m.a, 'is (x) y)'), 0)", "is (x) y): 1 2 3 4 5" },
			{ "aliasByNode(m.a, 'name')", "m.a: 1 2 3 4 5" }, { "aliasByTags(m.a, 1)", "a: 1 2 3 4 5" },
			{ "aliasByMetric(scale(h.one.cpu, 2))", "cpu: 2 2 2 2 2" },
			{ "aliasSub(m.a, '(\\w)\\.(\\w)', '\\2-\\1')", "a-m: 1 2 3 4 5" },
			{ "aliasSub(m.a, \"(^.*$)\", \"\\1 A\")", "m.a A: 1 2 3 4 5" },
			{ "aliasSub(m.a, '(?P<x>a)', '\\g<x>\\g<1>\\\\$1')", "m.aa\\$1: 1 2 3 4 5" },
			{ "substr(h.one.cpu, 1, 2)", "one: 1 1 1 1 1" }, { "substr(h.one.cpu, -2)", "one.cpu: 1 1 1 1 1" },
			{ "sumSeries(m.a, m.gap)", "sumSeries(m.a,m.gap): 11 22 3 4 55" },
			{ "sum(h.*.cpu)", "sumSeries(h.*.cpu): 3 3 3 3 3" }, { "sumSeries(m.none)" },
			{ "averageSeries(m.a, m.gap)", "averageSeries(m.a,m.gap): 5.5 11 3 4 27.5" },
			{ "avg(m.a, m.b)", "averageSeries(m.a,m.b): 3 3 3 3 3" },
			{ "maxSeries(m.a, m.b)", "maxSeries(m.a,m.b): 5 4 3 4 5" },
			{ "minSeries(m.a, m.b, m.gap)", "minSeries(m.a,m.b,m.gap): 1 2 3 2 1" },
			{ "diffSeries(m.gap, m.a)", "diffSeries(m.gap,m.a): 9 18 3 4 45" },
			{ "multiplySeries(m.a, m.gap)", "multiplySeries(m.a,m.gap): 10 40 - - 250" },
			{ "multiplySeries(m.a)", "m.a: 1 2 3 4 5" },
			{ "stddevSeries(m.a, m.b)", "stddevSeries(m.a,m.b): 2 1 0 1 2" },
			{ "rangeOfSeries(m.a, m.b)", "rangeOfSeries(m.a,m.b): 4 2 0 2 4" },
			{ "countSeries(m.a, m.gap)", "countSeries(m.a,m.gap): 2 2 2 2 2" }, { "countSeries()", "0: 0 0 0 @100/25" },
			{ "aggregate(m.{a,b,gap}, 'median')", "medianSeries(m.{a,b,gap}): 5 4 3 3 5" },
			{ "aggregate(m.gap, 'count')", "countSeries(m.gap): 1 1 - - 1" },
			{ "aggregate(m.{a,gap}, 'sum', 0.6)", "sumSeries(m.{a,gap}): 11 22 - - 55" },
			{ "percentileOfSeries(m.{a,b,gap}, 50)", "percentileOfSeries(m.{a,b,gap},50): 5 4 3 4 5" },
			{ "percentileOfSeries(m.{a,b}, 50, true)", "percentileOfSeries(m.{a,b},50): 3 3 3 3 3" },
			{ "groupByNode(h.*.*, 1, 'sum')", "one: 11 11 11 11 11", "two: 22 22 22 22 22" },
			{ "groupByNode(h.*.*, 2)", "cpu: 1.5 1.5 1.5 1.5 1.5", "mem: 15 15 15 15 15" },
			{ "groupByNodes(h.*.*, 'maxSeries', 0)", "h: 20 20 20 20 20" },
			{ "sumSeriesWithWildcards(h.*.*, 1)", "h.cpu: 3 3 3 3 3", "h.mem: 30 30 30 30 30" },
			{ "sumSeriesWithWildcards(h.*.*, '1')", "h.cpu: 3 3 3 3 3", "h.mem: 30 30 30 30 30" },
			{ "averageSeriesWithWildcards(h.*.*, 1, 2)", "h: 8.25 8.25 8.25 8.25 8.25" },
			{ "multiplySeriesWithWildcards(h.*.cpu, 1)", "h.cpu: 2 2 2 2 2" },
			{ "aggregateWithWildcards(h.*.*, 'min', 2)", "h.one: 1 1 1 1 1", "h.two: 2 2 2 2 2" },
			{ "group(m.b, m.a)", "m.b: 5 4 3 2 1", "m.a: 1 2 3 4 5" },
			{ "divideSeries(m.gap, m.a)", "divideSeries(m.gap,m.a): 10 10 - - 10" },
			{ "divideSeries(m.a, offset(m.a, -2))", "divideSeries(m.a,offset(m.a,-2)): -1 - 3 2 " + 5 / 3.0 },
			{ "divideSeries(m.a, m.none)", "divideSeries(m.a,MISSING): - - - - -" },
			{ "divideSeriesLists(m.a, m.b)", "divideSeries(m.a,m.b): 0.2 0.5 1 2 5" },
			{ "asPercent(h.*.cpu)", "asPercent(h.one.cpu,sumSeries(h.*.cpu)): " + repeated(1 / 3.0 * 100, 5),
					"asPercent(h.two.cpu,sumSeries(h.*.cpu)): " + repeated(2 / 3.0 * 100, 5) },
			{ "asPercent(m.a, 10)", "asPercent(m.a,10): 10 20 30 40 50" },
			{ "asPercent(m.a, m.gap)", "asPercent(m.a,m.gap): 10 10 - - 10" },
			{ "asPercent(m.{b,a}, m.{b,a})", "asPercent(m.a,m.a): 100 100 100 100 100",
					"asPercent(m.b,m.b): 100 100 100 100 100" },
			{ "asPercent(h.*.cpu, h.*.mem, 1)", "asPercent(h.one.cpu,h.one.mem): 10 10 10 10 10",
					"asPercent(h.two.cpu,h.two.mem): 10 10 10 10 10" },
			{ "asPercent(h.*.cpu, h.one.mem, 1)", "asPercent(h.one.cpu,h.one.mem): 10 10 10 10 10",
					"asPercent(h.two.cpu,MISSING): - - - - -" },
			{ "scale(m.gap, 1.5)", "scale(m.gap,1.5): 15 30 - - 75" },
			{ "scale(m.a, '2')", "scale(m.a,2): 2 4 6 8 10" },
			{ "scale(m.a, factor=1e6)", "scale(m.a,1e+06): 1000000 2000000 3000000 4000000 5000000" },
			{ "offset(m.gap, -10)", "offset(m.gap,-10): 0 10 - - 40" }, { "add(m.a, 3)", "add(m.a,3): 4 5 6 7 8" },
			{ "pow(m.a, 2)", "pow(m.a,2): 1 4 9 16 25" },
			{ "pow(offset(m.a, -1), -1)", "pow(offset(m.a,-1),-1): - 1 0.5 " + 1 / 3.0 + " 0.25" },
			{ "absolute(offset(m.a, -3))", "absolute(offset(m.a,-3)): 2 1 0 1 2" },
			{ "invert(m.b)", "invert(m.b): 0.2 0.25 " + 1 / 3.0 + " 0.5 1" },
			{ "squareRoot(pow(m.a, 2))", "squareRoot(pow(m.a,2)): 1 2 3 4 5" },
			{ "log(scale(m.gap, 10))",
					"log(scale(m.gap,10), 10): 2 " + Math.log(200) / Math.log(10) + " - - "
							+ Math.log(500) / Math.log(10) },
			{ "log(m.a, 2)", "log(m.a, 2): 0 1 " + Math.log(3) / Math.log(2) + " 2 " + Math.log(5) / Math.log(2) },
			{ "round(scale(m.a, 0.5))", "round(scale(m.a,0.5)): 0 1 2 2 2" },
			{ "round(scale(m.a, 0.33), 1)", "round(scale(m.a,0.33),1): 0.3 0.7 1 1.3 1.7" },
			{ "scaleToSeconds(m.gap, 60)", "scaleToSeconds(m.gap,60): 60 120 - - 300" },
			{ "offsetToZero(m.gap)", "offsetToZero(m.gap): 0 10 - - 40" },
			{ "transformNull(m.gap)", "transformNull(m.gap,0): 10 20 0 0 50" },
			{ "transformNull(m.gap, default=-1)", "transformNull(m.gap,-1): 10 20 -1 -1 50" },
			{ "isNonNull(m.gap)", "isNonNull(m.gap): 1 1 0 0 1" },
			{ "keepLastValue(m.gap)", "keepLastValue(m.gap): 10 20 20 20 50" },
			{ "keepLastValue(m.gap, 1)", "keepLastValue(m.gap): 10 20 - - 50" },
			{ "keepLastValue(removeAboveValue(m.a, 3), inf)", "keepLastValue(removeAboveValue(m.a, 3)): 1 2 3 3 3" },
			{ "interpolate(m.gap)", "interpolate(m.gap): 10 20 30 40 50" },
			{ "interpolate(removeAboveValue(m.a, 3))", "interpolate(removeAboveValue(m.a, 3)): 1 2 3 - -" },
			{ "derivative(m.count)", "derivative(m.count): - 50 -130 - -" },
			{ "nonNegativeDerivative(m.count)", "nonNegativeDerivative(m.count): - 50 - - -" },
			{ "nonNegativeDerivative(m.count, 200)", "nonNegativeDerivative(m.count): - 50 71 - -" },
			{ "nonNegativeDerivative(m.count, minValue=10)", "nonNegativeDerivative(m.count): - 50 10 - -" },
			{ "nonNegativeDerivative(m.a, 3)", "nonNegativeDerivative(m.a): - 1 1 - -" },
			{ "perSecond(m.count)", "perSecond(m.count): - 5 - - -" },
			{ "perSecond(scale(m.a, 0.1234567))",
					"perSecond(scale(m.a,0.123457)): - 0.012346 0.012346 0.012346 0.012346" },
			{ "integral(m.gap)", "integral(m.gap): 10 30 - - 80" },
			{ "summarize(m.a, '20s')", "summarize(m.a, \"20s\", \"sum\"): 1 5 9 - @100/20" },
			{ "summarize(m.gap, '30s', 'max')", "summarize(m.gap, \"30s\", \"max\"): 10 20 50 @90/30" },
			{ "summarize(m.a, '20s', 'avg', true)", "summarize(m.a, \"20s\", \"avg\", true): 1.5 3.5 5 @110/20" },
			{ "summarize(setXFilesFactor(m.gap, 0.6), '20s')", "summarize(m.gap, \"20s\", \"sum\"): - - - - @100/20" },
			{ "timeShift(m.a, '50s')", "timeShift(m.a, \"-50s\"): 60 70 80 90 100" },
			{ "timeShift(m.a, '+20s')", "timeShift(m.a, \"+20s\"): 3 4 5 - -" },
			{ "movingAverage(m.a, 2)", "movingAverage(m.a,2): 95 50.5 1.5 2.5 3.5" },
			{ "movingAverage(m.gap, '20s')", "movingAverage(m.gap,\"20s\"): - 10 15 20 -" },
			{ "movingAverage(m.gap, 2, 0.6)", "movingAverage(m.gap,2): - - 15 - -" },
			{ "movingSum(m.a, 3)", "movingSum(m.a,3): 270 191 103 6 9" },
			{ "movingMin(m.a, 3)", "movingMin(m.a,3): 80 1 1 1 2" },
			{ "movingMax(m.gap, 3)", "movingMax(m.gap,3): - 10 20 20 20" },
			{ "movingMedian(m.a, 3)", "movingMedian(m.a,3): 90 90 2 2 3" },
			{ "movingWindow(m.a, 2, 'last')", "movingLast(m.a,2): 100 1 2 3 4" },
			{ "movingWindow(m.gap, 2, 'multiply')", "movingMultiply(m.gap,2): - 10 200 20 -" },
			{ "movingWindow(m.gap, 2, 'avg_zero')", "movingAvg_zero(m.gap,2): - 10 15 20 -" },
			{ "movingWindow(m.gap, 2, 'count')", "movingCount(m.gap,2): - 1 2 1 -" },
			{ "limit(m.*, 2)", "m.a: 1 2 3 4 5", "m.b: 5 4 3 2 1" }, { "limit(m.*, -3)", "m.a: 1 2 3 4 5" },
			{ "highestMax(m.*, 2)", "m.count: 100 150 20 - 80", "m.gap: 10 20 - - 50" },
			{ "highestCurrent(m.{a,b,gap}, 2)", "m.gap: 10 20 - - 50", "m.a: 1 2 3 4 5" },
			{ "highestAverage(m.{a,gap}, 1)", "m.gap: 10 20 - - 50" }, { "highest(m.{a,b})", "m.a: 1 2 3 4 5" },
			{ "lowest(m.*, 2, 'max')", "m.a: 1 2 3 4 5", "m.b: 5 4 3 2 1" },
			{ "lowestCurrent(m.{a,b}, 1)", "m.b: 5 4 3 2 1" }, { "lowestAverage(m.{a,count}, 1)", "m.a: 1 2 3 4 5" },
			{ "averageAbove(m.{a,gap}, 3)", "m.gap: 10 20 - - 50" }, { "averageBelow(m.{a,gap}, 3)", "m.a: 1 2 3 4 5" },
			{ "currentAbove(m.{a,b}, 1)", "m.a: 1 2 3 4 5" }, { "currentBelow(m.{a,b}, 1)", "m.b: 5 4 3 2 1" },
			{ "maximumAbove(m.*, 100)", "m.count: 100 150 20 - 80" },
			{ "maximumBelow(m.{a,gap}, 5)", "m.a: 1 2 3 4 5" }, { "minimumAbove(m.{a,gap}, 1)", "m.gap: 10 20 - - 50" },
			{ "minimumBelow(m.{a,gap}, 1)", "m.a: 1 2 3 4 5" },
			{ "filterSeries(m.{a,gap}, 'last', '=', 5)", "m.a: 1 2 3 4 5" },
			{ "filterSeries(removeAboveValue(m.{a,gap}, 5), 'max', '=', 5)", "removeAboveValue(m.a, 5): 1 2 3 4 5" },
			{ "filterSeries(removeAboveValue(m.{a,gap}, 5), 'max', '!=', 5)", "removeAboveValue(m.gap, 5): - - - - -" },
			{ "filterSeries(removeAboveValue(m.{a,gap}, 5), 'max', '<', 5)", "removeAboveValue(m.gap, 5): - - - - -" },
			{ "filterSeries(removeAboveValue(m.{a,gap}, 5), 'max', '>=', 5)", "removeAboveValue(m.a, 5): 1 2 3 4 5" },
			{ "averageBelow(removeAboveValue(m.gap, 5), 1)", "removeAboveValue(m.gap, 5): - - - - -" },
			{ "currentBelow(removeAboveValue(m.gap, 5), 1)", "removeAboveValue(m.gap, 5): - - - - -" },
			{ "minimumAbove(removeAboveValue(m.gap, 5), 1)" }, { "grep(m.*, 'a$')", "m.a: 1 2 3 4 5" },
			{ "exclude(m.{a,b}, 'a')", "m.b: 5 4 3 2 1" },
			{ "unique(m.a, m.{a,b})", "m.a: 1 2 3 4 5", "m.b: 5 4 3 2 1" },
			{ "removeEmptySeries(removeAboveValue(m.{a,gap}, 5))", "removeAboveValue(m.a, 5): 1 2 3 4 5" },
			{ "removeEmptySeries(m.{a,gap}, 0.7)", "m.a: 1 2 3 4 5" },
			{ "mostDeviant(m.{a,gap}, 1)", "m.gap: 10 20 - - 50" },
			{ "removeAboveValue(m.a, 3)", "removeAboveValue(m.a, 3): 1 2 3 - -" },
			{ "removeBelowValue(m.gap, 20)", "removeBelowValue(m.gap, 20): - 20 - - 50" },
			{ "nPercentile(m.a, 50)", "nPercentile(m.a, 50): 3 3 3 3 3" },
			{ "sortByName(group(m.b, m.a))", "m.a: 1 2 3 4 5", "m.b: 5 4 3 2 1" },
			{ "sortByName(m.{a,b}, reverse=true)", "m.b: 5 4 3 2 1", "m.a: 1 2 3 4 5" },
			{ "sortByName(n.*, true)", "n.2: 2 2 2 2 2", "n.10: 10 10 10 10 10" },
			{ "sortByName(n.*)", "n.10: 10 10 10 10 10", "n.2: 2 2 2 2 2" },
			{ "sortBy(m.{a,gap}, 'max', true)", "m.gap: 10 20 - - 50", "m.a: 1 2 3 4 5" },
			{ "sortByMaxima(m.{a,gap})", "m.gap: 10 20 - - 50", "m.a: 1 2 3 4 5" },
			{ "sortByTotal(m.{a,gap})", "m.gap: 10 20 - - 50", "m.a: 1 2 3 4 5" },
			{ "sortByMinima(group(m.gap, m.a, offset(m.b, -9)))", "m.a: 1 2 3 4 5", "m.gap: 10 20 - - 50" },
			{ "consolidateBy(m.a, 'max')", "consolidateBy(m.a,\"max\"): 1 2 3 4 5" },
			{ "cumulative(m.a)", "consolidateBy(m.a,\"sum\"): 1 2 3 4 5" },
			{ "setXFilesFactor(m.a, 0.5)", "m.a: 1 2 3 4 5" }, { "xFilesFactor(m.a, 0.5)", "m.a: 1 2 3 4 5" },
			{ "constantLine(2.5)", "2.5: 2.5 2.5 2.5 @100/25" }, { "threshold(7, 'limit')", "limit: 7 7 7 @100/25" },
			{ "fallbackSeries(m.none, m.a)", "m.a: 1 2 3 4 5" }, { "fallbackSeries(m.b, m.a)", "m.b: 5 4 3 2 1" },
			{ "seriesByTag('name=cpu')" }, { "m.a|scale(2)|alias('x')", "x: 2 4 6 8 10" } };

	private final MemoryMetricRepository store = new MemoryMetricRepository();

	private final ValueBudget budget = new ValueBudget(10_000_000);

	FunctionTests() {
		put("m.a", 60, 60, 70, 80, 90, 100, 1, 2, 3, 4, 5);
		put("m.b", 110, 5, 4, 3, 2, 1);
		put("m.gap", 110, 10, 20, Double.NaN, Double.NaN, 50);
		put("m.count", 110, 100, 150, 20, Double.NaN, 80);
		put("h.one.cpu", 110, 1, 1, 1, 1, 1);
		put("h.two.cpu", 110, 2, 2, 2, 2, 2);
		put("h.one.mem", 110, 10, 10, 10, 10, 10);
		put("h.two.mem", 110, 20, 20, 20, 20, 20);
		put("n.2", 110, 2, 2, 2, 2, 2);
		put("n.10", 110, 10, 10, 10, 10, 10);
	}

	private void put(String key, long start, double... values) {
		PointBatch batch = new PointBatch();
		for (int i = 0; i < values.length; i++) {
			if (!Double.isNaN(values[i])) {
				batch.add(SeriesKey.of(key), start + 10L * i, values[i]);
			}
		}
		this.store.put(batch);
	}

	private static String repeated(double value, int times) {
		return (value + " ").repeat(times).strip();
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

	static Stream<Arguments> cases() {
		return Stream.of(CASES).map((one) -> Arguments.of((Object) one));
	}

	@ParameterizedTest
	@MethodSource("cases")
	void functionComputesWhatWasComputedByHand(String[] targetAndSeries) {
		assertThat(evaluate(targetAndSeries[0]).stream().map(FunctionTests::text)).as(targetAndSeries[0])
			.containsExactlyElementsOf(List.of(targetAndSeries).subList(1, targetAndSeries.length));
	}

	@Test
	void everyFunctionIsTriedHere() {
		Set<String> missing = new TreeSet<>(FunctionTable.get().functions().keySet());
		for (String[] one : CASES) {
			missing.removeIf((name) -> one[0].matches(".*\\b\\Q" + name + "\\E\\(.*"));
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
			asPercent(%s)                                 -> constantLine(1)
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
	void nameOfManyLongNamesIsRefusedBeforeItIsMade() {
		String nodes = ", 0".repeat(5000);
		String target = "aliasByNode(alias(m.a, '" + "x".repeat(1000) + "')" + nodes + ")";
		assertThatExceptionOfType(QueryException.class).isThrownBy(() -> evaluate(target))
			.withMessageContaining("more than 16384 characters");
		assertThatExceptionOfType(QueryException.class)
			.isThrownBy(() -> SeriesName.join(",", Stream.generate(() -> "x".repeat(1000)).iterator()));
		assertThatExceptionOfType(QueryException.class)
			.isThrownBy(() -> SeriesName.of("x".repeat(16_000), "y".repeat(400)));
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
