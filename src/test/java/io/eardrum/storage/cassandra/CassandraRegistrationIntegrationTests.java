package io.eardrum.storage.cassandra;

import java.nio.ByteBuffer;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeSet;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import com.datastax.oss.driver.api.core.cql.Row;
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
import io.eardrum.storage.ClusterObserver;
import io.eardrum.storage.MetricRepository;
import io.eardrum.storage.cassandra.series.RegistrationEntry;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for how several servers register new series in groups, what is left when one of
 * them dies, and how a cluster with tables of format 1 gets there.
 */
@Tag("cassandra")
@ResourceLock("Cassandra")
@Timeout(value = 120, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class CassandraRegistrationIntegrationTests {

	private static TestKeyspace keyspace;

	private final ExecutorService executor = Executors.newCachedThreadPool();

	private CassandraMetricRepository first;

	private CassandraMetricRepository second;

	@BeforeAll
	static void connect() {
		keyspace = new TestKeyspace("registrations");
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
	void groupOfNewSeriesTakesOneTransaction() {
		AtomicInteger transactions = new AtomicInteger();
		AtomicInteger writes = new AtomicInteger();
		CassandraMetricRepository store = keyspace.open(keyspace.settings(), new CassandraProperties(),
				(request, succeeded, nanos) -> {
					if (request == ClusterObserver.Request.REGISTER) {
						transactions.incrementAndGet();
					}
					if (request == ClusterObserver.Request.WRITE) {
						writes.incrementAndGet();
					}
				}, Clock.systemUTC());
		put(store, "a");
		transactions.set(0);
		writes.set(0);
		PointBatch batch = new PointBatch();
		for (int i = 0; i < 200; i++) {
			batch.add(SeriesKey.of("k" + i), 1, 1);
		}
		store.put(batch);
		assertThat(transactions).hasValue(1);
		// Each key with its bucket, and each point; of the list and the log, some more.
		assertThat(writes.get()).isBetween(400, 420);
		assertThat(keys(this.first)).hasSize(201);
	}

	@Test
	void entryOfAServerThatDiedIsCarriedOutByTheNext() {
		put(this.first, "a");
		RegistrationEntry entry = last().add(last().version() + 1, List.of(SeriesKey.of("b"), SeriesKey.of("c")));
		append(entry);
		put(this.second, "d");
		assertThat(keys(this.first)).containsExactly("a", "b", "c", "d");
		put(this.first, "c");
		put(this.second, "b");
		assertThat(keys(this.first)).containsExactly("a", "b", "c", "d");
		assertThat(this.first.seriesCount()).isEqualTo(4);
	}

	@Test
	void keysOfSuchAnEntryKeepItsPlacesWhoeverPutsThem() {
		put(this.first, "a");
		put(this.second, "z");
		RegistrationEntry entry = last().add(last().version() + 1, List.of(SeriesKey.of("b"), SeriesKey.of("c")));
		append(entry);
		PointBatch batch = new PointBatch();
		List.of("d", "c", "e").forEach((key) -> batch.add(SeriesKey.of(key), 1, 1));
		this.first.put(batch);
		put(this.second, "b");
		assertThat(keys(keyspace.open())).containsExactly("a", "z", "b", "c", "d", "e");
		assertThat(keyspace.execute("SELECT place FROM %.series_by_key WHERE key = 'c'").get(0).getLong(0))
			.isEqualTo(3);
	}

	@Test
	void removalOfAServerThatDiedIsCarriedOutByTheNext() {
		put(this.first, "a");
		put(this.first, "b");
		RegistrationEntry entry = last().remove(last().version() + 1, Map.of(SeriesKey.of("a"), 0L));
		append(entry);
		put(this.second, "c");
		assertThat(keys(this.second)).containsExactly("b", "c");
		assertThat(keyspace.execute("SELECT place FROM %.series_by_key WHERE key = 'a'")).isEmpty();
	}

	@Test
	void whatIsCarriedOutTooLateChangesNothing() {
		put(this.first, "a");
		long version = last().version();
		put(this.second, "b");
		this.second.delete(List.of(SeriesKey.of("a")), TimeRange.ALL);
		// A server that has slept since it appended the entry of "a" goes on.
		keyspace.execute("INSERT INTO %.series_by_key (key, place) VALUES ('a', 0) USING TIMESTAMP " + version);
		keyspace.execute(
				"INSERT INTO %.series_by_place (bucket, place, key) VALUES (0, 0, 'a') USING TIMESTAMP " + version);
		assertThat(keys(this.first)).containsExactly("b");
		put(this.second, "a");
		assertThat(keys(this.first)).containsExactly("b", "a");
		// So does one that had looked it up.
		keyspace.execute(
				"INSERT INTO %.series_by_place (bucket, place, key) VALUES (0, 0, 'a') USING TIMESTAMP " + version);
		assertThat(keys(this.first)).containsExactly("b", "a");
		keyspace.execute("INSERT INTO %.series_by_key (key, place) VALUES ('a', 0) USING TIMESTAMP " + version);
		assertThat(keyspace.execute("SELECT place FROM %.series_by_key WHERE key = 'a'").get(0).getLong(0))
			.isEqualTo(2);
	}

	@Test
	void noKeyGetsTwoPlacesWhileServersRegisterAndDelete() throws Exception {
		long seed = TestSeed.value();
		List<Future<?>> writers = new ArrayList<>();
		for (int i = 0; i < 4; i++) {
			Random random = new Random(seed + i);
			MetricRepository server = (i % 2 == 0) ? this.first : this.second;
			writers.add(this.executor.submit(() -> {
				for (int round = 0; round < 30; round++) {
					PointBatch batch = new PointBatch();
					for (int j = 0; j < 20; j++) {
						batch.add(SeriesKey.of("k" + random.nextInt(200)), round, 1);
					}
					server.put(batch);
					if (round % 5 == 4) {
						server.delete(List.of(SeriesKey.of("k" + random.nextInt(200))), TimeRange.ALL);
					}
				}
				return null;
			}));
		}
		for (Future<?> writer : writers) {
			writer.get();
		}
		// Points that came behind a deletion through a server that had not noticed it.
		PointBatch all = new PointBatch();
		for (int i = 0; i < 200; i++) {
			all.add(SeriesKey.of("k" + i), 100, 1);
		}
		keyspace.open().put(all);
		List<String> keys = keys(this.first);
		assertThat(keys).hasSize(200).doesNotHaveDuplicates();
		TreeSet<String> listed = new TreeSet<>();
		for (Row row : keyspace.execute("SELECT place, key FROM %.series_by_place")) {
			listed.add(row.getString(1) + " " + row.getLong(0));
		}
		TreeSet<String> placed = new TreeSet<>();
		for (Row row : keyspace.execute("SELECT key, place FROM %.series_by_key")) {
			placed.add(row.getString(0) + " " + row.getLong(1));
		}
		assertThat(listed).isEqualTo(placed);
	}

	@Test
	void limitOfSeriesHoldsOverAllServers() throws Exception {
		List<CassandraMetricRepository> servers = new ArrayList<>();
		for (int i = 0; i < 2; i++) {
			servers.add(keyspace.open(TestKeyspace.with(keyspace.settings(), 10), new CassandraProperties(),
					Clock.systemUTC()));
		}
		List<Future<Integer>> refused = new ArrayList<>();
		for (CassandraMetricRepository server : servers) {
			int number = refused.size();
			refused.add(this.executor.submit(() -> {
				int count = 0;
				for (int i = 0; i < 8; i++) {
					PointBatch batch = new PointBatch();
					batch.add(SeriesKey.of("server" + number + "." + i), 1, 1);
					server.put(batch);
					count += batch.refusedCount();
				}
				return count;
			}));
		}
		assertThat(refused.get(0).get() + refused.get(1).get()).isEqualTo(6);
		assertThat(keys(this.first)).hasSize(10);
	}

	@Test
	void serversOnTablesOfFormatOneAgreeOnEachKeyAsServersOfBeforeDo() throws Exception {
		useFormatOne();
		List<Future<?>> writers = new ArrayList<>();
		for (MetricRepository server : List.of(this.first, this.second, this.first)) {
			writers.add(this.executor.submit(() -> {
				for (int i = 0; i < 60; i += 3) {
					PointBatch batch = new PointBatch();
					for (int j = 0; j < 3; j++) {
						batch.add(SeriesKey.of("k" + (i + j)), 1, 1);
					}
					server.put(batch);
				}
				return null;
			}));
		}
		for (Future<?> writer : writers) {
			writer.get();
		}
		assertThat(keys(this.first)).hasSize(60).doesNotHaveDuplicates().isEqualTo(keys(this.second));
		assertThat(keyspace.execute("SELECT * FROM %.registrations")).isEmpty();
	}

	@Test
	void keyWhoseRegistrationBrokeOffIsListedAtItsPlaceWithItsNextPut() {
		useFormatOne();
		put(this.first, "a");
		// What a server leaves that dies before it has listed the key.
		keyspace.execute("UPDATE %.sequence SET next = 2 WHERE name = 'series' IF next = 1");
		keyspace.execute("INSERT INTO %.series_by_key (key, place) VALUES ('b', 1) IF NOT EXISTS");
		put(this.second, "c");
		assertThat(keys(this.first)).containsExactly("a", "c");
		assertThat(this.first.seriesCount()).isEqualTo(2);
		useFormat(2);
		put(this.second, "d");
		put(this.second, "b");
		assertThat(keys(this.first)).containsExactly("a", "b", "c", "d");
		assertThat(this.first.seriesCount()).isEqualTo(4);
	}

	@Test
	void tablesOfFormatOneGoOnWithFormatTwo() {
		useFormatOne();
		put(this.first, "a");
		put(this.second, "b");
		useFormat(2);
		put(this.first, "c");
		put(this.second, "b");
		this.first.delete(List.of(SeriesKey.of("a")), TimeRange.ALL);
		assertThat(keys(this.second)).containsExactly("b", "c");
		put(this.first, "a");
		assertThat(keys(this.second)).containsExactly("b", "c", "a");
		assertThat(keyspace.execute("SELECT place FROM %.series_by_key WHERE key = 'a'").get(0).getLong(0))
			.isEqualTo(3);
	}

	private void useFormatOne() {
		useFormat(1);
	}

	private void useFormat(int format) {
		keyspace.closeStores();
		keyspace.execute("UPDATE %.sequence SET next = " + format + " WHERE name = 'format' IF next = " + (3 - format));
		this.first = keyspace.open();
		this.second = keyspace.open();
	}

	private static RegistrationEntry last() {
		Row row = keyspace.execute("SELECT version, previous, next, series FROM %.registrations WHERE name = 'series'")
			.get(0);
		return RegistrationEntry.of(row);
	}

	// What a server leaves that dies before it carries its entry out.
	private static void append(RegistrationEntry entry) {
		ByteBuffer cell = entry.cell();
		byte[] bytes = new byte[cell.remaining()];
		cell.get(bytes);
		Row row = keyspace
			.execute("UPDATE %.registrations SET version = " + entry.version() + ", previous = " + entry.previous()
					+ ", next = " + entry.next() + ", series = 0x" + HexFormat.of().formatHex(bytes)
					+ " WHERE name = 'series' IF version = " + entry.previous())
			.get(0);
		assertThat(row.getBoolean(0)).isTrue();
	}

	private static void put(MetricRepository store, String key) {
		PointBatch batch = new PointBatch();
		batch.add(SeriesKey.of(key), 1, 1);
		store.put(batch);
	}

	private static List<String> keys(MetricRepository store) {
		List<String> keys = new ArrayList<>();
		store.forEachKey((key) -> keys.add(key.toString()));
		return keys;
	}

}
