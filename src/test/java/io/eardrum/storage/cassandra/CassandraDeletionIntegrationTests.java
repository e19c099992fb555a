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
import java.util.NavigableMap;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

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

import io.eardrum.fixture.TestSeed;
import io.eardrum.metric.PointBatch;
import io.eardrum.metric.SeriesKey;
import io.eardrum.metric.TimeRange;
import io.eardrum.storage.MetricRepository;
import io.eardrum.storage.time.Retention;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for deletions through {@link CassandraMetricRepository} with several servers on
 * one cluster.
 */
@Tag("cassandra")
@ResourceLock("Cassandra")
@Timeout(value = 120, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class CassandraDeletionIntegrationTests {

	private static final Duration PATIENCE = Duration.ofSeconds(60);

	private static TestKeyspace keyspace;

	private CassandraMetricRepository first;

	private CassandraMetricRepository second;

	@BeforeAll
	static void connect() {
		keyspace = new TestKeyspace("deletions");
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
		keyspace.closeStores();
	}

	@Test
	void deletedSeriesIsGoneForAllServers() {
		for (String key : List.of("a", "b", "c")) {
			put(this.second, key, 1, 1);
		}
		delete(this.first, TimeRange.ALL, "b");
		assertThat(keys(this.second)).containsExactly("a", "c");
		assertThat(points(this.second, "b")).isEmpty();
		assertThat(this.first.seriesCount()).isEqualTo(2);
		assertThat(keys(keyspace.open())).containsExactly("a", "c");
		put(this.first, "b", 2, 5);
		assertThat(keys(this.second)).containsExactly("a", "c", "b");
		assertThat(points(this.second, "b")).containsExactly(Map.entry(5L, 2.0));
		Awaitility.await().atMost(PATIENCE).until(() -> this.second.seriesCount() == 3);
	}

	@Test
	void otherServerListsAnewWhatItPutsAfterwards() {
		put(this.first, "a", 1, 1);
		put(this.second, "a", 2, 2);
		put(this.second, "z", 2, 2);
		delete(this.first, TimeRange.ALL, "a");
		// It still takes the series for registered.
		put(this.second, "a", 3, 3);
		assertThat(points(this.first, "a")).containsExactly(Map.entry(3L, 3.0));
		Awaitility.await().atMost(PATIENCE).until(() -> keys(this.first).contains("a"));
		assertThat(keys(this.first)).containsExactly("z", "a");
		assertThat(keys(this.second)).containsExactly("z", "a");
		assertThat(points(this.second, "a")).containsExactly(Map.entry(3L, 3.0));
	}

	@Test
	void manySeriesAreFollowedPartByPart() {
		List<SeriesKey> many = new ArrayList<>();
		PointBatch batch = new PointBatch();
		for (int i = 0; i < 700; i++) {
			many.add(SeriesKey.of("many." + i));
			batch.add(many.get(i), 1, i);
		}
		this.second.put(batch);
		this.first.delete(many, TimeRange.ALL);
		assertThat(keys(this.second)).isEmpty();
		assertThat(this.first.seriesCount()).isZero();
		this.second.put(batch);
		Awaitility.await().atMost(PATIENCE).until(() -> keys(this.first).size() == many.size());
		assertThat(keys(this.second)).doesNotHaveDuplicates();
	}

	@Test
	void placeThatWasListedTooLateIsTakenOffAgain() {
		// With format 2, the row would be older than its deletion.
		keyspace.closeStores();
		keyspace.execute("UPDATE %.sequence SET next = 1 WHERE name = 'format' IF next = 2");
		this.first = keyspace.open();
		this.second = keyspace.open();
		AtomicLong offset = new AtomicLong();
		InstantSource time = () -> Instant.now().plusSeconds(offset.get());
		keyspace.open(keyspace.settings(), new CassandraProperties(), time.withZone(ZoneOffset.UTC));
		put(this.first, "a", 1, 1);
		put(this.first, "b", 1, 1);
		delete(this.first, TimeRange.ALL, "a");
		put(this.first, "a", 2, 2);
		// As a server leaves it that has looked the place up before it was lost.
		keyspace.execute("INSERT INTO %.series_by_place (bucket, place, key) VALUES (0, 0, 'a')");
		assertThat(keys(this.second)).containsExactly("a", "b", "a");
		offset.set(150);
		Awaitility.await().atMost(PATIENCE).until(() -> keys(this.second).size() == 2);
		assertThat(keys(this.second)).containsExactly("b", "a");
		assertThat(points(this.second, "a")).containsExactly(Map.entry(2L, 2.0));
	}

	@Test
	void seriesWhosePointsHaveExpiredIsListedNoMore() {
		CassandraMetricRepository forgetting = keyspace.open(
				TestKeyspace.with(keyspace.settings(), Retention.of(Duration.ofSeconds(2))), new CassandraProperties(),
				Clock.systemUTC());
		Awaitility.await().atMost(PATIENCE).until(() -> forgetting.status().writable());
		long now = Instant.now().getEpochSecond();
		put(forgetting, "old", 1, now);
		put(forgetting, "later", 1, now + 1000);
		Awaitility.await().atMost(PATIENCE).until(() -> forgetting.last(SeriesKey.of("old")) == null);
		// As if nobody had looked for a day.
		keyspace.execute("DELETE FROM %.sequence WHERE name = 'sweep'");
		Awaitility.await().atMost(PATIENCE).until(() -> keys(this.first).equals(List.of("later")));
	}

	@Test
	void seriesWithManyPartitionsIsDeletedCompletely() {
		PointBatch batch = new PointBatch();
		for (int i = 0; i < 1500; i++) {
			batch.add(SeriesKey.of("long"), i * 262_144L, i);
		}
		this.first.put(batch);
		delete(this.second, new TimeRange(262_144, 1_498 * 262_144L), "long");
		assertThat(points(this.first, "long").keySet()).containsExactly(0L, 1_499 * 262_144L);
		delete(this.second, TimeRange.ALL, "long");
		assertThat(points(this.first, "long")).isEmpty();
		assertThat(keys(this.first)).isEmpty();
	}

	@Test
	void serversAgreeOnWhatIsLeft() {
		Random random = new Random(TestSeed.value());
		Map<String, NavigableMap<Long, Double>> model = new TreeMap<>();
		for (int i = 0; i < 150; i++) {
			MetricRepository server = random.nextBoolean() ? this.first : this.second;
			String key = "k" + random.nextInt(5);
			if (random.nextInt(4) > 0) {
				long timestamp = random.nextInt(4) * 262_144L + random.nextInt(3);
				put(server, key, i, timestamp);
				model.computeIfAbsent(key, (absent) -> new TreeMap<>()).put(timestamp, (double) i);
			}
			else {
				long from = random.nextInt(4) * 262_144L + random.nextInt(3);
				TimeRange range = (random.nextInt(3) != 0) ? new TimeRange(from, from + random.nextInt(600_000))
						: TimeRange.ALL;
				delete(server, range, key);
				NavigableMap<Long, Double> points = model.computeIfAbsent(key, (absent) -> new TreeMap<>());
				points.subMap(range.from(), true, range.to(), true).clear();
				model.values().removeIf(Map::isEmpty);
			}
			MetricRepository other = (server == this.first) ? this.second : this.first;
			assertThat(points(other, key)).as("step %d, %s", i, key)
				.isEqualTo(model.getOrDefault(key, new TreeMap<>()));
		}
		Awaitility.await()
			.atMost(PATIENCE)
			.untilAsserted(() -> assertThat(keys(this.first)).containsExactlyInAnyOrderElementsOf(model.keySet()));
		assertThat(keys(this.second)).isEqualTo(keys(this.first));
	}

	private static void put(MetricRepository store, String key, double value, long timestamp) {
		PointBatch batch = new PointBatch();
		batch.add(SeriesKey.of(key), timestamp, value);
		store.put(batch);
	}

	private static void delete(MetricRepository store, TimeRange range, String key) {
		store.delete(List.of(SeriesKey.of(key)), range);
	}

	private static List<String> keys(MetricRepository store) {
		List<String> keys = new ArrayList<>();
		store.forEachKey((key) -> keys.add(key.toString()));
		return keys;
	}

	private static NavigableMap<Long, Double> points(MetricRepository store, String key) {
		NavigableMap<Long, Double> points = new TreeMap<>();
		try {
			store.read(SeriesKey.of(key), TimeRange.ALL, (unused, timestamps, values, from, to) -> {
				for (int i = from; i < to; i++) {
					points.put(timestamps[i], values[i]);
				}
			});
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		return points;
	}

}
