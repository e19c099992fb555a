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
 * Makes the store in a cluster of Cassandra, if the configuration asks for it.
 * <p>
 * The framework's own configuration of the driver is excluded from automatic
 * configuration, because it would be there with every store, and imported here instead.
 * Of its beans, only the builder of sessions is used. Its session would be made once,
 * when the server starts, or not at all.
 */
@Configuration(proxyBeanMethods = false)
@ConditionalOnProperty(name = "eardrum.storage.type", havingValue = "cassandra")
@EnableConfigurationProperties(StorageProperties.class)
@Import(CassandraAutoConfiguration.class)
class CassandraStorageConfiguration {

	@Bean(destroyMethod = "close")
	CassandraMetricRepository metricRepository(StorageProperties properties, CassandraProperties connection,
			ObjectProvider<CqlSessionBuilder> builders, ObjectProvider<ClusterObserver> observer, HeapBudget budget) {
		// This thread makes the first builder, with all that it needs, because no other
		// thread should make beans while a context starts. Each further attempt to
		// connect has a new builder, with the certificates that are there by then.
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
