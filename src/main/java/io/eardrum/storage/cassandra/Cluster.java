package io.eardrum.storage.cassandra;

import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.Supplier;

import com.datastax.oss.driver.api.core.CqlIdentifier;
import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.CqlSessionBuilder;
import com.datastax.oss.driver.api.core.cql.AsyncResultSet;
import com.datastax.oss.driver.api.core.cql.PreparedStatement;
import com.datastax.oss.driver.api.core.cql.Row;
import com.datastax.oss.driver.api.core.loadbalancing.NodeDistance;
import com.datastax.oss.driver.api.core.metadata.Node;
import com.datastax.oss.driver.api.core.metadata.NodeState;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import io.eardrum.storage.StorageException;
import io.eardrum.storage.StorageProperties;

/**
 * Reaches the cluster, however long that takes, and then sees now and then how it is.
 * <p>
 * A thread of its own connects, makes the tables and prepares the statements; whatever
 * fails of it is tried again, after a second at first and ten at last. From then on the
 * driver keeps up the connections, and the thread writes something every few seconds: so
 * a server that nobody uses knows how its cluster is, and one whose puts have failed
 * learns when they would succeed again. All other methods are quick, and safe for any
 * number of threads.
 */
final class Cluster implements AutoCloseable {

	private static final Logger logger = LoggerFactory.getLogger(Cluster.class);

	/** The version of the tables that this code knows. */
	private static final long FORMAT = 1;

	private static final Duration CONNECT_PATIENCE = Duration.ofSeconds(60);

	private static final Duration CLOSE_PATIENCE = Duration.ofSeconds(3);

	private static final long MIN_PAUSE_MILLIS = 1_000;

	private static final long MAX_PAUSE_MILLIS = 10_000;

	private static final long PROBE_INTERVAL_MILLIS = 5_000;

	private static final long PROBLEM_PROBE_INTERVAL_MILLIS = 1_000;

	private final Supplier<CqlSessionBuilder> builders;

	private final CqlIdentifier keyspace;

	private final Schema schema;

	private final ClusterState state;

	private final Consumer<ClusterSession> connected;

	private final CountDownLatch tried = new CountDownLatch(1);

	private final CountDownLatch closing = new CountDownLatch(1);

	private final Thread thread;

	private volatile @Nullable ClusterSession session;

	/**
	 * Begins to connect.
	 * @param builders makes a builder of sessions, which may be changed
	 * @param keyspace where the tables are, or are to be
	 * @param properties how to make them
	 * @param state is told how the cluster is
	 * @param connected is called once there is a session, by the thread of this object
	 */
	Cluster(Supplier<CqlSessionBuilder> builders, CqlIdentifier keyspace, StorageProperties.Cassandra properties,
			ClusterState state, Consumer<ClusterSession> connected) {
		this.builders = builders;
		this.keyspace = keyspace;
		this.schema = new Schema(keyspace, properties);
		this.state = state;
		this.connected = connected;
		this.thread = new Thread(this::run, "eardrum-cassandra");
		this.thread.setDaemon(true);
		this.thread.start();
	}

	/**
	 * Waits for the end of the first attempt to connect, whether it succeeds or not.
	 * @param patience how long to wait
	 */
	void awaitFirstAttempt(Duration patience) {
		try {
			this.tried.await(patience.toNanos(), TimeUnit.NANOSECONDS);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	/**
	 * Returns the session with the cluster.
	 * @return the session
	 * @throws StorageException if there is none yet
	 */
	ClusterSession session() {
		ClusterSession current = this.session;
		if (current == null) {
			throw new StorageException(String.valueOf(this.state.problem()));
		}
		return current;
	}

	@Nullable ClusterSession sessionIfConnected() {
		return this.session;
	}

	private void run() {
		long pause = MIN_PAUSE_MILLIS;
		while (!isClosing()) {
			ClusterSession current = this.session;
			try {
				if (current == null) {
					current = connect();
					this.state.succeeded();
					this.tried.countDown();
					this.connected.accept(current);
				}
				else {
					probe(current);
				}
				pause = MIN_PAUSE_MILLIS;
			}
			catch (OutOfMemoryError ex) {
				throw ex;
			}
			catch (RuntimeException | Error ex) {
				if (!isClosing()) {
					this.state.failed(String.valueOf(ex.getMessage()));
					logger.debug("The cluster can't be used yet", ex);
				}
			}
			this.tried.countDown();
			if (this.session == null) {
				pause(pause);
				pause = Math.min(pause * 2, MAX_PAUSE_MILLIS);
			}
			else {
				pause((this.state.problem() != null) ? PROBLEM_PROBE_INTERVAL_MILLIS : PROBE_INTERVAL_MILLIS);
			}
		}
	}

	private ClusterSession connect() {
		// The keyspace may not be there yet, so the session has none.
		CompletionStage<CqlSession> connecting = this.builders.get().withKeyspace((CqlIdentifier) null).buildAsync();
		CqlSession driver;
		try {
			driver = Waiting.of(connecting, CONNECT_PATIENCE);
		}
		catch (StorageException ex) {
			connecting.whenComplete((late, failure) -> {
				if (late != null) {
					late.forceCloseAsync();
				}
			});
			throw new StorageException("The cluster can't be reached: " + ex.getMessage(), ex);
		}
		try {
			this.schema.ensure(driver, datacenter(driver));
			ClusterSession reached = new ClusterSession(driver, prepare(driver));
			checkFormat(reached);
			this.session = reached;
			logger.info("Connected to the cluster {}: keyspace {}, {} of {} nodes", name(driver),
					this.keyspace.asCql(true), connectedNodes(), knownNodes());
			return reached;
		}
		catch (RuntimeException | Error ex) {
			driver.forceCloseAsync();
			throw ex;
		}
	}

	private static String name(CqlSession driver) {
		return driver.getMetadata().getClusterName().orElse("without a name");
	}

	// The driver asks the nodes of one datacenter only: if it is misspelt, there is none.
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
				"No node is in the datacenter that spring.cassandra.local-datacenter names; there is "
						+ String.join(", ", others));
	}

	private Map<Query, PreparedStatement> prepare(CqlSession driver) {
		Map<Query, CompletionStage<PreparedStatement>> preparing = new EnumMap<>(Query.class);
		for (Query query : Query.values()) {
			preparing.put(query, driver.prepareAsync(query.in(this.keyspace)));
		}
		Map<Query, PreparedStatement> prepared = new EnumMap<>(Query.class);
		preparing.forEach((query, stage) -> prepared.put(query, Waiting.of(stage, CONNECT_PATIENCE)));
		return prepared;
	}

	private static void checkFormat(ClusterSession session) {
		AsyncResultSet result = Waiting.of(session.send(Query.INSERT_FORMAT, Cells.of(FORMAT)), CONNECT_PATIENCE);
		Row row = result.wasApplied() ? null : result.one();
		if (row != null) {
			long format = row.getLong("next");
			if (format != FORMAT) {
				throw new StorageException("The tables have format " + format + ", and this version knows " + FORMAT);
			}
		}
		Waiting.of(session.send(Query.BEGIN), CONNECT_PATIENCE);
	}

	private void probe(ClusterSession current) {
		try {
			Waiting.of(current.send(Query.PROBE), CONNECT_PATIENCE);
		}
		catch (StorageException ex) {
			throw new StorageException("The cluster takes no points: " + ex.getMessage(), ex);
		}
		this.state.succeeded();
	}

	/**
	 * Tells how many nodes of the datacenter that is asked are known.
	 * @return the number of nodes, 0 as long as there is no session
	 */
	int knownNodes() {
		return nodes((node) -> true);
	}

	/**
	 * Tells to how many of them there is a connection.
	 * @return the number of nodes
	 */
	int connectedNodes() {
		return nodes((node) -> node.getState() == NodeState.UP && node.getOpenConnections() > 0);
	}

	private int nodes(Predicate<Node> wanted) {
		ClusterSession current = this.session;
		if (current == null) {
			return 0;
		}
		int count = 0;
		for (Node node : current.driver().getMetadata().getNodes().values()) {
			if (node.getDistance() == NodeDistance.LOCAL && wanted.test(node)) {
				count++;
			}
		}
		return count;
	}

	private boolean isClosing() {
		return this.closing.getCount() == 0;
	}

	private void pause(long millis) {
		try {
			this.closing.await(millis, TimeUnit.MILLISECONDS);
		}
		catch (InterruptedException ex) {
			// Nobody but close() does that, and it has counted down.
			Thread.currentThread().interrupt();
		}
	}

	/**
	 * Ends the session, or the attempt to get one.
	 */
	@Override
	public void close() {
		this.closing.countDown();
		this.thread.interrupt();
		this.tried.countDown();
		try {
			this.thread.join(CLOSE_PATIENCE.toMillis());
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
		ClusterSession current = this.session;
		this.session = null;
		if (current != null) {
			CompletableFuture<Void> closed = current.driver().closeAsync().toCompletableFuture();
			try {
				Waiting.of(closed, CLOSE_PATIENCE);
			}
			catch (StorageException ex) {
				logger.debug("The session with the cluster is closed by force", ex);
				current.driver().forceCloseAsync();
			}
		}
	}

}
