package io.eardrum.storage.embedded;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.util.FileSystemUtils;

import io.eardrum.fixture.MovableClock;
import io.eardrum.fixture.TestThreads;
import io.eardrum.metric.Point;
import io.eardrum.metric.PointBatch;
import io.eardrum.metric.SeriesKey;
import io.eardrum.metric.TimeRange;
import io.eardrum.storage.embedded.fixture.StoreFixture;
import io.eardrum.storage.embedded.fixture.StoredRows;
import io.eardrum.storage.embedded.recovery.StoreOpener;
import io.eardrum.storage.embedded.rocksdb.StoreMetadata;
import io.eardrum.storage.embedded.settings.EmbeddedStorageSettings;
import io.eardrum.storage.embedded.upkeep.RetentionSweeper;
import io.eardrum.storage.time.Retention;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link Retention} and {@link RetentionSweeper}.
 */
class RetentionTests {

	private static final long NOW = 1_800_000_000;

	private static final Duration HOUR = Duration.ofHours(1);

	private static final Retention RULES = new Retention(List.of(Retention.Rule.of("keep.*", Duration.ZERO),
			Retention.Rule.of("debug.?", Duration.ofMinutes(1)), Retention.Rule.of("*", HOUR)));

	@TempDir
	Path directory;

	private final MovableClock clock = new MovableClock(NOW);

	private RocksDbMetricRepository repository;

	@BeforeEach
	void open() {
		this.repository = open(settings(RULES));
	}

	private RocksDbMetricRepository open(EmbeddedStorageSettings settings) {
		return new RocksDbMetricRepository(settings, this.clock, this.clock::nanos, List.of());
	}

	@AfterEach
	void close() {
		this.repository.close();
	}

	@Test
	void firstMatchingRuleCounts() {
		Retention retention = new Retention(
				List.of(Retention.Rule.of("a.*", HOUR), Retention.Rule.of("a.b", Duration.ZERO)));
		assertThat(retention.seconds(SeriesKey.of("a.b"))).isEqualTo(3600);
		assertThat(retention.seconds(SeriesKey.of("b.a."))).isZero();
		assertThat(Retention.of(HOUR).seconds(SeriesKey.of("x[.+]"))).isEqualTo(3600);
		assertThat(Retention.of(Duration.ofDays(100_000_000_000_000L)).seconds(SeriesKey.of("x"))).isPositive();
		assertThat(new Retention(List.of(Retention.Rule.of("\uD83D\uDE00.?", HOUR)))
			.seconds(SeriesKey.of("\uD83D\uDE00.\uD83D\uDE00"))).as("characters beyond the basic plane")
			.isEqualTo(3600);
		assertThat(Retention.FOREVER.seconds(SeriesKey.of("x"))).isZero();
	}

	@Test
	void nothingIsTooOldForeverNorWhileTheTimeIsNotKnown() {
		assertThat(Retention.cutoff(3600, NOW)).isEqualTo(NOW - 3600);
		assertThat(Retention.cutoff(0, NOW)).isEqualTo(Long.MIN_VALUE);
		assertThat(Retention.cutoff(3600, Long.MIN_VALUE)).isEqualTo(Long.MIN_VALUE);
		assertThat(Retention.cutoff(Long.MAX_VALUE, -10)).isEqualTo(Long.MIN_VALUE);
	}

	@Test
	void oldPointsAreNotReturnedWhereverTheyAre() throws Exception {
		put("a", NOW - 3601, NOW - 3600, NOW);
		assertThat(read("a")).containsExactly(NOW - 3600, NOW);
		this.repository.checkpoint();
		assertThat(read("a")).containsExactly(NOW - 3600, NOW);
		this.clock.run(Duration.ofSeconds(10));
		assertThat(read("a")).containsExactly(NOW);
		this.clock.run(HOUR);
		assertThat(read("a")).isEmpty();
	}

	@Test
	void lastPointIsGoneOnceItIsOld() {
		put("a", NOW - 1, NOW);
		put("keep.x", 5);
		for (int i = 0; i < 2; i++) {
			assertThat(this.repository.last(SeriesKey.of("a"))).isEqualTo(new Point(NOW, 1));
			this.repository.checkpoint();
		}
		this.clock.run(HOUR);
		assertThat(this.repository.last(SeriesKey.of("a"))).isEqualTo(new Point(NOW, 1));
		this.clock.run(Duration.ofSeconds(1));
		assertThat(this.repository.last(SeriesKey.of("a"))).isNull();
		this.repository.sweep();
		assertThat(this.repository.last(SeriesKey.of("a"))).isNull();
		assertThat(this.repository.last(SeriesKey.of("keep.x"))).isEqualTo(new Point(5, 1));
	}

	@Test
	void rangeThatIsTooOldIsEmpty() throws Exception {
		for (int i = 0; i < 100; i++) {
			put("a", NOW + i);
		}
		this.repository.checkpoint();
		this.clock.run(Duration.ofSeconds(3600 + 50));
		List<Long> read = new ArrayList<>();
		this.repository.read(SeriesKey.of("a"), new TimeRange(NOW + 10, NOW + 20),
				(key, timestamps, values, from, to) -> read.add(timestamps[from]));
		assertThat(read).isEmpty();
	}

	@Test
	void eachKeyHasItsOwnRetention() throws Exception {
		for (String key : new String[] { "keep.x", "debug.x", "debug.xy" }) {
			put(key, 5, NOW - 100);
		}
		assertThat(read("keep.x")).containsExactly(5L, NOW - 100);
		assertThat(read("debug.x")).isEmpty();
		assertThat(read("debug.xy")).containsExactly(NOW - 100);
	}

	@Test
	void longerRetentionBringsBackWhatHasNotBeenRemovedYet() throws Exception {
		put("a", LongStream.range(NOW, NOW + 5000).toArray());
		this.repository.checkpoint();
		// A chunk of 2048 is old as a whole, another one in part.
		this.clock.run(HOUR.plusMinutes(50));
		this.repository.sweep();
		assertThat(read("a")).hasSize(2000);
		reopen(Duration.ZERO, settings(Retention.FOREVER));
		assertThat(read("a")).hasSize(5000 - 2048);
	}

	@Test
	void seriesIsGoneOnceAllOfItsPointsAre() throws Exception {
		put("a", NOW);
		put("b", NOW);
		put("keep.x", NOW);
		put("c", NOW);
		this.repository.checkpoint();
		put("b", NOW + 3600);
		this.clock.run(Duration.ofSeconds(3601));
		this.repository.sweep();
		assertThat(read("a")).isEmpty();
		assertThat(keys()).as("b has a point in memory").containsExactly("b", "keep.x");
		assertThat(this.repository.seriesCount()).isEqualTo(2);
		put("a", NOW + 3601);
		assertThat(keys()).containsExactly("b", "keep.x", "a");
		for (int i = 0; i < 2; i++) {
			this.repository.checkpoint();
			this.repository.sweep();
			reopen(Duration.ZERO, settings(RULES));
			assertThat(keys()).containsExactly("b", "keep.x", "a");
			assertThat(read("a")).containsExactly(NOW + 3601);
		}
	}

	@Test
	void seriesWithAPartOfAChunkStaysAndNoPutBesideTheSweepIsLost() throws Exception {
		put("a", NOW, NOW + 4000);
		this.repository.checkpoint();
		this.clock.run(Duration.ofSeconds(4000));
		this.repository.sweep();
		assertThat(keys()).containsExactly("a");
		for (int i = 0; i < 200; i++) {
			long expired = this.clock.now() - 10_000;
			put("b", expired);
			this.repository.checkpoint();
			long now = this.clock.now();
			CompletableFuture<Void> putting = CompletableFuture.runAsync(() -> put("b", now), TestThreads.NEW_THREAD);
			this.repository.sweep();
			putting.join();
			assertThat(read("b")).containsExactly(now);
			this.repository.delete(List.of(SeriesKey.of("b")), TimeRange.ALL);
		}
	}

	private List<String> keys() {
		List<String> listed = new ArrayList<>();
		this.repository.forEachKey((key) -> listed.add(key.toString()));
		return listed;
	}

	@Test
	void sweepGivesTheSpaceBack() throws Exception {
		for (int i = 0; i < 40; i++) {
			PointBatch batch = new PointBatch();
			for (int j = 0; j < 5000; j++) {
				batch.add(SeriesKey.of("a"), NOW + i * 5000L + j, Math.sqrt(i * j));
			}
			this.repository.put(batch);
		}
		put("keep.x", 1, 2, 3);
		this.repository.checkpoint();
		assertThat(this.repository.statistics().storedPoints()).isEqualTo(200_003);
		this.repository.sweep();
		assertThat(this.repository.statistics().storedPoints()).isEqualTo(200_003);
		this.clock.run(Duration.ofSeconds(3600 + 100_000));
		List<Long> before = read("a");
		assertThat(before).hasSize(100_000);
		this.repository.sweep();
		assertThat(read("a")).isEqualTo(before);
		assertThat(this.repository.statistics().storedPoints()).isBetween(100_003L, 102_051L);
		this.clock.run(Duration.ofSeconds(200_000));
		this.repository.sweep();
		assertThat(this.repository.statistics().storedPoints()).isEqualTo(3);
		Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> this.repository.chunkBytesNow() < 5000);
		assertThat(read("keep.x")).containsExactly(1L, 2L, 3L);
		put("a", this.clock.now());
		this.repository.checkpoint();
		assertThat(read("a")).containsExactly(this.clock.now());
	}

	@Test
	void whatIsTooOldIsWrittenIntoChunksAllTheSame() throws Exception {
		put("a", NOW - 7200, NOW);
		this.repository.checkpoint();
		assertThat(read("a")).containsExactly(NOW);
		reopen(Duration.ZERO, settings(Retention.FOREVER));
		assertThat(read("a")).containsExactly(NOW - 7200, NOW);
	}

	@Test
	void clockThatIsFarAheadNeitherRemovesNorHidesAnything() throws Exception {
		put("a", NOW - 3500, NOW - 10, NOW);
		this.repository.checkpoint();
		put("a", NOW + 1);
		this.clock.jump(Duration.ofDays(800));
		put("a", NOW + 2, this.clock.now());
		for (int i = 0; i < 2; i++) {
			this.repository.sweep();
			assertThat(read("a")).containsExactly(NOW - 3500, NOW - 10, NOW, NOW + 1, NOW + 2, this.clock.now());
			assertThat(this.repository.last(SeriesKey.of("a"))).isEqualTo(new Point(this.clock.now(), 1));
			this.repository.checkpoint();
		}
		assertThat(this.repository.status().writable()).isTrue();
		assertThat(this.repository.status().details().get("retentionHeld")).asString().contains("800 days ahead");
		assertThat(this.repository.statistics().clockJumpSeconds()).isEqualTo(800 * 86_400);
		this.clock.jump(Duration.ofDays(-800));
		this.clock.run(Duration.ofMinutes(10));
		this.repository.sweep();
		assertThat(read("a")).as("but what is too old in ten minutes")
			.containsExactly(NOW - 10, NOW, NOW + 1, NOW + 2, NOW + 800 * 86_400);
		assertThat(this.repository.statistics().storedPoints()).isEqualTo(6);
		assertThat(this.repository.status().details()).doesNotContainKey("retentionHeld");
		assertThat(this.repository.statistics().clockJumpSeconds()).isZero();
	}

	@Test
	void startThatWritesALongLogIntoChunksDropsNothing() throws Exception {
		int count = 100_000;
		put("a", LongStream.range(NOW, NOW + count).toArray());
		reopen(Duration.ofDays(800), settings(Retention.of(Duration.ofDays(2))).withHeadBytes(1 << 20));
		assertThat(this.repository.statistics().storedPoints()).isPositive();
		this.repository.checkpoint();
		this.repository.sweep();
		assertThat(read("a")).hasSize(count);
	}

	@Test
	void nightIsBelievedAfterAnHour() throws Exception {
		put("a", NOW);
		this.repository.checkpoint();
		reopen(Duration.ofHours(16), settings(Retention.of(HOUR)));
		runAndSweep(Duration.ofMinutes(59));
		assertThat(read("a")).containsExactly(NOW);
		runAndSweep(Duration.ofMinutes(1));
		assertThat(read("a")).isEmpty();
		assertThat(this.repository.statistics().storedPoints()).isZero();
	}

	@Test
	void yearIsBelievedAfterADayInTwoLives() throws Exception {
		EmbeddedStorageSettings settings = settings(Retention.of(Duration.ofDays(30)));
		put("a", NOW);
		this.repository.checkpoint();
		reopen(Duration.ofDays(400), settings);
		runAndSweep(Duration.ofHours(12));
		reopen(Duration.ofMinutes(1), settings);
		runAndSweep(Duration.ofHours(12).minusMinutes(1));
		assertThat(read("a")).containsExactly(NOW);
		assertThat(this.repository.last(SeriesKey.of("a"))).isNotNull();
		assertThat(this.repository.statistics().storedPoints()).isOne();
		runAndSweep(Duration.ofMinutes(1));
		assertThat(read("a")).isEmpty();
		assertThat(this.repository.last(SeriesKey.of("a"))).isNull();
		assertThat(this.repository.statistics().storedPoints()).isZero();
	}

	@Test
	void yearIsBelievedAtOnceWhereThatIsAskedFor() throws Exception {
		put("a", NOW);
		this.repository.checkpoint();
		reopen(Duration.ofDays(400), settings(Retention.of(Duration.ofDays(30))).withAcceptJump(true));
		assertThat(read("a")).isEmpty();
		this.repository.sweep();
		assertThat(this.repository.statistics().storedPoints()).isZero();
	}

	@Test
	void clockThatWasAheadFromTheStartHidesNothingWhenItIsSetBack() throws Exception {
		put("a", NOW - 800 * 86_400, NOW);
		this.clock.jump(Duration.ofDays(-800));
		assertThat(read("a")).containsExactly(NOW - 800 * 86_400, NOW);
		this.repository.checkpoint();
		this.repository.sweep();
		assertThat(read("a")).containsExactly(NOW - 800 * 86_400, NOW);
	}

	@Test
	void storeOfAnEarlierVersionIsHeldForADay() throws Exception {
		StoreFixture fixture = new StoreFixture(StoreFixture.FOLDER.resolve("0.1.0-85b3e6f").resolve("killed.zip"));
		this.repository.close();
		FileSystemUtils.deleteRecursively(this.directory.resolve("store"));
		fixture.unpackTo(this.directory.resolve("store"));
		this.repository = open(settings(Retention.of(HOUR)));
		StoredRows rows = StoredRows.of(fixture.reply(), fixture.keys());
		this.repository.sweep();
		this.repository.checkpoint();
		this.repository.sweep();
		rows.requireSame(this.repository);
		assertThat(this.repository.status().details()).containsKey("retentionHeld");
		runAndSweep(Duration.ofDays(1));
		assertThat(this.repository.status().details()).doesNotContainKey("retentionHeld");
		assertThat(read("one.point")).isEmpty();
	}

	@Test
	void clockIsLookedAtAndTheTimeNotedBesidesAllThatGoesOn() {
		put("a", NOW);
		this.clock.run(HOUR);
		AtomicInteger count = new AtomicInteger();
		Awaitility.await().atMost(Duration.ofSeconds(20)).until(() -> {
			Path backup = this.directory.resolve("backup" + count.incrementAndGet());
			this.repository.backup(backup);
			try (StoreOpener store = new StoreOpener(EmbeddedStorageSettings.of(backup))) {
				return StoreMetadata.RETENTION_TIME.read(store.database(), 0) == NOW + 3600;
			}
		});
		this.clock.jump(Duration.ofDays(2));
		Awaitility.await()
			.atMost(Duration.ofSeconds(20))
			.until(() -> this.repository.status().details().containsKey("retentionHeld"));
	}

	private void runAndSweep(Duration duration) {
		this.repository.sweep();
		this.clock.run(duration);
		this.repository.sweep();
	}

	private void reopen(Duration off, EmbeddedStorageSettings settings) {
		this.repository.close();
		this.clock.jump(off);
		this.repository = open(settings);
	}

	private EmbeddedStorageSettings settings(Retention retention) {
		return EmbeddedStorageSettings.of(this.directory.resolve("store")).withRetention(retention);
	}

	private void put(String key, long... timestamps) {
		PointBatch batch = new PointBatch();
		for (long timestamp : timestamps) {
			batch.add(SeriesKey.of(key), timestamp, 1);
		}
		this.repository.put(batch);
	}

	private List<Long> read(String key) throws IOException {
		List<Long> read = new ArrayList<>();
		this.repository.read(SeriesKey.of(key), TimeRange.ALL, (series, timestamps, values, from, to) -> {
			for (int i = from; i < to; i++) {
				read.add(timestamps[i]);
			}
		});
		return read;
	}

}
