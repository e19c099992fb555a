package io.eardrum.storage.cassandra;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

import com.datastax.oss.driver.api.core.cql.Row;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.springframework.boot.cassandra.autoconfigure.CassandraProperties;

import io.eardrum.metric.Point;
import io.eardrum.metric.PointBatch;
import io.eardrum.metric.PointSink;
import io.eardrum.metric.SeriesKey;
import io.eardrum.metric.TimeRange;
import io.eardrum.storage.MetricRepository;
import io.eardrum.storage.StorageException;
import io.eardrum.storage.StorageProperties;
import io.eardrum.storage.cassandra.table.Buckets;
import io.eardrum.storage.time.Retention;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * Tests for {@link CassandraMetricRepository} with several servers on one cluster, and
 * for what they leave in the tables.
 */
@Tag("cassandra")
@ResourceLock("Cassandra")
@Timeout(value = 120, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class CassandraServersIntegrationTests {

	private static final long WIDTH = 262_144;

	private static TestKeyspace keyspace;

	private final ExecutorService executor = Executors.newCachedThreadPool();

	private CassandraMetricRepository first;

	private CassandraMetricRepository second;

	@BeforeAll
	static void connect() {
		keyspace = new TestKeyspace("servers");
	}

	@AfterAll
	static void disconnect() {
		keyspace.close();
	}

	@BeforeEach
	void open() {
		keyspace.clear();
		this.first = keyspace.open();
		this.second = keyspace.open();
	}

	@AfterEach
	void close() {
		this.executor.shutdownNow();
		keyspace.closeStores();
	}

	@Test
	void orderOfFirstPutIsThatOfAllServers() {
		List<String> order = new ArrayList<>();
		for (int i = 0; i < 30; i++) {
			// Names in no order, and each known to one of them before.
			String key = "k" + (i * 7 % 30);
			put((i % 2 == 0) ? this.first : this.second, key, i, i);
			put((i % 3 == 0) ? this.first : this.second, key, i, i + 1);
			order.add(key);
		}
		assertThat(keys(this.first)).isEqualTo(order);
		assertThat(keys(this.second)).isEqualTo(order);
		assertThat(keys(keyspace.open())).isEqualTo(order);
		assertThat(this.second.seriesCount()).isEqualTo(30);
	}

	@Test
	void newKeysThatBothServersGetAtOnceAreThereOnce() throws Exception {
		int count = 300;
		CountDownLatch start = new CountDownLatch(1);
		List<Future<?>> writers = new ArrayList<>();
		for (MetricRepository server : List.of(this.first, this.second, this.first, this.second)) {
			int writer = writers.size();
			writers.add(this.executor.submit(() -> {
				start.await();
				for (int i = 0; i < count; i += 3) {
					PointBatch batch = new PointBatch();
					for (int j = 0; j < 3; j++) {
						batch.add(SeriesKey.of("k" + (i + j)), writer, writer);
					}
					server.put(batch);
				}
				return null;
			}));
		}
		start.countDown();
		for (Future<?> writer : writers) {
			writer.get();
		}
		assertThat(keys(this.first)).hasSize(count).doesNotHaveDuplicates().isEqualTo(keys(this.second));
		assertThat(this.first.seriesCount()).isEqualTo(count);
		for (int i = 0; i < count; i += 50) {
			assertThat(timestamps(this.second, "k" + i)).containsExactly(0L, 1L, 2L, 3L);
		}
	}

	@Test
	void manyNewSeriesOfOnePutKeepNoOtherPutWaiting() throws Exception {
		List<String> many = new ArrayList<>();
		PointBatch batch = new PointBatch();
		for (int i = 0; i < 10_000; i++) {
			many.add("many" + i);
			batch.add(SeriesKey.of("many" + i), 1, 1);
		}
		Future<?> large = this.executor.submit(() -> this.first.put(batch));
		Awaitility.await()
			.atMost(Duration.ofSeconds(60))
			.until(() -> this.first.statistics().knownSeries() > 0 || large.isDone());
		put(this.first, "a", 1, 1);
		put(this.second, "b", 1, 1);
		assertThat(large.isDone()).isFalse();
		large.get();
		put(this.second, "c", 1, 1);
		List<String> keys = keys(this.second);
		assertThat(keys).containsSubsequence("a", "b", "c").endsWith("c").hasSize(10_003);
		assertThat(keys).containsSubsequence(many);
		assertThat(keys.indexOf("b")).isLessThan(keys.indexOf("many9999"));
	}

	@Test
	void putThatWaitsInVainForItsTurnSaysNothingOfTheCluster() {
		PointBatch batch = new PointBatch();
		for (int i = 0; i < 100; i++) {
			batch.add(SeriesKey.of("k" + i), 1, 1);
		}
		this.second.put(batch);
		CassandraMetricRepository narrow = keyspace.open(
				TestKeyspace.with(keyspace.settings(),
						new StorageProperties.Cassandra(true, 1, 1, Duration.ofNanos(1))),
				new CassandraProperties(), Clock.systemUTC());
		Awaitility.await().until(() -> narrow.statistics().knownSeries() == 100);
		assertThatThrownBy(() -> narrow.put(batch)).isInstanceOf(StorageException.class)
			.hasMessageContaining("too slow");
		assertThat(narrow.status().problem()).isNull();
		assertThat(narrow.status().writable()).isTrue();
	}

	@Test
	void placesThatNobodyUsedLeaveNoTrace() {
		keyspace.execute("UPDATE %.sequence SET next = 4090 WHERE name = 'series' IF next = 0");
		// Over the end of a bucket of the list.
		put(this.first, "a", 1, 1);
		List<String> order = new ArrayList<>(List.of("a"));
		for (int i = 9; i >= 0; i--) {
			put((i % 2 == 0) ? this.first : this.second, "k" + i, 1, 1);
			order.add("k" + i);
		}
		assertThat(keys(this.first)).isEqualTo(order);
		assertThat(this.first.seriesCount()).isEqualTo(11);
		assertThat(this.second.seriesCount()).isEqualTo(11);
		assertThat(keyspace.execute("SELECT DISTINCT bucket FROM %.series_by_place")).hasSize(2);
		List<String> read = new ArrayList<>();
		read(this.second, (key, timestamps, values, from, to) -> read.add(key.toString()));
		assertThat(read).isEqualTo(order);
	}

	@Test
	void sequenceThatIsGoneIsBegunAgainWithoutHarm() {
		put(this.first, "a", 1, 1);
		keyspace.execute("TRUNCATE %.sequence");
		put(this.first, "b", 1, 1);
		put(this.second, "c", 1, 1);
		assertThat(keys(this.second)).containsExactlyInAnyOrder("a", "b", "c");
		keyspace.execute("TRUNCATE %.registrations");
		put(this.first, "d", 1, 1);
		put(this.second, "e", 1, 1);
		assertThat(keys(this.second)).containsExactlyInAnyOrder("a", "b", "c", "d", "e");
	}

	@Test
	void pointsAreCutIntoBucketsAndReadOverThem() {
		long[] timestamps = { WIDTH, -1, -WIDTH - 1, 3 * WIDTH + 5, 0, WIDTH - 1, Long.MIN_VALUE, Long.MAX_VALUE };
		for (long timestamp : timestamps) {
			put(this.first, "a", 1, timestamp);
		}
		assertThat(timestamps(this.second, "a")).containsExactly(Long.MIN_VALUE, -WIDTH - 1, -1L, 0L, WIDTH - 1, WIDTH,
				3 * WIDTH + 5, Long.MAX_VALUE);
		assertThat(timestamps(this.second, "a", new TimeRange(-1, WIDTH))).containsExactly(-1L, 0L, WIDTH - 1, WIDTH);
		assertThat(timestamps(this.second, "a", new TimeRange(WIDTH + 1, 3 * WIDTH))).isEmpty();
		assertThat(timestamps(this.second, "a", new TimeRange(-WIDTH - 1, -2))).containsExactly(-WIDTH - 1);
		assertThat(keyspace.execute("SELECT DISTINCT key, bucket FROM %.points")).hasSize(7);
		assertThat(keyspace.execute("SELECT bucket FROM %.buckets WHERE key = 'a'")).hasSize(7);
	}

	@Test
	void longSeriesOfManyBucketsIsReadInOrder() {
		// As timestamps in milliseconds make them: few points in each of many buckets,
		// and
		// then one with many.
		PointBatch batch = new PointBatch();
		SeriesKey key = SeriesKey.of("a");
		List<Long> expected = new ArrayList<>();
		for (int i = 0; i < 1_500; i++) {
			expected.add(i * 60_000L);
		}
		for (int i = 1; i <= 3_500; i++) {
			expected.add(1_499 * 60_000L + i);
		}
		expected.forEach((timestamp) -> batch.add(key, timestamp, timestamp));
		this.first.put(batch);
		assertThat(keyspace.execute("SELECT bucket FROM %.buckets WHERE key = 'a'").size()).isGreaterThan(340);
		assertThat(timestamps(this.second, "a")).isEqualTo(expected);
		assertThat(this.second.last(key)).isEqualTo(new Point(1_499 * 60_000L + 3_500, 1_499 * 60_000L + 3_500));
	}

	@Test
	void sinkThatIsSlowKeepsFewPagesWaitingAndMayTakeLongerThanARequest() {
		int series = 16;
		int points = 2_100;
		PointBatch batch = new PointBatch();
		for (int i = 0; i < series * points; i++) {
			batch.add(SeriesKey.of("k" + i / points), i % points, i);
		}
		this.first.put(batch);
		Duration timeout = Duration.ofSeconds(3);
		CassandraProperties properties = new CassandraProperties();
		properties.getRequest().setTimeout(timeout);
		AtomicInteger ended = new AtomicInteger();
		CassandraMetricRepository store = keyspace.open(TestKeyspace.with(keyspace.settings(), timeout), properties,
				(request, succeeded, nanos) -> ended.incrementAndGet(), Clock.systemUTC());
		Awaitility.await().until(() -> store.statistics().knownSeries() == series);
		ended.set(0);
		List<Double> values = new ArrayList<>();
		read(store, (key, timestamps, read, from, to) -> {
			if (values.isEmpty()) {
				// The sequence, the list, this page and the one behind it, and of four
				// more series the first ones each: of 48 pages.
				Awaitility.await()
					.during(timeout.plusMillis(500))
					.atMost(timeout.multipliedBy(5))
					.until(() -> ended.get() <= 12 && store.statistics().activeRequests() <= 12);
			}
			for (int i = from; i < to; i++) {
				values.add(read[i]);
			}
		});
		assertThat(values).hasSize(series * points);
		for (int i = 0; i < values.size(); i++) {
			assertThat(values.get(i)).isEqualTo(i);
		}
	}

	@Test
	void emptyBucketsAreNoHindrance() {
		put(this.first, "a", 7, 10);
		for (int bucket = 1; bucket < 40; bucket++) {
			keyspace.execute("INSERT INTO %.buckets (key, bucket) VALUES ('a', " + bucket + ")");
		}
		assertThat(this.second.last(SeriesKey.of("a"))).isEqualTo(new Point(10, 7));
		assertThat(timestamps(this.second, "a")).containsExactly(10L);
	}

	@Test
	void lastPutOfAPointWinsThroughWhicheverServer() {
		for (int i = 0; i < 200; i++) {
			MetricRepository server = (i % 3 == 0) ? this.second : this.first;
			// Smaller values win, too.
			double value = (i % 2 == 0) ? -i : i;
			put(server, "a", value, 5);
			assertThat(this.first.last(SeriesKey.of("a"))).isEqualTo(new Point(5, value));
		}
		assertThat(keyspace.execute("SELECT timestamp FROM %.points")).hasSize(1);
	}

	@Test
	void putThroughServerWhoseClockIsBehindLosesAgainstEarlierOneOfAnother() {
		CassandraMetricRepository behind = keyspace.open(keyspace.settings(), new CassandraProperties(),
				Clock.offset(Clock.systemUTC(), Duration.ofSeconds(-30)));
		put(this.first, "a", 1, 5);
		put(behind, "a", 2, 5);
		assertThat(this.second.last(SeriesKey.of("a"))).isEqualTo(new Point(5, 1));
		// Among its own, and for other points, it makes no difference.
		put(behind, "a", 3, 6);
		put(behind, "a", 4, 6);
		assertThat(this.second.last(SeriesKey.of("a"))).isEqualTo(new Point(6, 4));
	}

	@Test
	void serverWhoseClockIsFarOffRefusesPutsUntilItIsRight() throws Exception {
		AtomicLong offsetSeconds = new AtomicLong(800 * 86_400);
		InstantSource time = () -> Instant.now().plusSeconds(offsetSeconds.get());
		CassandraMetricRepository wrong = keyspace.open(keyspace.settings(), new CassandraProperties(),
				time.withZone(ZoneOffset.UTC));
		put(this.first, "a", 1, 5);
		assertThatThrownBy(() -> put(wrong, "a", 2, 5)).isInstanceOf(StorageException.class)
			.hasMessageContaining("The clock of this server says");
		assertThat(wrong.status().problem()).contains("more than a minute apart");
		assertThat(wrong.statistics().clockOffsetMillis()).isBetween(800 * 86_400_000L - 60_000,
				800 * 86_400_000L + 60_000);
		assertThat(timestamps(wrong, "a")).containsExactly(5L);
		offsetSeconds.set(0);
		put(wrong, "a", 3, 5);
		assertThat(wrong.status().writable()).isTrue();
		put(this.first, "a", 4, 5);
		assertThat(wrong.last(SeriesKey.of("a"))).as("nothing is of the future").isEqualTo(new Point(5, 4));
		offsetSeconds.set(-120);
		assertThatThrownBy(() -> put(wrong, "a", 5, 5)).as("before it is compared again")
			.isInstanceOf(StorageException.class);
	}

	@Test
	void pointsExpireByTheirTimestamps() {
		long now = Clock.systemUTC().instant().getEpochSecond();
		CassandraMetricRepository store = keyspace.open(
				TestKeyspace.with(keyspace.settings(),
						new Retention(List.of(Retention.Rule.of("keep.*", Duration.ZERO),
								Retention.Rule.of("*", Duration.ofHours(1))))),
				new CassandraProperties(), Clock.systemUTC());
		put(store, "a", 1, now);
		put(store, "a", 1, now - 3000);
		put(store, "a", 1, now - 4000);
		put(store, "keep.a", 1, now - 4000);
		Map<Long, Integer> seconds = new TreeMap<>();
		for (Row row : keyspace
			.execute("SELECT timestamp, TTL(value) FROM %.points WHERE key = 'a' AND bucket = " + Buckets.of(now))) {
			seconds.put(row.getLong(0), row.getInt(1));
		}
		assertThat(seconds.get(now)).isBetween(3570, 3601);
		if (Buckets.of(now - 3000) == Buckets.of(now)) {
			assertThat(seconds.get(now - 3000)).isBetween(570, 601);
		}
		assertThat(seconds).doesNotContainKey(now - 4000);
		assertThat(timestamps(store, "a")).containsExactly(now - 3000, now);
		assertThat(timestamps(store, "keep.a")).containsExactly(now - 4000);
		// Of a key whose points are all too old there is a series, as in other stores.
		put(store, "old", 1, 5);
		assertThat(keys(store)).containsExactly("a", "keep.a", "old");
		assertThat(store.last(SeriesKey.of("old"))).isNull();
		assertThat(store.last(SeriesKey.of("keep.a"))).isEqualTo(new Point(now - 4000, 1));
	}

	@Test
	void whatIsTooOldIsNotReadThoughItIsThere() {
		long now = Clock.systemUTC().instant().getEpochSecond();
		put(this.first, "a", 1, now - 4000);
		put(this.first, "a", 2, now - 10);
		CassandraMetricRepository hour = keyspace.open(
				TestKeyspace.with(keyspace.settings(), Retention.of(Duration.ofHours(1))), new CassandraProperties(),
				Clock.systemUTC());
		assertThat(timestamps(hour, "a")).containsExactly(now - 10);
		assertThat(hour.last(SeriesKey.of("a"))).isEqualTo(new Point(now - 10, 2));
		CassandraMetricRepository later = keyspace.open(
				TestKeyspace.with(keyspace.settings(), Retention.of(Duration.ofHours(1))), new CassandraProperties(),
				Clock.offset(Clock.systemUTC(), Duration.ofHours(2)));
		assertThat(timestamps(later, "a")).isEmpty();
		assertThat(later.last(SeriesKey.of("a"))).isNull();
		assertThat(timestamps(this.second, "a")).hasSize(2);
	}

	@Test
	void expiredPointsAreGoneFromTheTables() {
		long now = Clock.systemUTC().instant().getEpochSecond();
		CassandraMetricRepository store = keyspace.open(
				TestKeyspace.with(keyspace.settings(), Retention.of(Duration.ofSeconds(2))), new CassandraProperties(),
				Clock.systemUTC());
		put(store, "a", 1, now);
		Awaitility.await()
			.atMost(Duration.ofSeconds(20))
			.untilAsserted(() -> assertThat(keyspace.execute("SELECT timestamp FROM %.points")).isEmpty());
		assertThat(store.last(SeriesKey.of("a"))).isNull();
		assertThat(timestamps(this.first, "a")).isEmpty();
		assertThat(keys(this.first)).containsExactly("a");
	}

	@Test
	void seriesBeyondTheLimitAreRefusedPointByPoint() {
		CassandraMetricRepository limited = keyspace.open(TestKeyspace.with(keyspace.settings(), 3),
				new CassandraProperties(), Clock.systemUTC());
		put(this.first, "a", 1, 1);
		PointBatch batch = new PointBatch();
		for (String key : List.of("b", "c", "d", "a", "e", "d", "b")) {
			batch.add(SeriesKey.of(key), 2, 2);
		}
		limited.put(batch);
		List<Integer> refused = new ArrayList<>();
		for (int i = 0; i < batch.size(); i++) {
			if (batch.isRefused(i)) {
				refused.add(i);
			}
		}
		assertThat(refused).containsExactly(2, 4, 5);
		assertThat(keys(this.second)).containsExactly("a", "b", "c");
		assertThat(timestamps(this.second, "a")).containsExactly(1L, 2L);
		assertThat(timestamps(this.second, "d")).isEmpty();
		put(limited, "c", 3, 3);
		assertThat(timestamps(this.second, "c")).containsExactly(2L, 3L);
	}

	@Test
	void whatWasAnsweredBeforeClosingIsThereAndWhatComesAfterwardsFails() throws Exception {
		Map<String, Long> answered = new ConcurrentHashMap<>();
		List<Future<?>> writers = new ArrayList<>();
		CountDownLatch running = new CountDownLatch(8);
		for (int i = 0; i < 8; i++) {
			String key = "k" + i;
			writers.add(this.executor.submit(() -> {
				for (long timestamp = 0;; timestamp++) {
					try {
						put(this.first, key, (double) timestamp, timestamp);
					}
					catch (StorageException ex) {
						return;
					}
					answered.put(key, timestamp);
					if (timestamp == 20) {
						running.countDown();
					}
				}
			}));
		}
		running.await();
		long start = System.nanoTime();
		this.first.close();
		assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(10));
		for (Future<?> writer : writers) {
			writer.get(20, TimeUnit.SECONDS);
		}
		assertThat(this.first.status().writable()).isFalse();
		answered.forEach((key, timestamp) -> {
			List<Long> read = timestamps(this.second, key);
			assertThat(read.size()).isBetween((int) (timestamp + 1), (int) (timestamp + 2));
			assertThat(read).isSorted();
		});
	}

	@Test
	void seriesThatAreListedNeedNotBeLookedUp() {
		for (int i = 0; i < 20; i++) {
			put(this.first, "k" + i, 1, 1);
		}
		CassandraMetricRepository later = keyspace.open();
		Awaitility.await().until(() -> later.statistics().knownSeries() == 20);
	}

	private static void put(MetricRepository store, String key, double value, long timestamp) {
		PointBatch batch = new PointBatch();
		batch.add(SeriesKey.of(key), timestamp, value);
		store.put(batch);
	}

	private static List<String> keys(MetricRepository store) {
		List<String> keys = new ArrayList<>();
		store.forEachKey((key) -> keys.add(key.toString()));
		return keys;
	}

	private static List<Long> timestamps(MetricRepository store, String key) {
		return timestamps(store, key, TimeRange.ALL);
	}

	private static List<Long> timestamps(MetricRepository store, String key, TimeRange range) {
		List<Long> read = new ArrayList<>();
		try {
			store.read(SeriesKey.of(key), range, (series, timestamps, values, from, to) -> {
				for (int i = from; i < to; i++) {
					read.add(timestamps[i]);
				}
			});
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		return read;
	}

	private static void read(MetricRepository store, PointSink sink) {
		try {
			store.readAll(TimeRange.ALL, sink);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

}
