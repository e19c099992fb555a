package io.eardrum.web.graphite.step;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import io.eardrum.documents.fixture.Documents;
import io.eardrum.metric.PointBatch;
import io.eardrum.metric.SeriesKey;
import io.eardrum.storage.memory.MemoryMetricRepository;
import io.eardrum.web.fixture.TestAccounts;
import io.eardrum.web.graphite.series.GridReader;
import io.eardrum.web.graphite.series.GridSeries;
import io.eardrum.web.graphite.series.ValueBudget;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The examples in {@code docs/graphite-steps.md}.
 */
class StepExamplesTests {

	private static final Pattern EVERY = Pattern
		.compile("every (\\d+) from (\\d+) to (\\d+)(?: without ((?:\\d+ ?)+))?");

	private static final long MIDNIGHT = 20_000 * 86_400L;

	static List<List<String>> examples() {
		return Documents.rows(Documents.docs("graphite-steps.md"), "Examples");
	}

	private static Set<Long> times(String text) {
		Set<Long> times = new TreeSet<>();
		Matcher every = EVERY.matcher(text);
		if (every.matches()) {
			for (long t = Long.parseLong(every.group(2)); t <= Long.parseLong(every.group(3)); t += Long
				.parseLong(every.group(1))) {
				times.add(t);
			}
			times.removeAll((every.group(4) != null) ? times(every.group(4)) : List.of());
			return times;
		}
		for (String time : text.split(" ", -1)) {
			times.add(Long.parseLong(time));
		}
		return times;
	}

	@ParameterizedTest
	@MethodSource("examples")
	void exampleIsTrue(List<String> row) {
		MemoryMetricRepository store = new MemoryMetricRepository();
		PointBatch batch = new PointBatch();
		times(Documents.code(row.get(0)).get(0)).forEach((time) -> batch.add(SeriesKey.of("s"), MIDNIGHT + time, 1));
		store.put(batch);
		String[] range = Documents.code(row.get(1)).get(0).split(" to ", -1);
		long from = MIDNIGHT + Long.parseLong(range[0]);
		long until = MIDNIGHT + Long.parseLong(range[1]);
		GridSeries series = new GridReader(store, TestAccounts.open(new ValueBudget(1_000_000)), Steps.unknown(),
				until - from)
			.read(List.of(SeriesKey.of("s")), "s", from, until)
			.get(0);
		List<Long> shown = new ArrayList<>();
		for (int i = 0; i < series.size(); i++) {
			if (!Double.isNaN(series.value(i))) {
				shown.add(series.time(i) - MIDNIGHT);
			}
		}
		assertThat(series.step()).isEqualTo(Long.parseLong(Documents.code(row.get(2)).get(0)));
		assertThat(shown.stream().map(String::valueOf).collect(Collectors.joining(" ")))
			.isEqualTo(String.join("", Documents.code(row.get(3))));
	}

	@Test
	void thereAreExamples() {
		assertThat(examples()).hasSizeGreaterThan(10);
	}

}
