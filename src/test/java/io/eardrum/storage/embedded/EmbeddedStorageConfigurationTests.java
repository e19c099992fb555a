package io.eardrum.storage.embedded;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;

import io.eardrum.budget.HeapBudget;
import io.eardrum.metric.PointBatch;
import io.eardrum.metric.SeriesKey;
import io.eardrum.storage.DurableMetricRepository;
import io.eardrum.storage.MetricRepository;
import io.eardrum.storage.StorageLimits;
import io.eardrum.storage.StorageProperties;
import io.eardrum.storage.embedded.settings.EmbeddedStorageSettings;
import io.eardrum.storage.embedded.settings.MemoryBudget;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link EmbeddedStorageConfiguration} and what it makes.
 */
class EmbeddedStorageConfigurationTests {

	@TempDir
	Path directory;

	@Test
	void diskIsTheDefault() {
		runner().run((context) -> {
			assertThat(context).hasSingleBean(DurableMetricRepository.class);
			assertThat(context.getBean(MetricRepository.class).status().engine()).isEqualTo("embedded");
			assertThat(this.directory.resolve("store")).isDirectory();
		});
	}

	@Test
	void memoryCanBeAskedFor() {
		runner().withPropertyValues("eardrum.storage.type=memory")
			.run((context) -> assertThat(context).doesNotHaveBean(MetricRepository.class));
	}

	@ParameterizedTest
	@CsvSource({ "type, paper, 'It must be embedded, memory or cassandra'", "fsync, sometimes, It must be always",
			"recover, everything, It must be strict, tail or accept", "memory, 5MB, at least 64MB",
			"min-free-space, -1MB, not be negative", "retention, 5s, 1m or more",
			"retention-jump, believe, It must be hold or accept", "checkpoint-interval, 2d, from 1s to 1d",
			"scrub-interval, 59m, from 1h to 365d", "scrub-interval, 366d, from 1h to 365d",
			"scrub-interval, -1h, from 1h to 365d", "backup-interval, 25h, from 0s to 1d",
			"backup-interval, -1s, from 0s to 1d", "backup-keep, 0, from 1 to 10000",
			"backup-keep, 10001, from 1 to 10000" })
	void wrongValueIsNamed(String name, String value, String reason) {
		runner().withPropertyValues("eardrum.storage." + name + "=" + value)
			.run((context) -> assertThat(context.getStartupFailure())
				.hasRootCauseInstanceOf(InvalidConfigurationPropertyValueException.class)
				.rootCause()
				.hasMessageContaining("eardrum.storage." + name)
				.extracting((ex) -> ((InvalidConfigurationPropertyValueException) ex).getReason())
				.asString()
				.contains(reason));
	}

	@Test
	void limitsAreThoseOfTheConfiguration() {
		runner()
			.withPropertyValues("eardrum.storage.memory=128MB", "eardrum.storage.min-free-space=1MB",
					"eardrum.storage.checkpoint-interval=90s", "eardrum.storage.max-series=77",
					"eardrum.storage.scrub-interval=2h")
			.run((context) -> assertThat(context.getBean(DurableMetricRepository.class).limits())
				.isEqualTo(new StorageLimits(64 << 20, 1 << 20, 77, Duration.ofSeconds(90), Duration.ofHours(2))));
	}

	@Test
	void retentionMayDependOnTheKey() {
		runner()
			.withPropertyValues("eardrum.storage.retention=30d", "eardrum.storage.retention-rules[0].keys=debug.*",
					"eardrum.storage.retention-rules[0].retention=1d")
			.run((context) -> {
				EmbeddedStorageSettings settings = settings(context);
				assertThat(settings.retention().seconds(SeriesKey.of("debug.x"))).isEqualTo(86_400);
				assertThat(settings.retention().seconds(SeriesKey.of("x"))).isEqualTo(30 * 86_400);
			});
	}

	@Test
	void ruleNeedsARetention() {
		runner().withPropertyValues("eardrum.storage.retention-rules[0].keys=debug.*")
			.run((context) -> assertThat(context.getStartupFailure()).rootCause()
				.hasMessageContaining("eardrum.storage.retention-rules[0].retention")
				.extracting((ex) -> ((InvalidConfigurationPropertyValueException) ex).getReason())
				.asString()
				.contains("It must be given"));
	}

	@Test
	void directoryForBackupsIsMadeOrTheStartEnds() throws Exception {
		Path made = this.directory.resolve("a").resolve("backups");
		runner().withPropertyValues("eardrum.storage.backup-path=" + made)
			.run((context) -> assertThat(made).isDirectory());
		Path file = Files.createFile(this.directory.resolve("plain"));
		for (Path wrong : List.of(file, file.resolve("below"))) {
			runner().withPropertyValues("eardrum.storage.backup-path=" + wrong)
				.run((context) -> assertThat(context.getStartupFailure()).rootCause()
					.isInstanceOf(InvalidConfigurationPropertyValueException.class)
					.hasMessageContaining("eardrum.storage.backup-path"));
		}
	}

	@Test
	void clockThatJumpsIsHeldUnlessItIsToBeAccepted() {
		runner().run((context) -> assertThat(settings(context).acceptJump()).isFalse());
		runner().withPropertyValues("eardrum.storage.retention-jump=Accept")
			.run((context) -> assertThat(settings(context).acceptJump()).isTrue());
	}

	private static EmbeddedStorageSettings settings(ApplicationContext context) {
		return EmbeddedStorageSettings.of(context.getBean(StorageProperties.class), MemoryBudget.ofThisProcess());
	}

	@Test
	void backupIsAStoreOfItsOwn() {
		runner().run((context) -> {
			PointBatch batch = new PointBatch();
			batch.add(SeriesKey.of("a"), 1, 2);
			context.getBean(MetricRepository.class).put(batch);
			BackupEndpoint endpoint = context.getBean(BackupEndpoint.class);
			Path backup = Path.of(String.valueOf(body(endpoint.backup("first")).get("path")));
			assertThat(Files.exists(backup.resolve("CURRENT"))).isTrue();
			assertThat(backup).isEqualTo(this.directory.resolve("store").resolve("backups").resolve("first"));
			WebEndpointResponse<Map<String, Object>> again = endpoint.backup("first");
			assertThat(again.getStatus()).isEqualTo(409);
			assertThat(String.valueOf(body(again).get("detail"))).contains("already").contains(backup.toString());
			WebEndpointResponse<Map<String, Object>> soon = endpoint.backup("second");
			assertThat(soon.getStatus()).isEqualTo(429);
			assertThat(String.valueOf(body(soon).get("detail"))).contains("eardrum.storage.backup-interval");
			Files.writeString(this.directory.resolve("file"), "");
			WebEndpointResponse<Map<String, Object>> failed = new BackupEndpoint(
					context.getBean(DurableMetricRepository.class), this.directory.resolve("file"),
					new BackupLimits(Duration.ZERO, 7, Clock.systemUTC()), context.getBean(LastBackup.class), List.of(),
					Clock.systemUTC())
				.backup("second");
			assertThat(failed.getStatus()).isEqualTo(503);
			assertThat(String.valueOf(body(failed).get("detail"))).contains("file");
			runner().withPropertyValues("eardrum.storage.path=" + backup)
				.run((restored) -> assertThat(restored.getBean(MetricRepository.class).seriesCount()).isEqualTo(1));
		});
		runner().run((again) -> assertThat(again.getBean(MetricRepository.class).seriesCount()).isEqualTo(1));
	}

	@Test
	void budgetFollowsTheMemoryThereIs() {
		long mebibyte = 1 << 20;
		assertThat(MemoryBudget.of(1024 * mebibyte, 4096 * mebibyte))
			.isEqualTo(new MemoryBudget(256 * mebibyte, 256 * mebibyte));
		assertThat(MemoryBudget.of(128 * mebibyte, 512 * mebibyte))
			.isEqualTo(new MemoryBudget(32 * mebibyte, 64 * mebibyte));
	}

	@Test
	void halfOfATotalIsForPointsButHalfOfTheHeapAtMostAndTheRestIsForRocksDb() {
		long mebibyte = 1 << 20;
		assertThat(MemoryBudget.share(128 * mebibyte)).isEqualTo(new MemoryBudget(64 * mebibyte, 64 * mebibyte));
		long heap = Runtime.getRuntime().maxMemory();
		assertThat(MemoryBudget.share(4 * heap)).isEqualTo(new MemoryBudget(heap / 2, 4 * heap - heap / 2));
	}

	private ApplicationContextRunner runner() {
		return new ApplicationContextRunner().withUserConfiguration(EmbeddedStorageConfiguration.class)
			.withBean(HeapBudget.class, HeapBudget::unlimited)
			.withPropertyValues("eardrum.storage.path=" + this.directory.resolve("store"));
	}

	private static Map<String, Object> body(WebEndpointResponse<Map<String, Object>> response) {
		return Objects.requireNonNull(response.getBody());
	}

}
