package io.eardrum.storage.cassandra.cluster;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

import com.datastax.oss.driver.api.core.CqlIdentifier;
import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.CqlSessionBuilder;
import com.datastax.oss.driver.api.core.cql.AsyncResultSet;
import com.datastax.oss.driver.api.core.cql.PreparedStatement;
import com.datastax.oss.driver.api.core.cql.Row;
import com.datastax.oss.driver.api.core.loadbalancing.NodeDistance;
import com.datastax.oss.driver.api.core.metadata.Node;
import org.jspecify.annotations.Nullable;

import io.eardrum.storage.StorageException;
import io.eardrum.storage.StorageProperties;
import io.eardrum.storage.cassandra.table.Cells;
import io.eardrum.storage.cassandra.table.Query;

/**
 * Connects to the cluster: makes missing tables, prepares the statements, checks that
 * this code knows the version of the tables, and compares the clocks. Used by one thread.
 * <p>
 * A cluster that has just been started may be slow, and so may be the driver's first
 * contact with it. Therefore the driver's session is kept if a later step fails, and the
 * next attempt begins there.
 */
public final class Connector implements AutoCloseable {

	/** The version of the tables that this code knows. */
	static final long FORMAT = 2;

	/** With it, the nodes agree on the place of each key by a transaction of its own. */
	private static final long OLDEST_FORMAT = 1;

	private static final Duration CONNECT_PATIENCE = Duration.ofSeconds(60);

	/** After this many attempts with one session of the driver, a new one is made. */
	private static final int MAX_ATTEMPTS = 5;

	private final Supplier<CqlSessionBuilder> builders;

	private final CqlIdentifier keyspace;

	private final Schema schema;

	private final ClusterClock clock;

	/** The session of the driver that has no prepared tables yet. */
	private @Nullable CqlSession reached;

	private int attempts;

	/**
	 * Prepares to connect.
	 * @param builders makes a builder of sessions, which may be changed
	 * @param keyspace the keyspace of the tables, which may have to be made
	 * @param properties how to make them
	 * @param clock compares the clocks
	 */
	public Connector(Supplier<CqlSessionBuilder> builders, CqlIdentifier keyspace,
			StorageProperties.Cassandra properties, ClusterClock clock) {
		this.builders = builders;
		this.keyspace = keyspace;
		this.schema = new Schema(keyspace, properties);
		this.clock = clock;
	}

	CqlIdentifier keyspace() {
		return this.keyspace;
	}

	/**
	 * Connects, with a limit of a minute for each step.
	 * @return the session, which belongs to the caller
	 * @throws StorageException if it can't connect now; the message says why
	 */
	ClusterSession connect() {
		CqlSession driver = reach();
		this.attempts++;
		try {
			this.schema.ensure(driver, datacenter(driver));
			ClusterSession session = new ClusterSession(driver, prepare(driver), FORMAT);
			session = session.withFormat(checkTables(session));
			this.clock.compare(session);
			this.reached = null;
			return session;
		}
		catch (StorageException ex) {
			// A driver that does not even report that a node doesn't answer may never do
			// so again.
			if (ex.getCause() instanceof TimeoutException) {
				close();
			}
			throw ex;
		}
		finally {
			if (this.attempts >= MAX_ATTEMPTS) {
				close();
			}
		}
	}

	private CqlSession reach() {
		CqlSession driver = this.reached;
		if (driver != null) {
			return driver;
		}
		// The keyspace may not be there yet, so the session has none.
		CompletionStage<CqlSession> connecting = this.builders.get().withKeyspace((CqlIdentifier) null).buildAsync();
		try {
			driver = Await.of(connecting, CONNECT_PATIENCE);
		}
		catch (StorageException ex) {
			connecting.whenComplete((late, failure) -> {
				if (late != null) {
					late.forceCloseAsync();
				}
			});
			throw new StorageException("The cluster can't be reached: " + ex.getMessage(), ex);
		}
		this.reached = driver;
		this.attempts = 0;
		return driver;
	}

	// The driver uses the nodes of one datacenter only. If its name is misspelt, there
	// are none.
	private static String datacenter(CqlSession driver) {
		Set<String> others = new TreeSet<>();
		for (Node node : driver.getMetadata().getNodes().values()) {
			String datacenter = node.getDatacenter();
			if (node.getDistance() == NodeDistance.LOCAL && datacenter != null) {
				return datacenter;
			}
			others.add(String.valueOf(datacenter));
		}
		throw new StorageException(
				"No node is in the datacenter that spring.cassandra.local-datacenter names; the nodes are in "
						+ String.join(", ", others));
	}

	private Map<Query, PreparedStatement> prepare(CqlSession driver) {
		Map<Query, CompletionStage<PreparedStatement>> preparing = new EnumMap<>(Query.class);
		for (Query query : Query.values()) {
			preparing.put(query, driver.prepareAsync(query.in(this.keyspace)));
		}
		Map<Query, PreparedStatement> prepared = new EnumMap<>(Query.class);
		preparing.forEach((query, stage) -> prepared.put(query, Await.of(stage, CONNECT_PATIENCE)));
		return prepared;
	}

	// Only for missing rows do the nodes have to agree. That takes several times as long
	// as a read, and many servers may be started at once.
	private static long checkTables(ClusterSession session) {
		long format = FORMAT;
		Row row = ask(session, Query.SELECT_FORMAT).one();
		if (row == null) {
			AsyncResultSet result = ask(session, Query.INSERT_FORMAT, Cells.of(FORMAT));
			row = result.wasApplied() ? null : result.one();
		}
		if (row != null) {
			format = row.getLong("next");
			if (format < OLDEST_FORMAT || format > FORMAT) {
				throw new StorageException("The tables have format " + format + ", and this version knows "
						+ OLDEST_FORMAT + " to " + FORMAT);
			}
		}
		if (ask(session, Query.SELECT_NEXT).one() == null) {
			ask(session, Query.BEGIN);
		}
		return format;
	}

	private static AsyncResultSet ask(ClusterSession session, Query query, ByteBuffer... cells) {
		return Await.of(session.send(query, cells), CONNECT_PATIENCE);
	}

	/**
	 * Closes the session of the driver, unless it was handed over.
	 */
	@Override
	public void close() {
		CqlSession driver = this.reached;
		this.reached = null;
		if (driver != null) {
			driver.forceCloseAsync();
		}
	}

}
