package io.eardrum.storage.embedded;

import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.actuate.endpoint.InvalidEndpointRequestException;

import io.eardrum.TestThreads;
import io.eardrum.metric.PointBatch;
import io.eardrum.metric.SeriesKey;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for {@link Backups}, and what {@link BackupEndpoint} makes of them.
 */
class BackupsTests {

	@TempDir
	Path directory;

	@Test
	void secondOneMeanwhileIsRefusedAndDoesNotHarmTheFirst() throws Exception {
		NativeLibrary.load(this.directory);
		Path target = this.directory.resolve("backups").resolve("same");
		try (SlowFlush flush = new SlowFlush();
				RocksDbMetricRepository repository = new RocksDbMetricRepository(settings("store"), Clock.systemUTC(),
						List.of(flush))) {
			put(repository);
			CompletableFuture<Void> first = CompletableFuture.runAsync(() -> repository.backup(target),
					TestThreads.NEW_THREAD);
			try {
				flush.begun.await();
				BackupEndpoint endpoint = new BackupEndpoint(repository, this.directory.resolve("backups"),
						Clock.systemUTC());
				CompletableFuture<Integer> second = CompletableFuture
					.supplyAsync(() -> endpoint.backup("same").getStatus(), TestThreads.NEW_THREAD);
				assertThat(second).succeedsWithin(Duration.ofSeconds(10)).isEqualTo(409);
			}
			finally {
				flush.goOn.countDown();
			}
			assertThat(first).succeedsWithin(Duration.ofSeconds(10));
			repository.backup(target.resolveSibling("other"));
		}
		try (RocksDbMetricRepository backup = new RocksDbMetricRepository(settings("backups/same"),
				Clock.systemUTC())) {
			assertThat(backup.seriesCount()).isEqualTo(1);
		}
	}

	@Test
	@EnabledOnOs(OS.LINUX)
	void chunksOfOneOnTheSameDiskAreLinks() throws Exception {
		Path copy = this.directory.resolve("backups").resolve("links");
		try (RocksDbMetricRepository repository = new RocksDbMetricRepository(settings("store"), Clock.systemUTC())) {
			put(repository);
			repository.checkpoint();
			repository.backup(copy);
			try (DirectoryStream<Path> chunks = Files.newDirectoryStream(copy, "*.sst")) {
				assertThat(chunks.iterator()).toIterable()
					.isNotEmpty()
					.allSatisfy((file) -> assertThat(
							Files.isSameFile(file, this.directory.resolve("store").resolve(file.getFileName())))
						.isTrue());
			}
		}
	}

	@Test
	void unfinishedOnesAreRemovedButNothingElse() throws Exception {
		Path backups = this.directory.resolve("backups");
		Path abandoned = unfinished(backups.resolve("monday.tmp"), "000012.sst", Duration.ofHours(2));
		Path recent = unfinished(backups.resolve("tuesday.tmp"), "000012.sst", Duration.ofMinutes(1));
		Path foreign = unfinished(backups.resolve("letters.tmp"), "letter.txt", Duration.ofDays(2));
		try (RocksDbMetricRepository repository = new RocksDbMetricRepository(settings("store"), Clock.systemUTC())) {
			repository.backup(backups.resolve("wednesday"));
			assertThat(abandoned).doesNotExist();
			assertThat(recent).exists();
			assertThat(foreign).exists();
			BackupEndpoint endpoint = new BackupEndpoint(repository, backups, Clock.systemUTC());
			assertThatExceptionOfType(InvalidEndpointRequestException.class)
				.isThrownBy(() -> endpoint.backup("wednesday.tmp"));
		}
	}

	private EmbeddedStorageSettings settings(String path) {
		return EmbeddedStorageSettings.of(this.directory.resolve(path));
	}

	private static Path unfinished(Path copy, String file, Duration age) throws Exception {
		Files.createDirectories(copy);
		Files.writeString(copy.resolve(file), "");
		return Files.setLastModifiedTime(copy, FileTime.from(Instant.now().minus(age)));
	}

	private static void put(RocksDbMetricRepository repository) {
		PointBatch batch = new PointBatch();
		batch.add(SeriesKey.of("a"), 1, 2);
		repository.put(batch);
	}

}
