package io.eardrum.storage.embedded;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.LongStream;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.eardrum.metric.Point;
import io.eardrum.metric.PointBatch;
import io.eardrum.metric.SeriesKey;
import io.eardrum.metric.TimeRange;
import io.eardrum.storage.Retention;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link Retention} and {@link RetentionSweeper}.
 */
class RetentionTests {

	private static final long NOW = 1_800_000_000;

	private static final Duration HOUR = Duration.ofHours(1);

	@TempDir
	Path directory;

	private final MovableClock clock = new MovableClock();

	private RocksDbMetricRepository repository;

	@BeforeEach
	void open() {
		Retention retention = new Retention(List.of(Retention.Rule.of("keep.*", Duration.ZERO),
				Retention.Rule.of("debug.?", Duration.ofMinutes(1)), Retention.Rule.of("*", HOUR)));
		this.repository = open(retention);
	}

	private RocksDbMetricRepository open(Retention retention) {
		return new RocksDbMetricRepository(
				EmbeddedStorageSettings.of(this.directory.resolve("store")).withRetention(retention), this.clock);
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
	void oldPointsAreNotReturnedWhereverTheyAre() throws Exception {
		put("a", NOW - 3601, NOW - 3600, NOW);
		assertThat(read("a")).containsExactly(NOW - 3600, NOW);
		this.repository.checkpoint();
		assertThat(read("a")).containsExactly(NOW - 3600, NOW);
		this.clock.seconds.addAndGet(10);
		assertThat(read("a")).containsExactly(NOW);
		this.clock.seconds.addAndGet(3600);
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
		this.clock.seconds.addAndGet(3600);
		assertThat(this.repository.last(SeriesKey.of("a"))).isEqualTo(new Point(NOW, 1));
		this.clock.seconds.addAndGet(1);
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
		this.clock.seconds.addAndGet(3600 + 50);
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
		this.clock.seconds.addAndGet(3600 + 3000);
		this.repository.sweep();
		assertThat(read("a")).hasSize(2000);
		this.repository.close();
		this.repository = open(Retention.FOREVER);
		assertThat(read("a")).hasSize(5000 - 2048);
	}

	@Test
	void keyStaysListedAfterItsPointsHaveGone() throws Exception {
		put("a", NOW);
		put("keep.x", NOW);
		this.repository.checkpoint();
		this.clock.seconds.addAndGet(3601);
		this.repository.sweep();
		assertThat(read("a")).isEmpty();
		List<String> listed = new ArrayList<>();
		this.repository.forEachKey((key) -> listed.add(key.toString()));
		assertThat(listed).containsExactly("a", "keep.x");
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
		this.clock.seconds.set(NOW + 3600 + 100_000);
		List<Long> before = read("a");
		assertThat(before).hasSize(100_000);
		this.repository.sweep();
		assertThat(read("a")).isEqualTo(before);
		assertThat(this.repository.statistics().storedPoints()).isBetween(100_003L, 102_051L);
		this.clock.seconds.set(NOW + 3600 + 300_000);
		this.repository.sweep();
		assertThat(this.repository.statistics().storedPoints()).isEqualTo(3);
		Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> this.repository.chunkBytesNow() < 5000);
		assertThat(read("keep.x")).containsExactly(1L, 2L, 3L);
		put("a", this.clock.seconds.get());
		this.repository.checkpoint();
		assertThat(read("a")).containsExactly(this.clock.seconds.get());
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

	private static final class MovableClock extends Clock {

		private final AtomicLong seconds = new AtomicLong(NOW);

		@Override
		public ZoneOffset getZone() {
			return ZoneOffset.UTC;
		}

		@Override
		public Clock withZone(java.time.ZoneId zone) {
			return this;
		}

		@Override
		public Instant instant() {
			return Instant.ofEpochSecond(this.seconds.get());
		}

	}

}
