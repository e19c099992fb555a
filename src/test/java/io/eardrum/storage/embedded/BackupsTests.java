package io.eardrum.storage.embedded;

import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;

import io.eardrum.fixture.MovableClock;
import io.eardrum.fixture.TestThreads;
import io.eardrum.metric.PointBatch;
import io.eardrum.metric.SeriesKey;
import io.eardrum.storage.BackupHistory;
import io.eardrum.storage.BackupObserver;
import io.eardrum.storage.BackupObserver.Refusal;
import io.eardrum.storage.DurableMetricRepository;
import io.eardrum.storage.embedded.fixture.SlowFlush;
import io.eardrum.storage.embedded.rocksdb.NativeLibrary;
import io.eardrum.storage.embedded.settings.EmbeddedStorageSettings;
import io.eardrum.storage.embedded.upkeep.Backups;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.Mockito.mock;

/**
 * Tests for {@link Backups}, and what {@link BackupEndpoint} makes of them.
 */
class BackupsTests {

	private final MovableClock clock = new MovableClock(Instant.EPOCH);

	private final List<Refusal> refusals = new CopyOnWriteArrayList<>();

	private final List<Duration> retries = new CopyOnWriteArrayList<>();

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
				BackupEndpoint endpoint = endpoint(repository, this.directory.resolve("backups"), Duration.ZERO, 7);
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
			BackupEndpoint endpoint = endpoint(repository, backups, Duration.ZERO, 7);
			assertRefused(endpoint.backup("wednesday.tmp"), 400, "'.tmp'");
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "a/b", "..", ".x", "\u00fc", "-a", "a.tmp", "a b" })
	void wrongNameIsRefusedWithTheReason(String name) {
		try (RocksDbMetricRepository repository = new RocksDbMetricRepository(settings("store"), Clock.systemUTC())) {
			BackupEndpoint endpoint = endpoint(repository, this.directory.resolve("backups"), Duration.ZERO, 7);
			assertRefused(endpoint.backup(name), 400, "The name of a backup may have");
			assertRefused(endpoint.backup("a".repeat(101)), 400, "100 letters");
			assertThat(this.refusals).containsOnly(Refusal.NAME);
			assertThat(this.directory.resolve("backups")).doesNotExist();
		}
	}

	@Test
	void oneIsMadeInAWhileAndWhoIsRefusedKnowsWhenToComeBack() {
		try (RocksDbMetricRepository repository = new RocksDbMetricRepository(settings("store"), Clock.systemUTC())) {
			put(repository);
			BackupEndpoint endpoint = endpoint(repository, this.directory.resolve("backups"), Duration.ofMinutes(1), 7);
			assertThat(endpoint.backup("first").getStatus()).isEqualTo(200);
			this.clock.jump(Duration.ofMillis(12_300));
			assertRefused(endpoint.backup("second"), 429, "try again in 48 s");
			assertThat(this.refusals).containsExactly(Refusal.INTERVAL);
			assertThat(this.retries).containsExactly(Duration.ofSeconds(48));
			this.clock.jump(Duration.ofSeconds(48));
			assertThat(endpoint.backup("second").getStatus()).isEqualTo(200);
			// A clock that was set back keeps nobody waiting.
			this.clock.jump(Duration.ofDays(-1));
			assertThat(endpoint.backup("third").getStatus()).isEqualTo(200);
		}
	}

	@Test
	void thereAreOnlySoMany() throws Exception {
		Path backups = this.directory.resolve("backups");
		unfinished(backups.resolve("some.tmp"), "CURRENT", Duration.ofMinutes(1));
		Files.createDirectories(backups.resolve("other"));
		try (RocksDbMetricRepository repository = new RocksDbMetricRepository(settings("store"), Clock.systemUTC())) {
			put(repository);
			BackupEndpoint endpoint = endpoint(repository, backups, Duration.ZERO, 2);
			assertThat(endpoint.backup("first").getStatus()).isEqualTo(200);
			assertThat(endpoint.backup("second").getStatus()).isEqualTo(200);
			assertRefused(endpoint.backup("third"), 409, "eardrum.storage.backup-keep");
			assertThat(this.refusals).containsExactly(Refusal.KEEP);
			try (DirectoryStream<Path> files = Files.newDirectoryStream(backups.resolve("first"))) {
				for (Path file : files) {
					Files.delete(file);
				}
			}
			Files.delete(backups.resolve("first"));
			assertThat(endpoint.backup("third").getStatus()).isEqualTo(200);
		}
	}

	@Test
	void noneIsMadeWithoutSpaceAndTheNextOneNeedNotWait() {
		try (RocksDbMetricRepository repository = new RocksDbMetricRepository(
				settings("store").withMinFreeBytes(Long.MAX_VALUE / 2), Clock.systemUTC())) {
			BackupEndpoint endpoint = endpoint(repository, this.directory.resolve("backups"), Duration.ofMinutes(1), 7);
			assertRefused(endpoint.backup("first"), 507, "min-free-space");
			assertRefused(endpoint.backup("second"), 507, "min-free-space");
			assertThat(this.refusals).containsExactly(Refusal.SPACE, Refusal.SPACE);
			assertThat(this.directory.resolve("backups")).isEmptyDirectory();
		}
	}

	@Test
	void savedViewsAreACopysToo() throws Exception {
		Path views = this.directory.resolve("store").resolve("eardrum.views");
		Path backups = this.directory.resolve("backups");
		try (RocksDbMetricRepository repository = new RocksDbMetricRepository(settings("store"), Clock.systemUTC())) {
			put(repository);
			repository.backup(backups.resolve("without"));
			Files.writeString(views, "some");
			repository.backup(backups.resolve("with"));
			Files.writeString(views, "other");
		}
		assertThat(backups.resolve("without").resolve("eardrum.views")).doesNotExist();
		assertThat(backups.resolve("with").resolve("eardrum.views")).hasContent("some");
		new RocksDbMetricRepository(settings("backups/with"), Clock.systemUTC()).close();
		assertThat(backups.resolve("with").resolve("eardrum.views")).hasContent("some");
	}

	@Test
	void storeIsMadeBesideSavedViews() throws Exception {
		Path store = Files.createDirectories(this.directory.resolve("store"));
		Files.writeString(store.resolve("eardrum.views"), "some");
		Files.writeString(store.resolve("eardrum.views.damaged-20261201T080000000Z"), "junk");
		try (RocksDbMetricRepository repository = new RocksDbMetricRepository(settings("store"), Clock.systemUTC())) {
			put(repository);
			assertThat(repository.seriesCount()).isEqualTo(1);
		}
	}

	@Test
	void lastOneIsKnownAlsoAfterAStart() throws Exception {
		Path store = this.directory.resolve("store");
		Path backups = this.directory.resolve("backups");
		assertThat(new LastBackup(backups, store).last()).isNull();
		try (RocksDbMetricRepository repository = new RocksDbMetricRepository(settings("store"), Clock.systemUTC());
				RocksDbMetricRepository other = new RocksDbMetricRepository(settings("other"), Clock.systemUTC())) {
			put(repository);
			put(other);
			LastBackup history = new LastBackup(backups, store);
			assertThat(history.last()).as("no directory").isNull();
			BackupEndpoint endpoint = endpoint(repository, backups, history);
			assertThat(endpoint.backup("first").getStatus()).isEqualTo(200);
			BackupHistory.Backup first = Objects.requireNonNull(history.last());
			assertThat(first.bytes()).isPositive();
			assertThat(first.made()).isBetween(Instant.now().minusSeconds(600), Instant.now().plusSeconds(1));
			assertThat(new LastBackup(backups, store).last()).isEqualTo(first);
			age(backups.resolve("first"), Duration.ofDays(3));
			assertThat(endpoint.backup("second").getStatus()).isEqualTo(200);
			BackupHistory.Backup second = Objects.requireNonNull(history.last());
			history.note(backups.resolve("first"));
			assertThat(history.last()).as("the later one").isEqualTo(second);
			assertThat(new LastBackup(backups, store).last()).isEqualTo(second);
			age(backups.resolve("second"), Duration.ofDays(2));
			// What is not a complete backup of this store does not count.
			other.backup(backups.resolve("of-another"));
			unfinished(backups.resolve("some.tmp"), "CURRENT", Duration.ZERO);
			unfinished(backups.resolve("empty"), "CURRENT", Duration.ZERO);
			Files.createDirectories(backups.resolve("none"));
			assertThat(Objects.requireNonNull(new LastBackup(backups, store).last()).made())
				.isBefore(Instant.now().minus(Duration.ofDays(1)));
		}
	}

	@Test
	void backupsThatCantBeReadAreLeftOut() throws Exception {
		Path file = Files.writeString(this.directory.resolve("file"), "");
		assertThat(new LastBackup(file, this.directory).last()).isNull();
		Path backups = this.directory.resolve("backups");
		try (RocksDbMetricRepository repository = new RocksDbMetricRepository(settings("store"), Clock.systemUTC())) {
			put(repository);
			repository.backup(backups.resolve("first"));
			Files.delete(backups.resolve("first").resolve("eardrum.closed"));
			assertThat(new LastBackup(backups, this.directory.resolve("store")).last()).isNull();
		}
	}

	@Test
	void failuresAreCountedAndNotWhatWasOnlyAskedForWrongly() {
		LastBackup history = new LastBackup(this.directory.resolve("backups"), this.directory);
		for (Refusal refusal : Refusal.values()) {
			history.refused(refusal, Duration.ZERO);
		}
		history.made();
		assertThat(history.failures()).isEqualTo(3);
	}

	@Test
	void backupThatIsMovedAtOnceIsMadeAllTheSame() {
		LastBackup history = new LastBackup(this.directory.resolve("backups"), this.directory);
		BackupEndpoint endpoint = endpoint(mock(DurableMetricRepository.class), this.directory.resolve("backups"),
				history);
		assertThat(endpoint.backup("moved").getStatus()).isEqualTo(200);
		assertThat(history.last()).isNull();
	}

	private static void age(Path backup, Duration age) throws Exception {
		Files.setLastModifiedTime(backup.resolve("eardrum.closed"), FileTime.from(Instant.now().minus(age)));
	}

	private BackupEndpoint endpoint(DurableMetricRepository repository, Path backups, LastBackup history) {
		return new BackupEndpoint(repository, backups, new BackupLimits(Duration.ZERO, 7, this.clock), history,
				List.of(history), this.clock);
	}

	private void assertRefused(WebEndpointResponse<Map<String, Object>> response, int status, String reason) {
		assertThat(response.getStatus()).isEqualTo(status);
		assertThat(String.valueOf(Objects.requireNonNull(response.getBody()).get("detail"))).contains(reason);
	}

	private BackupEndpoint endpoint(RocksDbMetricRepository repository, Path backups, Duration interval, int keep) {
		return new BackupEndpoint(repository, backups, new BackupLimits(interval, keep, this.clock),
				new LastBackup(backups, backups), List.of(new BackupObserver() {

					@Override
					public void refused(Refusal reason, Duration retryAfter) {
						BackupsTests.this.refusals.add(reason);
						if (!retryAfter.isZero()) {
							BackupsTests.this.retries.add(retryAfter);
						}
					}

				}), this.clock);
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
