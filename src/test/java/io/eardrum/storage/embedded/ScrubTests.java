package io.eardrum.storage.embedded;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import io.eardrum.metric.PointBatch;
import io.eardrum.metric.SeriesKey;
import io.eardrum.metric.TimeRange;
import io.eardrum.storage.StorageException;
import io.eardrum.storage.embedded.log.WriteAvailability;
import io.eardrum.storage.embedded.rocksdb.Database;
import io.eardrum.storage.embedded.rocksdb.UseGuard;
import io.eardrum.storage.embedded.settings.EmbeddedStorageSettings;
import io.eardrum.storage.embedded.upkeep.Scrub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.mockito.BDDMockito.given;
import static org.mockito.Mockito.mock;

/**
 * Tests for {@link Scrub}.
 */
@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ScrubTests {

	private static final Instant NOW = Instant.parse("2026-11-22T10:00:00Z");

	private static final Duration WEEK = Duration.ofDays(7);

	@TempDir
	Path directory;

	@Test
	void wholeStoreIsNotedAsSuch() {
		try (RocksDbMetricRepository repository = open(WEEK, NOW)) {
			fill(repository);
			assertThat(repository.statistics().lastScrubMillis()).isZero();
			repository.scrub();
			assertThat(repository.statistics().lastScrubMillis()).isEqualTo(NOW.toEpochMilli());
			assertThat(repository.statistics().damagedFiles()).isZero();
			assertThat(repository.status().details()).doesNotContainKey("damagedFiles");
		}
	}

	@Test
	void flippedBitOfARunningStoreIsFoundAndTheStoreGoesOn() throws Exception {
		try (RocksDbMetricRepository repository = open(WEEK, NOW)) {
			fill(repository);
			Path table = largestTable();
			flip(table);
			repository.scrub();
			assertThat(repository.statistics().damagedFiles()).isEqualTo(1);
			assertThat(repository.statistics().lastScrubMillis()).isZero();
			assertThat(repository.status().details()).containsEntry("damagedFiles", List.of(table.toString()));
			assertThat(repository.status().writable()).isTrue();
			repository.put(batch("b", 0, 10));
			long[] count = new long[1];
			repository.read(SeriesKey.of("b"), TimeRange.ALL, (key, t, v, from, to) -> count[0] += to - from);
			assertThat(count[0]).isEqualTo(10);
			assertThatExceptionOfType(StorageException.class)
				.isThrownBy(() -> repository.read(SeriesKey.of("a"), TimeRange.ALL, (key, t, v, from, to) -> {
				}));
			flip(table);
			repository.scrub();
			assertThat(repository.statistics().damagedFiles()).isZero();
			assertThat(repository.statistics().lastScrubMillis()).isEqualTo(NOW.toEpochMilli());
		}
	}

	@Test
	void fileThatIsGoneIsDamage() throws Exception {
		try (RocksDbMetricRepository repository = open(WEEK, NOW)) {
			fill(repository);
			Files.delete(largestTable());
			repository.scrub();
			assertThat(repository.statistics().damagedFiles()).isEqualTo(1);
		}
	}

	@Test
	void fileThatWasReplacedMeanwhileIsNone() {
		Database database = mock(Database.class);
		Path gone = this.directory.resolve("000009.sst");
		given(database.tables()).willReturn(List.of(gone)).willReturn(List.of());
		Scrub scrub = new Scrub(database, new WriteAvailability(), new UseGuard(), WEEK, at(NOW));
		assertThat(scrub.scrub()).isTrue();
		assertThat(scrub.damaged()).isEmpty();
		assertThat(scrub.lastSuccessMillis()).isEqualTo(NOW.toEpochMilli());
	}

	@Test
	void nothingIsSaidOfFilesWhileTheStoreCannotBeWritten() {
		Database database = mock(Database.class);
		given(database.tables()).willReturn(List.of(this.directory.resolve("000009.sst")));
		WriteAvailability availability = new WriteAvailability();
		availability.writeFailed("the directory is gone");
		Scrub scrub = new Scrub(database, availability, new UseGuard(), WEEK, at(NOW));
		assertThat(scrub.scrub()).isFalse();
		assertThat(scrub.damaged()).isEmpty();
		assertThat(scrub.lastSuccessMillis()).isZero();
	}

	@Test
	void intervalGoesOnOverRestarts() {
		try (RocksDbMetricRepository repository = open(WEEK, NOW)) {
			fill(repository);
			assertThat(repository.untilScrub()).isEqualTo(Duration.ofMinutes(1));
			repository.scrub();
			assertThat(repository.untilScrub()).isEqualTo(WEEK);
		}
		try (RocksDbMetricRepository repository = open(WEEK, NOW.plus(Duration.ofDays(2)))) {
			assertThat(repository.statistics().lastScrubMillis()).isEqualTo(NOW.toEpochMilli());
			assertThat(repository.untilScrub()).isEqualTo(Duration.ofDays(5));
		}
		try (RocksDbMetricRepository repository = open(WEEK, NOW.plus(Duration.ofDays(8)))) {
			assertThat(repository.untilScrub()).isEqualTo(Duration.ofMinutes(1));
		}
		try (RocksDbMetricRepository repository = open(WEEK, NOW.minus(Duration.ofDays(1)))) {
			assertThat(repository.untilScrub()).as("after a clock that was ahead").isEqualTo(Duration.ofMinutes(1));
		}
	}

	@Test
	void threadReadsTheFilesOverAndOverAndEndsWithTheStore() throws Exception {
		Set<Thread> before = threads();
		Set<Thread> own;
		try (RocksDbMetricRepository repository = open(Duration.ofMillis(100), NOW)) {
			own = threads();
			own.removeAll(before);
			assertThat(own).singleElement().satisfies((thread) -> assertThat(thread.isDaemon()).isTrue());
			fill(repository);
			Awaitility.await().until(() -> repository.statistics().lastScrubMillis() > 0);
			Path table = largestTable();
			flip(table);
			Awaitility.await().until(() -> repository.statistics().damagedFiles() == 1);
			flip(table);
			Awaitility.await().until(() -> repository.statistics().damagedFiles() == 0);
		}
		Awaitility.await().atMost(Duration.ofSeconds(5)).until(() -> own.stream().noneMatch(Thread::isAlive));
	}

	@Test
	void threadThatWaitsEndsAtOnce() {
		Set<Thread> before = threads();
		RocksDbMetricRepository repository = open(WEEK, NOW);
		Set<Thread> own = threads();
		own.removeAll(before);
		Thread thread = own.iterator().next();
		Awaitility.await().until(() -> thread.getState() == Thread.State.TIMED_WAITING);
		repository.close();
		Awaitility.await()
			.atMost(Duration.ofSeconds(10))
			.pollInterval(Duration.ofMillis(10))
			.until(() -> !thread.isAlive());
	}

	@Test
	void zeroIsNever() {
		Set<Thread> before = threads();
		try (RocksDbMetricRepository repository = open(Duration.ZERO, NOW)) {
			fill(repository);
			assertThat(before).containsAll(threads());
		}
	}

	@ParameterizedTest
	@CsvSource({ "5, 3, 1000000, 50", "5, 0, 1000000, 0", "5, 10, 200, 15", "5, 10, 50, 0", "5, 10, -1, 0" })
	void restsForTenTimesAsLongUnlessTheIntervalEndsBefore(long took, int files, long left, long pause) {
		assertThat(Scrub.pause(took, files, left)).isEqualTo(pause);
	}

	private RocksDbMetricRepository open(Duration interval, Instant now) {
		return new RocksDbMetricRepository(
				EmbeddedStorageSettings.of(this.directory.resolve("store")).withScrubInterval(interval), at(now));
	}

	private static Clock at(Instant now) {
		return Clock.fixed(now, ZoneOffset.UTC);
	}

	// A backup writes everything from RocksDB's memory to files.
	private void fill(RocksDbMetricRepository repository) {
		repository.put(batch("a", 0, 20_000));
		repository.checkpoint();
		repository.backup(this.directory.resolve("backup"));
	}

	private static PointBatch batch(String key, int first, int count) {
		PointBatch batch = new PointBatch();
		for (int i = first; i < first + count; i++) {
			batch.add(SeriesKey.of(key), i * 977L, Math.sqrt(i));
		}
		return batch;
	}

	private Path largestTable() throws IOException {
		Path largest = null;
		try (Stream<Path> files = Files.list(this.directory.resolve("store"))) {
			for (Path file : files.filter((file) -> file.toString().endsWith(".sst")).toList()) {
				if (largest == null || Files.size(file) > Files.size(largest)) {
					largest = file;
				}
			}
		}
		return Objects.requireNonNull(largest);
	}

	private static void flip(Path table) throws IOException {
		try (RandomAccessFile file = new RandomAccessFile(table.toFile(), "rw")) {
			long middle = file.length() / 2;
			file.seek(middle);
			int value = file.read();
			file.seek(middle);
			file.write(value ^ 1);
		}
	}

	private static Set<Thread> threads() {
		return Thread.getAllStackTraces()
			.keySet()
			.stream()
			.filter((thread) -> thread.getName().equals("eardrum-scrub"))
			.collect(Collectors.toSet());
	}

}
