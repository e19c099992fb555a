package io.eardrum.server.graphite;

import java.util.concurrent.atomic.LongAdder;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

import io.eardrum.protocol.Command;
import io.eardrum.protocol.ErrorReason;
import io.eardrum.server.event.CommandCounts;
import io.eardrum.server.event.GraphiteObserver;
import io.eardrum.server.event.ResetReason;
import io.eardrum.server.limit.LogThrottle;

/**
 * Logs that points were lost because the store could not take them. Graphite's clients
 * get no replies, so they do not know. Passes on all events that it receives. Safe for
 * any number of threads.
 */
final class LostPointLog implements GraphiteObserver {

	private static final Log logger = LogFactory.getLog(LostPointLog.class);

	private final GraphiteObserver delegate;

	private final LogThrottle rate = new LogThrottle();

	private final LongAdder lost = new LongAdder();

	LostPointLog(GraphiteObserver delegate) {
		this.delegate = delegate;
	}

	@Override
	public void frameHandled(CommandCounts counts, long durationNanos) {
		this.delegate.frameHandled(counts, durationNanos);
		long unstored = counts.errors(Command.PUT, ErrorReason.STORAGE);
		if (unstored > 0) {
			this.lost.add(unstored);
			if (this.rate.permits()) {
				logger.warn("Points of Graphite's clients are lost, " + this.lost.sumThenReset()
						+ " since this was logged last: the store does not take them (its health says why)");
			}
		}
	}

	@Override
	public void datagramsReceived(int datagrams, int bytes) {
		this.delegate.datagramsReceived(datagrams, bytes);
	}

	@Override
	public void received(int bytes) {
		this.delegate.received(bytes);
	}

	@Override
	public void sent(int bytes) {
		this.delegate.sent(bytes);
	}

	@Override
	public void connectionAccepted() {
		this.delegate.connectionAccepted();
	}

	@Override
	public void connectionRejected() {
		this.delegate.connectionRejected();
	}

	@Override
	public void connectionRefused() {
		this.delegate.connectionRefused();
	}

	@Override
	public void handshakeEnded(boolean completed) {
		this.delegate.handshakeEnded(completed);
	}

	@Override
	public void connectionReset(ResetReason reason) {
		this.delegate.connectionReset(reason);
	}

}
