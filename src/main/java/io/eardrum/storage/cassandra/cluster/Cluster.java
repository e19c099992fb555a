package io.eardrum.storage.cassandra.cluster;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Predicate;

import com.datastax.oss.driver.api.core.loadbalancing.NodeDistance;
import com.datastax.oss.driver.api.core.metadata.Node;
import com.datastax.oss.driver.api.core.metadata.NodeState;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import io.eardrum.budget.ThreadShortage;
import io.eardrum.storage.StorageException;
import io.eardrum.storage.cassandra.table.Query;

/**
 * Connects to the cluster, however long that takes, and then checks the state of the
 * cluster from time to time.
 * <p>
 * A thread of its own lets the {@link Connector} connect. An attempt that fails is
 * repeated, at first after one second and later after up to ten. Once there is a
 * connection, the driver maintains it, and the thread writes something every few seconds
 * and compares the clocks. So an idle server knows the state of its cluster, and a server
 * whose puts have failed learns when they would succeed again. All other methods are
 * quick, and safe for any number of threads.
 */
public final class Cluster implements AutoCloseable {

	private static final Logger logger = LoggerFactory.getLogger(Cluster.class);

	private static final Duration PROBE_PATIENCE = Duration.ofSeconds(60);

	private static final Duration CLOSE_PATIENCE = Duration.ofSeconds(3);

	private static final long MIN_PAUSE_MILLIS = 1_000;

	private static final long MAX_PAUSE_MILLIS = 10_000;

	private static final long PROBE_INTERVAL_MILLIS = 5_000;

	private static final long PROBLEM_PROBE_INTERVAL_MILLIS = 1_000;

	private final Connector connector;

	private final ClusterState state;

	private final ClusterClock clock;

	private final Consumer<ClusterSession> connected;

	private final Consumer<ClusterSession> probed;

	private final CountDownLatch tried = new CountDownLatch(1);

	private final CountDownLatch closing = new CountDownLatch(1);

	private final Thread thread;

	/**
	 * The thread that removes the session closes it; that may be the thread of this
	 * object or another one.
	 */
	private final AtomicReference<@Nullable ClusterSession> session = new AtomicReference<>();

	/**
	 * Begins to connect.
	 * @param connector makes the session
	 * @param state keeps the state of the cluster
	 * @param clock compares the clocks from time to time
	 * @param connected called once there is a session, by the thread of this object
	 * @param probed called from time to time while the cluster takes points, by the same
	 * thread
	 */
	public Cluster(Connector connector, ClusterState state, ClusterClock clock, Consumer<ClusterSession> connected,
			Consumer<ClusterSession> probed) {
		this.connector = connector;
		this.state = state;
		this.clock = clock;
		this.connected = connected;
		this.probed = probed;
		this.thread = new Thread(this::run, "eardrum-cassandra");
		this.thread.setDaemon(true);
		this.thread.start();
	}

	/**
	 * Waits for the end of the first attempt to connect, whether it succeeds or not.
	 * @param patience how long to wait
	 */
	public void awaitFirstAttempt(Duration patience) {
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
	public ClusterSession session() {
		ClusterSession current = this.session.get();
		if (current == null) {
			throw new StorageException(String.valueOf(this.state.problem()));
		}
		return current;
	}

	/**
	 * Returns the session with the cluster.
	 * @return the session, or {@code null} if there is none yet
	 */
	public @Nullable ClusterSession sessionIfAny() {
		return this.session.get();
	}

	private void run() {
		try (this.connector) {
			long pause = MIN_PAUSE_MILLIS;
			while (!isClosing()) {
				attempt();
				this.tried.countDown();
				if (this.session.get() == null) {
					pause(pause);
					pause = Math.min(pause * 2, MAX_PAUSE_MILLIS);
				}
				else {
					pause((this.state.problem() != null) ? PROBLEM_PROBE_INTERVAL_MILLIS : PROBE_INTERVAL_MILLIS);
				}
			}
		}
	}

	private void attempt() {
		ClusterSession current = this.session.get();
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
		}
		catch (RuntimeException | Error ex) {
			ThreadShortage.require(ex);
			if (!isClosing()) {
				this.state.failed(String.valueOf(ex.getMessage()));
				logger.debug("The cluster can't be used yet", ex);
			}
		}
	}

	private ClusterSession connect() {
		ClusterSession reached = this.connector.connect();
		this.session.set(reached);
		if (isClosing()) {
			// close() waits for a limited time only, and may have looked before there was
			// a session.
			if (this.session.compareAndSet(reached, null)) {
				reached.driver().forceCloseAsync();
			}
			throw new StorageException("the store is closed");
		}
		logger.info("Connected to the cluster {}: keyspace {}, {} of {} nodes", reached.name(),
				this.connector.keyspace().asCql(true), connectedNodes(), knownNodes());
		return reached;
	}

	private void probe(ClusterSession current) {
		try {
			Await.of(current.send(Query.PROBE), PROBE_PATIENCE);
		}
		catch (StorageException ex) {
			throw new StorageException("The cluster takes no points: " + ex.getMessage(), ex);
		}
		this.state.succeeded();
		try {
			this.clock.compareIfDue(current);
		}
		catch (StorageException ex) {
			// The probe has shown that the cluster takes points.
			logger.debug("The clocks could not be compared", ex);
		}
		try {
			this.probed.accept(current);
		}
		catch (StorageException ex) {
			logger.debug("What is done from time to time will be done later", ex);
		}
	}

	/**
	 * Returns how many nodes are known in the datacenter that this server uses.
	 * @return the number of nodes, 0 as long as there is no session
	 */
	public int knownNodes() {
		return nodes((node) -> true);
	}

	/**
	 * Returns to how many of these nodes there is a connection.
	 * @return the number of nodes
	 */
	public int connectedNodes() {
		return nodes((node) -> node.getState() == NodeState.UP && node.getOpenConnections() > 0);
	}

	private int nodes(Predicate<Node> wanted) {
		ClusterSession current = this.session.get();
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
			// Only close() interrupts this thread, and it has counted down.
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
		ClusterSession current = this.session.getAndSet(null);
		if (current != null) {
			CompletableFuture<Void> closed = current.driver().closeAsync().toCompletableFuture();
			try {
				Await.of(closed, CLOSE_PATIENCE);
			}
			catch (StorageException ex) {
				logger.debug("The session with the cluster is closed by force", ex);
				current.driver().forceCloseAsync();
			}
		}
	}

}
