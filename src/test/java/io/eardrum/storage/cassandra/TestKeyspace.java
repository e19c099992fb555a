package io.eardrum.storage.cassandra;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import com.datastax.oss.driver.api.core.CqlIdentifier;
import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.CqlSessionBuilder;
import com.datastax.oss.driver.api.core.config.DefaultDriverOption;
import com.datastax.oss.driver.api.core.config.DriverConfigLoader;
import com.datastax.oss.driver.api.core.config.ProgrammaticDriverConfigLoaderBuilder;
import com.datastax.oss.driver.api.core.cql.Row;
import com.datastax.oss.driver.api.core.cql.SimpleStatement;
import org.awaitility.Awaitility;
import org.springframework.boot.cassandra.autoconfigure.CassandraProperties;

import io.eardrum.budget.HeapBudget;
import io.eardrum.storage.ClusterObserver;
import io.eardrum.storage.StorageProperties;
import io.eardrum.storage.cassandra.cluster.DriverDefaults;
import io.eardrum.storage.cassandra.cluster.Schema;
import io.eardrum.storage.cassandra.fixture.CassandraCluster;
import io.eardrum.storage.cassandra.fixture.CassandraNode;
import io.eardrum.storage.time.Retention;

/**
 * A keyspace of the node that all tests share, and stores on it as servers would open
 * them: each with a session of its own.
 */
final class TestKeyspace implements AutoCloseable {

	private static final StorageProperties.Cassandra PROPERTIES = new StorageProperties.Cassandra(true, 1, 256,
			Duration.ofSeconds(10));

	/**
	 * Longer than a server waits: a machine may be busy, and how long a request takes is
	 * not what most tests are about.
	 */
	private static final Duration PATIENCE = Duration.ofSeconds(20);

	private final CqlIdentifier name;

	private final CqlSession session;

	private final List<CassandraMetricRepository> stores = new ArrayList<>();

	TestKeyspace(String name) {
		this.name = CqlIdentifier.fromCql(name);
		this.session = builder(new CassandraProperties()).build();
	}

	// A node that runs already, or is about to, may be named.
	static InetSocketAddress contactPoint() {
		Integer port = Integer.getInteger("eardrum.cassandra.port");
		if (port == null) {
			return CassandraCluster.shared().contactPoints().get(0);
		}
		InetSocketAddress named = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
		Awaitility.await()
			.atMost(Duration.ofSeconds(60))
			.pollDelay(Duration.ZERO)
			.until(() -> CassandraNode.takesClients(named));
		return named;
	}

	static CqlSessionBuilder builder(CassandraProperties properties) {
		ProgrammaticDriverConfigLoaderBuilder loader = DriverConfigLoader.programmaticBuilder();
		new DriverDefaults(properties).customize(loader);
		if (properties.getRequest().getTimeout() == null) {
			loader.withDuration(DefaultDriverOption.REQUEST_TIMEOUT, PATIENCE);
		}
		CqlSessionBuilder builder = CqlSession.builder()
			.withConfigLoader(loader.build())
			.addContactPoint(contactPoint());
		String datacenter = properties.getLocalDatacenter();
		return (datacenter != null) ? builder.withLocalDatacenter(datacenter) : builder;
	}

	CassandraStorageSettings settings() {
		return new CassandraStorageSettings(this.name, "LOCAL_QUORUM", PATIENCE, PROPERTIES, Retention.FOREVER, null,
				100_000);
	}

	static CassandraStorageSettings with(CassandraStorageSettings settings, Retention retention) {
		return new CassandraStorageSettings(settings.keyspace(), settings.consistency(), settings.requestTimeout(),
				settings.cassandra(), retention, settings.maxSeries(), settings.knownSeries());
	}

	static CassandraStorageSettings with(CassandraStorageSettings settings, int maxSeries) {
		return new CassandraStorageSettings(settings.keyspace(), settings.consistency(), settings.requestTimeout(),
				settings.cassandra(), settings.retention(), maxSeries, settings.knownSeries());
	}

	static CassandraStorageSettings with(CassandraStorageSettings settings, StorageProperties.Cassandra cassandra) {
		return new CassandraStorageSettings(settings.keyspace(), settings.consistency(), settings.requestTimeout(),
				cassandra, settings.retention(), settings.maxSeries(), settings.knownSeries());
	}

	static CassandraStorageSettings with(CassandraStorageSettings settings, Duration requestTimeout) {
		return new CassandraStorageSettings(settings.keyspace(), settings.consistency(), requestTimeout,
				settings.cassandra(), settings.retention(), settings.maxSeries(), settings.knownSeries());
	}

	/**
	 * Opens a store, and waits until it can be used: where the tables have to be made,
	 * that may take longer than a server waits.
	 * @return the store
	 */
	CassandraMetricRepository open() {
		CassandraMetricRepository store = open(settings(), new CassandraProperties(), Clock.systemUTC());
		// It mostly is, and the contract opens a store several times in each test.
		Awaitility.await()
			.atMost(Duration.ofSeconds(60))
			.pollDelay(Duration.ZERO)
			.until(() -> store.status().writable());
		return store;
	}

	CassandraMetricRepository open(CassandraStorageSettings settings, CassandraProperties properties, Clock clock) {
		return open(settings, properties, ClusterObserver.NONE, clock);
	}

	CassandraMetricRepository open(CassandraStorageSettings settings, CassandraProperties properties,
			ClusterObserver observer, Clock clock) {
		CassandraMetricRepository store = new CassandraMetricRepository(settings, () -> builder(properties), observer,
				clock, HeapBudget.unlimited());
		this.stores.add(store);
		return store;
	}

	/**
	 * Executes a statement.
	 * @param text the statement, where % stands for the keyspace
	 * @return the rows
	 */
	List<Row> execute(String text) {
		return this.session
			.execute(SimpleStatement.newInstance(text.replace("%", this.name.asCql(true)))
				.setTimeout(Duration.ofSeconds(30)))
			.all();
	}

	boolean exists() {
		return !execute("SELECT keyspace_name FROM system_schema.keyspaces WHERE keyspace_name = '"
				+ this.name.asInternal() + "'")
			.isEmpty();
	}

	/**
	 * Empties all tables, if there are any.
	 */
	void clear() {
		if (exists()) {
			Schema.tables(this.name).keySet().forEach((table) -> execute("TRUNCATE %." + table));
		}
	}

	void drop() {
		execute("DROP KEYSPACE IF EXISTS %");
	}

	void closeStores() {
		this.stores.forEach(CassandraMetricRepository::close);
		this.stores.clear();
	}

	@Override
	public void close() {
		closeStores();
		this.session.close();
	}

}
