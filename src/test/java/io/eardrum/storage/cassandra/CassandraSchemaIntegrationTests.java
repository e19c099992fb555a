package io.eardrum.storage.cassandra;

import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import com.datastax.oss.driver.api.core.CqlIdentifier;
import com.datastax.oss.driver.api.core.DefaultConsistencyLevel;
import com.datastax.oss.driver.api.core.cql.Row;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.springframework.boot.cassandra.autoconfigure.CassandraProperties;

import io.eardrum.budget.HeapBudget;
import io.eardrum.metric.PointBatch;
import io.eardrum.metric.SeriesKey;
import io.eardrum.storage.ClusterObserver;
import io.eardrum.storage.MetricRepository;
import io.eardrum.storage.StorageException;
import io.eardrum.storage.StorageProperties;
import io.eardrum.storage.cassandra.cluster.Cluster;
import io.eardrum.storage.cassandra.cluster.Schema;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * Tests for {@link Cluster} and {@link Schema}: how a server gets to its tables, and what
 * it says when it doesn't.
 */
@Tag("cassandra")
@ResourceLock("Cassandra")
@Timeout(value = 120, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class CassandraSchemaIntegrationTests {

	private static final Duration MAX_WAIT = Duration.ofSeconds(5);

	private static final String NAME = "schema_tests";

	private TestKeyspace keyspace;

	@BeforeEach
	void connect() {
		this.keyspace = new TestKeyspace(NAME);
		this.keyspace.drop();
	}

	@AfterEach
	void disconnect() {
		this.keyspace.closeStores();
		this.keyspace.drop();
		this.keyspace.close();
	}

	@Test
	void serversThatMakeTheTablesAtTheSameMomentAllSucceed() throws Exception {
		ExecutorService executor = Executors.newFixedThreadPool(3);
		try {
			for (int round = 0; round < 3; round++) {
				List<Future<CassandraMetricRepository>> opening = new ArrayList<>();
				for (int i = 0; i < 3; i++) {
					opening.add(executor.submit(() -> new CassandraMetricRepository(this.keyspace.settings(),
							() -> TestKeyspace.builder(new CassandraProperties()), (request, succeeded, nanos) -> {
							}, Clock.systemUTC(), HeapBudget.unlimited())));
				}
				for (Future<CassandraMetricRepository> future : opening) {
					try (CassandraMetricRepository store = future.get()) {
						Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> store.status().writable());
						put(store, 1);
						assertThat(store.seriesCount()).isEqualTo(1);
					}
				}
				this.keyspace.drop();
			}
		}
		finally {
			executor.shutdownNow();
		}
	}

	@Test
	void serverThatMayNotMakeTablesSaysWhatLacksAndGoesOnOnceItIsThere() {
		CassandraMetricRepository store = open(new StorageProperties.Cassandra(false, 1, 256, MAX_WAIT));
		assertThat(store.status().problem()).contains("no keyspace schema_tests", "schema.cql", "create-schema");
		assertThatThrownBy(() -> put(store, 1)).isInstanceOf(StorageException.class).hasMessageContaining("schema.cql");
		this.keyspace
			.execute("CREATE KEYSPACE % WITH replication = {'class': 'NetworkTopologyStrategy', 'datacenter1': 1}");
		Awaitility.await()
			.atMost(Duration.ofSeconds(30))
			.untilAsserted(() -> assertThat(store.status().problem()).contains("lacks the tables",
					"points, buckets, series_by_key, series_by_place, removed_series, sequence, registrations"));
		Schema.tables(CqlIdentifier.fromCql(NAME)).values().forEach(this.keyspace::execute);
		Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> store.status().writable());
		put(store, 1);
		assertThat(store.seriesCount()).isEqualTo(1);
	}

	@Test
	void whatWasReachedIsKeptUntilTheTablesAreThere() {
		AtomicInteger sessions = new AtomicInteger();
		this.keyspace
			.execute("CREATE KEYSPACE % WITH replication = {'class': 'NetworkTopologyStrategy', 'datacenter1': 1}");
		try (CassandraMetricRepository store = new CassandraMetricRepository(
				TestKeyspace.with(this.keyspace.settings(), new StorageProperties.Cassandra(false, 1, 256, MAX_WAIT)),
				() -> {
					sessions.incrementAndGet();
					return TestKeyspace.builder(new CassandraProperties());
				}, ClusterObserver.NONE, Clock.systemUTC(), HeapBudget.unlimited())) {
			assertThat(store.status().problem()).contains("lacks the tables");
			Schema.tables(CqlIdentifier.fromCql(NAME)).values().forEach(this.keyspace::execute);
			Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> store.status().writable());
			put(store, 1);
			assertThat(sessions).hasValue(1);
		}
	}

	@Test
	void nodesAgreeOnTheTablesOnce() {
		put(this.keyspace.open(), 1);
		List<String> agreements = agreements();
		assertThat(agreements).isNotEmpty();
		put(this.keyspace.open(), 2);
		assertThat(agreements()).isEqualTo(agreements);
	}

	// What nodes remember of the last agreement on each row of these tables; others use
	// the same node.
	private List<String> agreements() {
		List<UUID> tables = this.keyspace
			.execute("SELECT id FROM system_schema.tables WHERE keyspace_name = '" + NAME + "'")
			.stream()
			.map((row) -> row.getUuid(0))
			.toList();
		return this.keyspace.execute("SELECT * FROM system.paxos")
			.stream()
			.filter((row) -> tables.contains(row.getUuid("cf_id")))
			.map(Row::getFormattedContents)
			.toList();
	}

	@Test
	void keyspaceWaitsForAsManyNodesAsKeepEachPoint() {
		CassandraMetricRepository store = open(new StorageProperties.Cassandra(true, 3, 256, MAX_WAIT));
		assertThat(store.status().problem()).contains("1 nodes are up", "replication-factor is 3");
		assertThat(this.keyspace.exists()).isFalse();
	}

	@Test
	void datacenterThatIsNotThereIsNamedBesideThatWhichIs() {
		CassandraProperties properties = new CassandraProperties();
		properties.setLocalDatacenter("moon");
		CassandraMetricRepository store = this.keyspace.open(this.keyspace.settings(), properties, Clock.systemUTC());
		assertThat(store.status().problem()).contains("spring.cassandra.local-datacenter", "datacenter1");
	}

	@Test
	void tablesOfALaterVersionAreLeftAlone() {
		this.keyspace.open();
		this.keyspace.execute("UPDATE %.sequence SET next = 3 WHERE name = 'format' IF next = 2");
		CassandraMetricRepository store = this.keyspace.open(this.keyspace.settings(), new CassandraProperties(),
				Clock.systemUTC());
		assertThat(store.status().problem()).contains("format 3");
		assertThatThrownBy(() -> put(store, 1)).isInstanceOf(StorageException.class);
	}

	@Test
	void clusterThatHasNotEnoughNodesForTheConsistencyIsUnavailable() {
		put(this.keyspace.open(), 1);
		CassandraProperties properties = new CassandraProperties();
		properties.getRequest().setConsistency(DefaultConsistencyLevel.TWO);
		CassandraMetricRepository store = this.keyspace.open(this.keyspace.settings(), properties, Clock.systemUTC());
		long start = System.nanoTime();
		assertThatThrownBy(() -> put(store, 2)).isInstanceOf(StorageException.class).hasMessageContaining("TWO");
		assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(10));
		assertThat(store.status().writable()).isFalse();
		assertThat(store.status().problem()).contains("TWO");
	}

	private CassandraMetricRepository open(StorageProperties.Cassandra cassandra) {
		return this.keyspace.open(TestKeyspace.with(this.keyspace.settings(), cassandra), new CassandraProperties(),
				Clock.systemUTC());
	}

	private static void put(MetricRepository store, long timestamp) {
		PointBatch batch = new PointBatch();
		batch.add(SeriesKey.of("a"), timestamp, 1);
		store.put(batch);
	}

}
