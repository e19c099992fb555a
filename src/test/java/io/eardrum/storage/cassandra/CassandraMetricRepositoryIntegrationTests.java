package io.eardrum.storage.cassandra;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.parallel.ResourceLock;

import io.eardrum.storage.MetricRepository;
import io.eardrum.storage.MetricRepositoryContract;

/**
 * Tests for {@link CassandraMetricRepository}: the contract, on one node. To open the
 * store again is what it is to ask another server, which knows nothing yet.
 */
@Tag("cassandra")
@ResourceLock("Cassandra")
class CassandraMetricRepositoryIntegrationTests extends MetricRepositoryContract {

	private static TestKeyspace keyspace;

	@BeforeAll
	static void connect() {
		keyspace = new TestKeyspace("contract");
	}

	@AfterAll
	static void disconnect() {
		keyspace.close();
	}

	@Override
	protected MetricRepository open() {
		keyspace.clear();
		return keyspace.open();
	}

	@Override
	protected MetricRepository reopen(MetricRepository repository) {
		((CassandraMetricRepository) repository).close();
		return keyspace.open();
	}

	@Override
	protected int manyPoints() {
		return 20_000;
	}

	@Override
	protected int randomRounds() {
		return 80;
	}

}
