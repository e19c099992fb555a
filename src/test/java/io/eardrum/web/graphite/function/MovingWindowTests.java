package io.eardrum.web.graphite.function;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import io.eardrum.metric.PointBatch;
import io.eardrum.metric.SeriesKey;
import io.eardrum.storage.memory.MemoryMetricRepository;
import io.eardrum.web.fixture.TestAccounts;
import io.eardrum.web.graphite.query.Expression;
import io.eardrum.web.graphite.query.TargetParser;
import io.eardrum.web.graphite.series.GridSeries;
import io.eardrum.web.graphite.series.ValueBudget;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

/**
 * Moving windows beside what graphite-web has computed.
 */
class MovingWindowTests {

	private final MemoryMetricRepository store = new MemoryMetricRepository();

	MovingWindowTests() throws IOException {
		for (String line : lines()) {
			if (line.startsWith("input\t")) {
				put(line.split("\t", -1));
			}
		}
	}

	private static List<String> lines() throws IOException {
		try (InputStream file = Objects.requireNonNull(MovingWindowTests.class.getResourceAsStream("moving.txt"))) {
			return new String(file.readAllBytes(), StandardCharsets.UTF_8).lines()
				.filter((line) -> !line.startsWith("#"))
				.toList();
		}
	}

	static List<String[]> recorded() throws IOException {
		return lines().stream()
			.filter((line) -> !line.startsWith("input\t"))
			.map((line) -> line.split("\t", -1))
			.toList();
	}

	private void put(String[] words) {
		PointBatch batch = new PointBatch();
		double[] values = values(words[3]);
		for (int i = 0; i < values.length; i++) {
			if (!Double.isNaN(values[i])) {
				batch.add(SeriesKey.of(words[1]), Long.parseLong(words[2]) + 10L * i, values[i]);
			}
		}
		this.store.put(batch);
	}

	private static double[] values(String text) {
		return Arrays.stream(text.split(" ", -1))
			.mapToDouble((word) -> word.equals("-") ? Double.NaN : Double.parseDouble(word))
			.toArray();
	}

	@ParameterizedTest(name = "{0}")
	@MethodSource("recorded")
	void windowHasTheValuesOfGraphite(String target, String name, long start, long step, String text) {
		Expression expression = TargetParser.parse(target);
		GridSeries series = Evaluation
			.of(this.store, TestAccounts.open(new ValueBudget(100_000)), List.of(expression),
					new Evaluation.Range(300, 360, ZoneOffset.UTC), 10)
			.evaluate(expression)
			.get(0);
		assertThat(series.name()).isEqualTo(name);
		assertThat(series.start()).isEqualTo(start);
		assertThat(series.step()).isEqualTo(step);
		double[] found = new double[series.size()];
		series.copy(0, found, found.length);
		double[] expected = values(text);
		assertThat(found).hasSameSizeAs(expected);
		for (int i = 0; i < found.length; i++) {
			if (Double.isNaN(expected[i])) {
				assertThat(found[i]).as("value %d", i).isNaN();
			}
			else {
				assertThat(found[i]).as("value %d", i).isCloseTo(expected[i], within(1e-6));
			}
		}
	}

	@Test
	void manySeriesHoldTheirValuesAndThoseOfTheirWindowsOnly() {
		PointBatch batch = new PointBatch();
		for (int i = 0; i < 6000; i++) {
			batch.add(SeriesKey.of("many.n" + i % 100), 1000 + 10L * (i / 100), i);
		}
		this.store.put(batch);
		Expression expression = TargetParser.parse("movingAverage(many.*, 5)");
		List<GridSeries> series = Evaluation
			.of(this.store, TestAccounts.open(new ValueBudget(30_000)), List.of(expression),
					new Evaluation.Range(1000, 1590, ZoneOffset.UTC), 100)
			.evaluate(expression);
		assertThat(series).hasSize(100).allSatisfy((one) -> assertThat(one.size()).isEqualTo(59));
	}

}
