package io.eardrum.web.graphite.step;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;

import io.eardrum.budget.HeapBudget;
import io.eardrum.budget.HeapShare;
import io.eardrum.budget.HeapUse;
import io.eardrum.metric.PointBatch;
import io.eardrum.metric.SeriesKey;
import io.eardrum.storage.memory.MemoryMetricRepository;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

class SeriesPropertiesTests {

	private static final long MEBIBYTE = 1024 * 1024;

	private static final HeapShare SHARE = new HeapBudget(256 * MEBIBYTE, 128 * MEBIBYTE, Map.of())
		.share(HeapUse.QUERIES);

	@TempDir
	private Path folder;

	private static SeriesProperties.Rule rule(String keys, Duration step) {
		return new SeriesProperties.Rule(keys, step);
	}

	private Path schemas(String text) throws IOException {
		return Files.writeString(this.folder.resolve("storage-schemas.conf"), text);
	}

	private static long step(Steps steps, String key) {
		return steps.ruled(SeriesKey.of(key), (work) -> {
		});
	}

	@Test
	void firstRuleThatMatchesApplies() {
		Steps steps = new SeriesProperties(
				List.of(rule("palm.*.cpu", Duration.ofSeconds(10)), rule("palm.**", Duration.ofMinutes(1))), null)
			.steps(SHARE, System::nanoTime);
		assertThat(step(steps, "palm.a.cpu")).isEqualTo(10);
		assertThat(step(steps, "palm.a.b.cpu")).isEqualTo(60);
		assertThat(step(steps, "oak.a.cpu")).isZero();
		long[] worked = new long[1];
		steps.ruled(SeriesKey.of("palm.a.cpu"), (work) -> worked[0] += work);
		assertThat(worked[0]).isPositive();
	}

	@Test
	void schemasOfGraphiteAreRulesBehindTheOthers() throws IOException {
		Path file = schemas("""
				# Schemas of Carbon
				; another comment
				[carbon]
				pattern = ^carbon\\.
				retentions = 60:90d
				priority = 100

				[collectd]
				pattern=\\.(cpu|mem)$
				retentions = 10s:6h,1min:6d, 10m:1800d
				[hourly]
				pattern = ^jobs\\..*=x
				retentions = 1hour:2y
				[default]
				pattern = .*
				retentions = 1m:1d
				""");
		Steps steps = new SeriesProperties(List.of(rule("palm.cpu", Duration.ofSeconds(5))), file).steps(SHARE,
				System::nanoTime);
		assertThat(step(steps, "palm.cpu")).isEqualTo(5);
		assertThat(step(steps, "carbon.agents.cpu")).isEqualTo(60);
		assertThat(step(steps, "oak.cpu")).isEqualTo(10);
		assertThat(step(steps, "jobs.a=x")).isEqualTo(3600);
		assertThat(step(steps, "oak.cpus")).isEqualTo(60);
	}

	@ParameterizedTest
	@CsvSource(delimiter = ';',
			value = { "[a]; [a] has no pattern or no retentions",
					"[a]|pattern = x|[b]; Line 3 is wrong: [a] has no pattern or no retentions.",
					"pattern = x; Line 1 is wrong: it is neither [a name] nor a setting below one.",
					"[a]|pattern; Line 2 is wrong: it is neither [a name] nor a setting below one.",
					"[a]|pattern = (?=x); Line 2 is wrong: '(?=x)' is not a regular expression that is understood here",
					"[a]|retentions = soon; Line 2 is wrong: 'soon' are not retentions such as 10s:6h,1m:7d.",
					"[a]|retentions = 0s:1d; Line 2 is wrong: '0s:1d' are not retentions" })
	void wrongSchemasStopTheStart(String text, String message) throws IOException {
		Path file = schemas(text.replace('|', '\n'));
		assertThatExceptionOfType(InvalidConfigurationPropertyValueException.class)
			.isThrownBy(() -> new SeriesProperties(List.of(), file))
			.satisfies((ex) -> {
				assertThat(ex.getName()).isEqualTo("eardrum.series.storage-schemas");
				assertThat(ex.getReason()).startsWith(message);
			});
	}

	@Test
	void schemasThatCanNotBeReadStopTheStart() throws IOException {
		for (Path file : List.of(this.folder.resolve("none"), schemas("#".repeat(1024 * 1024 + 1)))) {
			assertThatExceptionOfType(InvalidConfigurationPropertyValueException.class)
				.isThrownBy(() -> new SeriesProperties(List.of(), file));
		}
	}

	@ParameterizedTest
	@CsvSource({ "palm.[a, PT10S, rules[0].keys", "'', PT10S, rules[0].keys", "palm.*, PT0S, rules[0].step",
			"palm.*, PT0.5S, rules[0].step", "palm.*, PT1.5S, rules[0].step", "palm.*, PT8761H, rules[0].step" })
	void wrongRuleStopsTheStart(String keys, Duration step, String property) {
		assertThatExceptionOfType(InvalidConfigurationPropertyValueException.class)
			.isThrownBy(() -> new SeriesProperties(List.of(rule(keys, step)), null))
			.satisfies((ex) -> assertThat(ex.getName()).isEqualTo("eardrum.series." + property));
	}

	@Test
	void stepIsLearntFromAsFewOfTheNewestPointsAsSayIt() throws IOException {
		SeriesKey key = SeriesKey.of("a");
		MemoryMetricRepository store = new MemoryMetricRepository();
		PointBatch batch = new PointBatch();
		for (int i = 0; i < 5000; i++) {
			batch.add(key, 300L * i, i);
		}
		for (int i = 0; i < 500; i++) {
			batch.add(key, 1_500_000 + 10L * i, i);
		}
		store.put(batch);
		Steps steps = Steps.unknown();
		assertThat(steps.learnt(key)).isZero();
		long[] worked = new long[1];
		assertThat(steps.learn(key, 1_504_990, store, (work) -> worked[0] += work)).isEqualTo(10);
		assertThat(worked[0]).isEqualTo(121);
		assertThat(steps.learnt(key)).isEqualTo(10);
		assertThat(steps.learn(key, 1_499_700, store, (work) -> worked[0] += work)).isEqualTo(300);
		assertThat(steps.learnt(key)).isEqualTo(300);
		assertThat(steps.learn(key, Long.MIN_VALUE, store, (work) -> worked[0] += work)).isZero();
		assertThat(steps.learnt(key)).isEqualTo(-1);
	}

}
