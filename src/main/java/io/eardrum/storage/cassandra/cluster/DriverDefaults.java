package io.eardrum.storage.cassandra.cluster;

import java.time.Duration;
import java.util.Objects;

import com.datastax.oss.driver.api.core.ConsistencyLevel;
import com.datastax.oss.driver.api.core.DefaultConsistencyLevel;
import com.datastax.oss.driver.api.core.config.DefaultDriverOption;
import com.datastax.oss.driver.api.core.config.ProgrammaticDriverConfigLoaderBuilder;
import org.springframework.boot.cassandra.autoconfigure.CassandraProperties;
import org.springframework.boot.cassandra.autoconfigure.DriverConfigLoaderBuilderCustomizer;

/**
 * The configuration of the driver where {@code spring.cassandra} has no value. The store
 * has to be correct first, and second it has to go on when a node does not.
 */
public final class DriverDefaults implements DriverConfigLoaderBuilderCustomizer {

	private static final Duration REQUEST_TIMEOUT = Duration.ofSeconds(5);

	/**
	 * The time after which a request is also sent to a second node, because the first may
	 * hang.
	 */
	private static final Duration SECOND_NODE_DELAY = Duration.ofMillis(500);

	/** How often an idle connection is tested. */
	private static final Duration HEARTBEAT_INTERVAL = Duration.ofSeconds(5);

	/** How long the answer to such a test may take. */
	private static final Duration HEARTBEAT_TIMEOUT = Duration.ofSeconds(2);

	private static final Duration MIN_RECONNECTION_DELAY = Duration.ofSeconds(1);

	private static final Duration MAX_RECONNECTION_DELAY = Duration.ofSeconds(10);

	/**
	 * How long the driver waits for further changes of tables before it reads them. Each
	 * statement that makes a table takes that much longer. The driver's own default is a
	 * second.
	 */
	private static final Duration SCHEMA_CHANGES_WINDOW = Duration.ofMillis(100);

	private final CassandraProperties properties;

	/**
	 * Creates the defaults.
	 * @param properties the configuration of the driver
	 */
	public DriverDefaults(CassandraProperties properties) {
		this.properties = properties;
	}

	/**
	 * Returns how many nodes have to answer.
	 * @param properties the configuration of the driver
	 * @return the name of the consistency level
	 */
	public static String consistency(CassandraProperties properties) {
		ConsistencyLevel configured = properties.getRequest().getConsistency();
		return Objects.requireNonNullElse(configured, DefaultConsistencyLevel.LOCAL_QUORUM).name();
	}

	/**
	 * Returns how long the driver takes for a request at most.
	 * @param properties the configuration of the driver
	 * @return the time
	 */
	public static Duration requestTimeout(CassandraProperties properties) {
		return Objects.requireNonNullElse(properties.getRequest().getTimeout(), REQUEST_TIMEOUT);
	}

	@Override
	public void customize(ProgrammaticDriverConfigLoaderBuilder builder) {
		builder.withString(DefaultDriverOption.REQUEST_CONSISTENCY, consistency(this.properties))
			.withDuration(DefaultDriverOption.REQUEST_TIMEOUT, requestTimeout(this.properties))
			// Points have their own timestamps. For everything else the clocks of the
			// nodes are good enough.
			.withString(DefaultDriverOption.TIMESTAMP_GENERATOR_CLASS, "ServerSideTimestampGenerator")
			.withBoolean(DefaultDriverOption.NETTY_DAEMON, true)
			// A name is looked up whenever a connection is made. Otherwise a name that
			// can't be resolved at first would be left out, and if it is the only one,
			// the driver would connect to this machine instead.
			.withBoolean(DefaultDriverOption.RESOLVE_CONTACT_POINTS, false)
			// There is nothing to wait for when a session is closed.
			.withInt(DefaultDriverOption.NETTY_IO_SHUTDOWN_QUIET_PERIOD, 0)
			.withInt(DefaultDriverOption.NETTY_ADMIN_SHUTDOWN_QUIET_PERIOD, 0);
		if (this.properties.getConfig() != null) {
			// A configuration file for the driver has all settings that its author wants.
			return;
		}
		builder.withString(DefaultDriverOption.SPECULATIVE_EXECUTION_POLICY_CLASS, "ConstantSpeculativeExecutionPolicy")
			.withDuration(DefaultDriverOption.SPECULATIVE_EXECUTION_DELAY, SECOND_NODE_DELAY)
			.withInt(DefaultDriverOption.SPECULATIVE_EXECUTION_MAX, 2)
			.withDuration(DefaultDriverOption.METADATA_SCHEMA_WINDOW, SCHEMA_CHANGES_WINDOW)
			.withDuration(DefaultDriverOption.RECONNECTION_BASE_DELAY, MIN_RECONNECTION_DELAY)
			.withDuration(DefaultDriverOption.RECONNECTION_MAX_DELAY, MAX_RECONNECTION_DELAY);
		if (this.properties.getPool().getHeartbeatInterval() == null) {
			builder.withDuration(DefaultDriverOption.HEARTBEAT_INTERVAL, HEARTBEAT_INTERVAL);
		}
		if (this.properties.getPool().getIdleTimeout() == null) {
			builder.withDuration(DefaultDriverOption.HEARTBEAT_TIMEOUT, HEARTBEAT_TIMEOUT);
		}
		if (this.properties.getLocalDatacenter() == null) {
			builder.withString(DefaultDriverOption.LOAD_BALANCING_POLICY_CLASS, "DcInferringLoadBalancingPolicy");
		}
	}

}
