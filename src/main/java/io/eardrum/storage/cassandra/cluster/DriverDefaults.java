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
 * The configuration of the driver where {@code spring.cassandra} says nothing: what a
 * store needs that has to be right first, and then has to go on when a node doesn't.
 */
public final class DriverDefaults implements DriverConfigLoaderBuilderCustomizer {

	private static final Duration REQUEST_TIMEOUT = Duration.ofSeconds(5);

	/** After how long a request is sent to a second node as well; the first may hang. */
	private static final Duration SECOND_NODE_DELAY = Duration.ofMillis(500);

	/** How often a connection on which nothing comes is tried, and for how long. */
	private static final Duration HEARTBEAT_INTERVAL = Duration.ofSeconds(5);

	private static final Duration HEARTBEAT_TIMEOUT = Duration.ofSeconds(2);

	private static final Duration MIN_RECONNECTION_DELAY = Duration.ofSeconds(1);

	private static final Duration MAX_RECONNECTION_DELAY = Duration.ofSeconds(10);

	/**
	 * How long the driver waits for further changes of tables before it looks at them.
	 * Each statement that makes a table takes as much longer: a second, as the driver
	 * comes.
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
			// Points have their own. For all else the nodes' clocks will do.
			.withString(DefaultDriverOption.TIMESTAMP_GENERATOR_CLASS, "ServerSideTimestampGenerator")
			.withBoolean(DefaultDriverOption.NETTY_DAEMON, true)
			// A name is looked up whenever a connection is made. Else one that can't be
			// looked up at first would be left out, and if it is the only one, this
			// machine asked instead.
			.withBoolean(DefaultDriverOption.RESOLVE_CONTACT_POINTS, false)
			// Nothing has to be waited for when a session is closed.
			.withInt(DefaultDriverOption.NETTY_IO_SHUTDOWN_QUIET_PERIOD, 0)
			.withInt(DefaultDriverOption.NETTY_ADMIN_SHUTDOWN_QUIET_PERIOD, 0);
		if (this.properties.getConfig() != null) {
			// A file for the driver has all that was meant to be set.
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
