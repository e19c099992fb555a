package io.eardrum.storage.cassandra.cluster;

import java.util.concurrent.TimeUnit;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether the cluster takes points, as known from the last put or the last probe. A
 * change is logged, but at most once in ten seconds, because a cluster that takes every
 * other put would otherwise fill the log.
 * <p>
 * Safe for any number of threads.
 */
public final class ClusterState {

	private static final Logger logger = LoggerFactory.getLogger(ClusterState.class);

	private static final long LOG_INTERVAL_NANOS = TimeUnit.SECONDS.toNanos(10);

	private volatile @Nullable String problem;

	/** Whether the last line in the log says that there is a problem. */
	private boolean problemLogged;

	private long nextLogNanos = System.nanoTime();

	private long nextCongestionLogNanos = System.nanoTime();

	/**
	 * Creates a state.
	 * @param problem why the cluster takes no points at first, or {@code null} if it does
	 */
	public ClusterState(@Nullable String problem) {
		this.problem = problem;
	}

	/**
	 * Returns why the cluster takes no points.
	 * @return the reason, or {@code null} if it takes them
	 */
	public @Nullable String problem() {
		return this.problem;
	}

	/**
	 * Notes that the cluster served a request.
	 */
	public void succeeded() {
		if (this.problem != null) {
			recovered();
		}
	}

	private synchronized void recovered() {
		this.problem = null;
		if (this.problemLogged) {
			logger.info("The cluster serves requests again");
			this.problemLogged = false;
		}
	}

	/**
	 * Notes that the cluster failed to serve a request.
	 * @param reason why
	 */
	public synchronized void failed(String reason) {
		long now = System.nanoTime();
		boolean same = reason.equals(this.problem);
		this.problem = reason;
		// The reason may change while the problem lasts, for example from no answer to no
		// connection.
		if ((!this.problemLogged || !same) && now - this.nextLogNanos >= 0) {
			logger.warn("The storage is unavailable: {}", reason);
			this.problemLogged = true;
			this.nextLogNanos = now + LOG_INTERVAL_NANOS;
		}
	}

	/**
	 * Notes that points were refused because there was too much to do. The state of the
	 * cluster stays as it is: if it no longer answers, the requests in progress fail, and
	 * so does the next probe.
	 * @param reason what the request waited for
	 */
	public synchronized void congested(String reason) {
		long now = System.nanoTime();
		if (now - this.nextCongestionLogNanos >= 0) {
			logger.warn("Points were refused: {}", reason);
			this.nextCongestionLogNanos = now + LOG_INTERVAL_NANOS;
		}
	}

}
