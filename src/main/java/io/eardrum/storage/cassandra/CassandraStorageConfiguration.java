package io.eardrum.storage.cassandra;

import java.time.Clock;
import java.util.concurrent.atomic.AtomicReference;

import com.datastax.oss.driver.api.core.CqlSessionBuilder;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.cassandra.autoconfigure.CassandraAutoConfiguration;
import org.springframework.boot.cassandra.autoconfigure.CassandraProperties;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

import io.eardrum.budget.HeapBudget;
import io.eardrum.storage.ClusterObserver;
import io.eardrum.storage.StorageProperties;
import io.eardrum.storage.cassandra.cluster.DriverDefaults;

/**
 * Makes a cluster of Cassandra the store, if the configuration asks for it.
 * <p>
 * The framework's own configuration of the driver is left out where it would be found by
 * itself (it would be there with every store), and used here: of what it makes, only the
 * builder of sessions is asked for. Its session would be made once, when the server
 * starts, or not at all.
 */
@Configuration(proxyBeanMethods = false)
@ConditionalOnProperty(name = "eardrum.storage.type", havingValue = "cassandra")
@EnableConfigurationProperties(StorageProperties.class)
@Import(CassandraAutoConfiguration.class)
class CassandraStorageConfiguration {

	@Bean(destroyMethod = "close")
	CassandraMetricRepository metricRepository(StorageProperties properties, CassandraProperties connection,
			ObjectProvider<CqlSessionBuilder> builders, ObjectProvider<ClusterObserver> observer, HeapBudget budget) {
		// Made by this thread, with all that it needs: no other one should make beans
		// while a context starts. Further attempts to connect have a new one each, for
		// what certificates there are by then.
		AtomicReference<@Nullable CqlSessionBuilder> first = new AtomicReference<>(builders.getObject());
		return new CassandraMetricRepository(CassandraStorageSettings.of(properties, connection), () -> {
			CqlSessionBuilder builder = first.getAndSet(null);
			return (builder != null) ? builder : builders.getObject();
		}, observer.getIfAvailable(() -> ClusterObserver.NONE), Clock.systemUTC(), budget);
	}

	@Bean
	DriverDefaults driverDefaults(CassandraProperties connection) {
		return new DriverDefaults(connection);
	}

}
