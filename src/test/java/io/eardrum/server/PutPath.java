package io.eardrum.server;

import java.io.IOException;
import java.io.OutputStream;

import io.eardrum.protocol.Command;
import io.eardrum.protocol.CommandParser;
import io.eardrum.protocol.ProtocolLimits;
import io.eardrum.storage.MetricRepository;
import io.eardrum.storage.TimestampChecks;

/**
 * The way of a frame of puts, from the bytes that were received to those that are sent:
 * parser, batch, store, replies. Only the socket and the framework's message around it
 * are missing. Used by one thread at a time.
 */
final class PutPath {

	private final FrameServiceActivator activator;

	private final OutputStream output = OutputStream.nullOutputStream();

	private final Counting observer = new Counting();

	private final Frame frame = new Frame(new CommandParser(ProtocolLimits.DEFAULTS), this.output, this.observer, null);

	PutPath(MetricRepository repository) {
		this.activator = new FrameServiceActivator(repository, TimestampChecks.UNLIMITED);
		this.frame.setTurn(new SoleTurn(this.activator::newGroup));
	}

	/**
	 * Executes a frame, and writes its replies to nowhere.
	 * @param bytes complete lines
	 * @throws IOException if a reply can't be written
	 */
	void execute(byte[] bytes) throws IOException {
		this.frame.set(bytes, 0, bytes.length, false);
		this.activator.execute(this.frame).writeTo(this.output);
	}

	/**
	 * Tells how many puts were answered with {@code ok}.
	 * @return the number of points
	 */
	long stored() {
		return this.observer.stored;
	}

	/**
	 * Counts, as the meters of a server do.
	 */
	private static final class Counting implements ServerObserver {

		private long stored;

		@Override
		public void frameHandled(FrameCounts counts, long durationNanos) {
			this.stored += counts.served(Command.PUT);
		}

		@Override
		public void received(int bytes) {
		}

		@Override
		public void sent(int bytes) {
		}

		@Override
		public void connectionAccepted() {
		}

		@Override
		public void connectionRejected() {
		}

		@Override
		public void connectionRefused() {
		}

		@Override
		public void handshakeEnded(boolean completed) {
		}

		@Override
		public void connectionReset(ResetReason reason) {
		}

	}

}
