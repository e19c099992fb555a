package io.eardrum.storage.cassandra;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.CqlSessionBuilder;
import com.datastax.oss.driver.api.core.config.DefaultDriverOption;
import com.datastax.oss.driver.api.core.config.DriverConfigLoader;
import com.datastax.oss.driver.api.core.config.DriverExecutionProfile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.cassandra.autoconfigure.CassandraProperties;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import io.eardrum.budget.HeapBudget;
import io.eardrum.metric.PointBatch;
import io.eardrum.metric.SeriesKey;
import io.eardrum.metric.TimeRange;
import io.eardrum.storage.ClusterMetricRepository;
import io.eardrum.storage.MetricRepository;
import io.eardrum.storage.StorageException;
import io.eardrum.storage.StorageStatus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * Tests for {@link CassandraStorageConfiguration} where there is no cluster.
 */
@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class CassandraStorageConfigurationTests {

	/** Nothing listens on port 1. */
	private static final String NOBODY = "spring.cassandra.contact-points=127.0.0.1:1";

	@ParameterizedTest
	@ValueSource(strings = { "embedded", "memory", "" })
	void nothingOfItIsThereWithAnotherStore(String type) {
		ApplicationContextRunner other = new ApplicationContextRunner()
			.withUserConfiguration(CassandraStorageConfiguration.class)
			.withBean(HeapBudget.class, HeapBudget::unlimited);
		(type.isEmpty() ? other : other.withPropertyValues("eardrum.storage.type=" + type))
			.run((context) -> assertThat(context).hasNotFailed()
				.doesNotHaveBean(MetricRepository.class)
				.doesNotHaveBean(CqlSession.class)
				.doesNotHaveBean(CqlSessionBuilder.class)
				.doesNotHaveBean(CassandraProperties.class)
				.doesNotHaveBean(DriverConfigLoader.class));
	}

	@Test
	void clusterThatIsNotThereMakesTheStoreUnavailableAndNotTheStartFail() {
		runner().run((context) -> {
			assertThat(context).hasSingleBean(ClusterMetricRepository.class);
			ClusterMetricRepository repository = context.getBean(ClusterMetricRepository.class);
			StorageStatus status = repository.status();
			assertThat(status.engine()).isEqualTo("cassandra");
			assertThat(status.writable()).isFalse();
			assertThat(status.problem()).contains("can't be reached").contains("127.0.0.1:1");
			assertThat(status.details()).containsEntry("keyspace", "eardrum")
				.containsEntry("consistency", "LOCAL_QUORUM")
				.containsEntry("connectedNodes", 0);
			PointBatch batch = new PointBatch();
			batch.add(SeriesKey.of("a"), 1, 1);
			assertThatThrownBy(() -> repository.put(batch)).isInstanceOf(StorageException.class);
			assertThatThrownBy(
					() -> repository.read(SeriesKey.of("a"), TimeRange.ALL, (key, times, values, from, to) -> {
					}))
				.isInstanceOf(StorageException.class);
			assertThatThrownBy(repository::seriesCount).isInstanceOf(StorageException.class);
			assertThat(repository.statistics().knownNodes()).isZero();
			assertThat(repository.statistics().maxRequests()).isEqualTo(256);
		});
	}

	@Test
	void storeThatNeverConnectedIsClosedAtOnce() {
		long start = System.nanoTime();
		runner().run((context) -> assertThat(context).hasNotFailed());
		assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(20));
	}

	@Test
	void sessionOfTheFrameworkIsNeverMade() {
		runner().run((context) -> assertThat(context.getSourceApplicationContext().getBeanFactory())
			.satisfies((factory) -> assertThat(factory.containsSingleton("cassandraSession")).isFalse()));
	}

	@ParameterizedTest
	@CsvSource({ "replication-factor, 0, 1 or more", "max-requests, 0, from 1 to 10000",
			"max-requests, 10001, from 1 to 10000", "max-wait, 5ms, from 100ms to 1m",
			"max-wait, 2m, from 100ms to 1m" })
	void wrongValueIsNamed(String name, String value, String reason) {
		runner().withPropertyValues("eardrum.storage.cassandra." + name + "=" + value)
			.run((context) -> assertThat(context.getStartupFailure())
				.hasRootCauseInstanceOf(InvalidConfigurationPropertyValueException.class)
				.rootCause()
				.hasMessageContaining("eardrum.storage.cassandra." + name)
				.extracting((ex) -> ((InvalidConfigurationPropertyValueException) ex).getReason())
				.asString()
				.contains(reason));
	}

	@Test
	void driverIsMadeForQuorumsAndForNodesThatHang() {
		runner().run((context) -> {
			DriverExecutionProfile profile = profile(context.getBean(DriverConfigLoader.class));
			assertThat(profile.getString(DefaultDriverOption.REQUEST_CONSISTENCY)).isEqualTo("LOCAL_QUORUM");
			assertThat(profile.getString(DefaultDriverOption.REQUEST_SERIAL_CONSISTENCY)).isEqualTo("SERIAL");
			assertThat(profile.getDuration(DefaultDriverOption.REQUEST_TIMEOUT)).isEqualTo(Duration.ofSeconds(5));
			assertThat(profile.getDuration(DefaultDriverOption.HEARTBEAT_INTERVAL)).isEqualTo(Duration.ofSeconds(5));
			assertThat(profile.getDuration(DefaultDriverOption.RECONNECTION_MAX_DELAY))
				.isEqualTo(Duration.ofSeconds(10));
			assertThat(profile.getDuration(DefaultDriverOption.METADATA_SCHEMA_WINDOW))
				.isEqualTo(Duration.ofMillis(100));
			assertThat(profile.getString(DefaultDriverOption.SPECULATIVE_EXECUTION_POLICY_CLASS))
				.isEqualTo("ConstantSpeculativeExecutionPolicy");
			assertThat(profile.getString(DefaultDriverOption.LOAD_BALANCING_POLICY_CLASS))
				.isEqualTo("DcInferringLoadBalancingPolicy");
		});
	}

	@Test
	void configurationOfTheDriverCounts() {
		runner()
			.withPropertyValues("spring.cassandra.request.consistency=quorum", "spring.cassandra.request.timeout=7s",
					"spring.cassandra.local-datacenter=west", "spring.cassandra.pool.heartbeat-interval=11s",
					"spring.cassandra.keyspace-name=metrics")
			.run((context) -> {
				DriverExecutionProfile profile = profile(context.getBean(DriverConfigLoader.class));
				assertThat(profile.getString(DefaultDriverOption.REQUEST_CONSISTENCY)).isEqualTo("QUORUM");
				assertThat(profile.getDuration(DefaultDriverOption.REQUEST_TIMEOUT)).isEqualTo(Duration.ofSeconds(7));
				assertThat(profile.getDuration(DefaultDriverOption.HEARTBEAT_INTERVAL))
					.isEqualTo(Duration.ofSeconds(11));
				assertThat(profile.getString(DefaultDriverOption.LOAD_BALANCING_LOCAL_DATACENTER)).isEqualTo("west");
				assertThat(profile.getString(DefaultDriverOption.LOAD_BALANCING_POLICY_CLASS))
					.isEqualTo("DefaultLoadBalancingPolicy");
				Map<String, Object> details = context.getBean(MetricRepository.class).status().details();
				assertThat(details).containsEntry("keyspace", "metrics").containsEntry("consistency", "QUORUM");
			});
	}

	private static DriverExecutionProfile profile(DriverConfigLoader loader) {
		return loader.getInitialConfig().getDefaultProfile();
	}

	private static ApplicationContextRunner runner() {
		return new ApplicationContextRunner().withUserConfiguration(CassandraStorageConfiguration.class)
			.withBean(HeapBudget.class, HeapBudget::unlimited)
			.withPropertyValues("eardrum.storage.type=cassandra", NOBODY);
	}

}
