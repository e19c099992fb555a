package io.eardrum.storage.cassandra.cluster;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

import com.datastax.oss.driver.api.core.cql.Row;
import com.datastax.oss.driver.api.core.metadata.Node;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import io.eardrum.storage.StorageException;
import io.eardrum.storage.cassandra.point.WriteClock;
import io.eardrum.storage.cassandra.table.Expiry;
import io.eardrum.storage.cassandra.table.Query;

/**
 * Compares the clock of this server with the clocks of the nodes, and allows no puts
 * while they are more than a minute apart.
 * <p>
 * A server whose clock is ahead would give points write timestamps in the future. Until
 * that time has come, every later value of these points would be lost although it is
 * answered with {@code ok} (see {@link WriteClock}). Such a server would also not store
 * points that it takes for too old, and make points expire too early (see
 * {@link Expiry}). A server whose clock is behind would lose the values with which it
 * overwrites points of other servers.
 * <p>
 * The cluster is asked for its time once a minute, and in between its time advances with
 * the running time of this process. So the next put notices a clock that jumps. If one
 * node disagrees, most of its neighbours have to disagree as well, because the clock of
 * that node may be the wrong one.
 * <p>
 * One thread compares; all other methods are quick, and safe for any number of threads.
 */
public final class ClusterClock {

	private static final Logger logger = LoggerFactory.getLogger(ClusterClock.class);

	private static final long MAX_OFFSET_MILLIS = TimeUnit.MINUTES.toMillis(1);

	/** How far the difference has to be below the limit before puts are taken again. */
	private static final long MARGIN_MILLIS = TimeUnit.SECONDS.toMillis(5);

	private static final long INTERVAL_NANOS = TimeUnit.MINUTES.toNanos(1);

	private static final Duration PATIENCE = Duration.ofSeconds(10);

	/** How many nodes are asked at most. */
	private static final int MAX_NODES = 5;

	private final Clock clock;

	private final LongSupplier nanos;

	/** The last answer of the cluster. */
	private volatile @Nullable ClusterTime time;

	/** Whether the last comparison found a difference, which has been logged. */
	private volatile boolean apart;

	/**
	 * Creates a comparison, which is to be made before the first put.
	 * @param clock the clock of this server
	 * @param nanos returns the running time in nanoseconds, as {@link System#nanoTime()}
	 */
	public ClusterClock(Clock clock, LongSupplier nanos) {
		this.clock = clock;
		this.nanos = nanos;
	}

	/**
	 * Compares the clocks if a comparison is due: after a minute, or at once while they
	 * are apart.
	 * @param session the cluster
	 * @throws StorageException if no node answers; the previous result remains valid
	 */
	void compareIfDue(ClusterSession session) {
		ClusterTime last = this.time;
		if (last == null || isApart(last) || this.nanos.getAsLong() - last.nanos() >= INTERVAL_NANOS) {
			compare(session);
		}
	}

	/**
	 * Compares the clocks.
	 * @param session the cluster
	 * @throws StorageException if no node answers; the previous result remains valid
	 */
	void compare(ClusterSession session) {
		ClusterTime told = ask(session, null);
		if (isApart(told)) {
			told = askSeveral(session, told);
		}
		this.time = told;
		boolean now = isApart(told);
		if (now && !this.apart) {
			logger.error("{}. Correct the clock of this server, or those of the nodes", describe(told));
		}
		else if (!now && this.apart) {
			logger.info("The clocks of this server and of the cluster agree again; points are taken again");
		}
		this.apart = now;
	}

	// If two clocks disagree, neither is known to be right, so this takes the median of
	// several nodes.
	private ClusterTime askSeveral(ClusterSession session, ClusterTime first) {
		List<ClusterTime> told = new ArrayList<>();
		for (Node node : session.connectedNodes()) {
			if (told.size() == MAX_NODES) {
				break;
			}
			try {
				told.add(ask(session, node));
			}
			catch (StorageException ex) {
				logger.debug("{} did not return its time", node, ex);
			}
		}
		told.sort(Comparator.comparingLong((one) -> Math.abs(offsetMillis(one))));
		return told.isEmpty() ? first : told.get((told.size() - 1) / 2);
	}

	private ClusterTime ask(ClusterSession session, @Nullable Node node) {
		long sent = this.nanos.getAsLong();
		Row row = Await.of(session.sendTo(node, Query.SELECT_NOW), PATIENCE).one();
		long half = (this.nanos.getAsLong() - sent) / 2;
		if (row == null) {
			throw new StorageException("A node did not return its time");
		}
		return new ClusterTime(row.getLong(0), sent + half, TimeUnit.NANOSECONDS.toMillis(half));
	}

	/**
	 * Ensures that points can be put.
	 * @throws StorageException if the clocks are too far apart
	 */
	public void ensureAgrees() {
		String problem = problem();
		if (problem != null) {
			throw new StorageException(problem);
		}
	}

	/**
	 * Returns why no points can be put.
	 * @return the times of both clocks, or {@code null} if they agree or there is no
	 * connection yet
	 */
	public @Nullable String problem() {
		ClusterTime last = this.time;
		return (last != null && isApart(last)) ? describe(last) : null;
	}

	/**
	 * Returns by how much the clock of this server is ahead of the cluster's.
	 * @return milliseconds, less than 0 if it is behind; 0 if there is no connection yet
	 */
	public long offsetMillis() {
		ClusterTime last = this.time;
		return (last != null) ? offsetMillis(last) : 0;
	}

	private long offsetMillis(ClusterTime told) {
		return this.clock.millis() - told.millisAt(this.nanos.getAsLong());
	}

	// The longer an answer took, the less exactly it says what time it was.
	private boolean isApart(ClusterTime told) {
		long most = MAX_OFFSET_MILLIS + told.uncertaintyMillis() - (this.apart ? MARGIN_MILLIS : 0);
		return Math.abs(offsetMillis(told)) > most;
	}

	private String describe(ClusterTime told) {
		return "The clock of this server says " + this.clock.instant() + ", and that of the cluster "
				+ Instant.ofEpochMilli(told.millisAt(this.nanos.getAsLong()))
				+ ": no points are taken while they are more than a minute apart";
	}

	/**
	 * The time of a node.
	 *
	 * @param millis the time, in milliseconds since 1970
	 * @param nanos the running time at that moment
	 * @param uncertaintyMillis by how many milliseconds that moment may have been earlier
	 * or later
	 */
	private record ClusterTime(long millis, long nanos, long uncertaintyMillis) {

		long millisAt(long now) {
			return this.millis + TimeUnit.NANOSECONDS.toMillis(now - this.nanos);
		}

	}

}
