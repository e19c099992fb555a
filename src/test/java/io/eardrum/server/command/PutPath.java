package io.eardrum.server.command;

import java.io.IOException;
import java.io.OutputStream;

import io.eardrum.protocol.Command;
import io.eardrum.protocol.CommandParser;
import io.eardrum.protocol.ProtocolLimits;
import io.eardrum.server.event.CommandCounts;
import io.eardrum.server.event.ResetReason;
import io.eardrum.server.event.ServerObserver;
import io.eardrum.server.gateway.CommandServiceActivator;
import io.eardrum.storage.MetricRepository;
import io.eardrum.storage.time.TimestampChecks;

/**
 * The way of a frame of puts, from the bytes that were received to those that are sent:
 * parser, batch, store, replies. Only the socket and the framework's message around it
 * are missing. Used by one thread at a time.
 */
public final class PutPath {

	private final CommandServiceActivator activator;

	private final OutputStream output = OutputStream.nullOutputStream();

	private final Counting observer = new Counting();

	private final Frame frame = new Frame(new CommandParser(ProtocolLimits.DEFAULTS), this.output, this.observer, null);

	public PutPath(MetricRepository repository) {
		this.activator = new CommandServiceActivator(repository, TimestampChecks.UNLIMITED);
		this.frame.setTurn(new SoleTurn(this.activator::newGroup));
	}

	/**
	 * Executes a frame, and writes its replies to nowhere.
	 * @param bytes complete lines
	 * @throws IOException if a reply can't be written
	 */
	public void execute(byte[] bytes) throws IOException {
		this.frame.set(bytes, 0, bytes.length, false);
		this.activator.execute(this.frame).writeTo(this.output);
	}

	/**
	 * Tells how many puts were answered with {@code ok}.
	 * @return the number of points
	 */
	public long stored() {
		return this.observer.stored;
	}

	/**
	 * Counts, as the meters of a server do.
	 */
	private static final class Counting implements ServerObserver {

		private long stored;

		@Override
		public void frameHandled(CommandCounts counts, long durationNanos) {
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
