package io.eardrum.storage.cassandra;

import java.time.Duration;

import com.datastax.oss.driver.api.core.CqlIdentifier;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.cassandra.autoconfigure.CassandraProperties;

import io.eardrum.storage.StorageProperties;
import io.eardrum.storage.cassandra.cluster.DriverDefaults;
import io.eardrum.storage.time.Retention;

/**
 * The settings of the store.
 *
 * @param keyspace the keyspace of its tables
 * @param consistency how many nodes have to answer, as the health endpoint shows it
 * @param requestTimeout how long the driver takes for a request at most
 * @param cassandra how the cluster is used
 * @param retention how long points are kept
 * @param maxSeries how many series there may be, or {@code null} for any number
 * @param knownSeries how many series the server remembers, 2 or more
 */
record CassandraStorageSettings(CqlIdentifier keyspace, String consistency, Duration requestTimeout,
		StorageProperties.Cassandra cassandra, Retention retention, @Nullable Integer maxSeries, int knownSeries) {

	private static final String DEFAULT_KEYSPACE = "eardrum";

	/** The memory of a known series, with a key of usual length and one bucket. */
	private static final int SERIES_BYTES = 300;

	/** The heap divided by this is for known series. */
	private static final int KNOWN_SERIES_SHARE = 4;

	/**
	 * Returns the settings that the configuration asks for.
	 * @param properties the configuration of the store
	 * @param connection the configuration of the driver
	 * @return the settings
	 */
	static CassandraStorageSettings of(StorageProperties properties, CassandraProperties connection) {
		String keyspace = connection.getKeyspaceName();
		return new CassandraStorageSettings(CqlIdentifier.fromCql((keyspace != null) ? keyspace : DEFAULT_KEYSPACE),
				DriverDefaults.consistency(connection), DriverDefaults.requestTimeout(connection),
				properties.cassandra(), Retention.of(properties), properties.maxSeries(), seriesThatFit());
	}

	// The number may be too small for all series: a put of a series that was forgotten is
	// only slower.
	private static int seriesThatFit() {
		return (int) Math.min(Integer.MAX_VALUE, Runtime.getRuntime().maxMemory() / KNOWN_SERIES_SHARE / SERIES_BYTES);
	}

}
