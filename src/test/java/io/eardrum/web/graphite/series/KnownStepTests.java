package io.eardrum.web.graphite.series;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.eardrum.budget.HeapBudget;
import io.eardrum.budget.HeapShare;
import io.eardrum.budget.HeapUse;
import io.eardrum.metric.PointBatch;
import io.eardrum.metric.SeriesKey;
import io.eardrum.metric.TimeRange;
import io.eardrum.storage.memory.MemoryMetricRepository;
import io.eardrum.web.fixture.TestAccounts;
import io.eardrum.web.graphite.step.SeriesProperties;
import io.eardrum.web.graphite.step.Steps;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Steps that are known before a request reads a series.
 */
class KnownStepTests {

	private final MemoryMetricRepository store = new MemoryMetricRepository();

	private final ValueBudget budget = new ValueBudget(1_000_000);

	private final Steps steps = Steps.unknown();

	private void putEvery(String key, long step, long from, long until) {
		PointBatch batch = new PointBatch();
		for (long t = from; t < until; t += step) {
			batch.add(SeriesKey.of(key), t, (double) t);
		}
		this.store.put(batch);
	}

	private List<GridSeries> read(long from, long until) {
		return new GridReader(this.store, TestAccounts.open(this.budget), this.steps, until - from)
			.read(List.of(SeriesKey.of("a")), "a", from, until);
	}

	@Test
	void stepThatPeopleSayIsTheStep(@TempDir Path folder) throws IOException {
		Path file = Files.writeString(folder.resolve("schemas"), "[a]\npattern = ^(b|none)$\nretentions = 30s:1d\n");
		HeapShare share = new HeapBudget(1 << 28, 1 << 27, Map.of()).share(HeapUse.QUERIES);
		Steps ruled = new SeriesProperties(List.of(new SeriesProperties.Rule("a", Duration.ofSeconds(20))), file)
			.steps(share, System::nanoTime);
		putEvery("a", 10, 0, 1000);
		putEvery("b", 10, 0, 1000);
		List<SeriesKey> keys = Stream.of("a", "b", "none").map(SeriesKey::of).toList();
		List<GridSeries> series = new GridReader(this.store, TestAccounts.open(this.budget), ruled, 100).read(keys, "*",
				100, 200);
		assertThat(series).extracting(GridSeries::step).containsExactly(20L, 30L);
		assertThat(series.get(0).value(0)).isEqualTo(130);
		assertThat(new GridReader(this.store, TestAccounts.open(this.budget), ruled, 100).read(keys, "*", 5000, 5100))
			.as("without points in the range")
			.hasSize(2);
	}

	@Test
	void seriesWhosePointsSayNothingIsNotAskedAgain() {
		putEvery("a", 10, 500, 501);
		assertThat(read(490, 620).get(0).step()).isEqualTo(60);
		assertThat(this.steps.learnt(SeriesKey.of("a"))).isEqualTo(-1);
		putEvery("a", 10, 510, 600);
		assertThat(read(490, 620).get(0).step()).isEqualTo(60);
	}

	@Test
	void whatWasLearntOfASeriesIsUsedUntilTheSeriesIsGone() {
		putEvery("a", 10, 0, 1000);
		assertThat(read(500, 530).get(0).step()).isEqualTo(10);
		assertThat(this.steps.learnt(SeriesKey.of("a"))).isEqualTo(10);
		putEvery("a", 60, 1000, 50_000);
		assertThat(read(2000, 2100).get(0).step()).as("remembered").isEqualTo(10);
		assertThat(read(2000, 9000).get(0).step()).as("told by the range").isEqualTo(60);
		assertThat(read(60_000, 61_000)).hasSize(1);
		this.store.delete(List.of(SeriesKey.of("a")), new TimeRange(0, 50_000));
		assertThat(read(500, 530)).isEmpty();
	}

}
