package io.eardrum.server.connection;

import java.io.IOException;
import java.nio.channels.SocketChannel;

import io.eardrum.server.channel.SocketLook;
import io.eardrum.server.event.ServerObserver;

/**
 * Receives what a client has sent, as far as there is memory for it, until a frame is
 * complete. Used by the thread that serves the connection.
 */
final class FrameReceiver {

	/** The first bytes of a client that speaks TLS: a handshake, and a version. */
	private static final byte[] TLS_HANDSHAKE = { 22, 3 };

	private final SocketChannel channel;

	private final FrameInput input;

	private final FrameAccount account;

	private final ServerObserver observer;

	/** Whether the first bytes need no look, or no further one, for TLS. */
	private boolean recognized;

	/**
	 * Creates the receiver of a connection.
	 * @param channel the socket
	 * @param input collects what is received
	 * @param account accounts for the memory that it takes
	 * @param observer is told what is received
	 * @param encrypted whether the client has to speak TLS
	 */
	FrameReceiver(SocketChannel channel, FrameInput input, FrameAccount account, ServerObserver observer,
			boolean encrypted) {
		this.channel = channel;
		this.input = input;
		this.account = account;
		this.observer = observer;
		this.recognized = encrypted;
	}

	/**
	 * Returns whether nothing may be read from the client now, because there is no memory
	 * for a frame.
	 * @return whether the client has to wait
	 */
	boolean isHeldBack() {
		return this.account.hasToWait() && !hasJustEnded();
	}

	// Reading the end of the stream takes no memory, and a client that has left must not
	// wait.
	private boolean hasJustEnded() {
		try {
			return SocketLook.isDrained(this.channel);
		}
		catch (IOException ex) {
			return true;
		}
	}

	/**
	 * Receives what has arrived, without waiting.
	 * @return what there is now
	 * @throws IOException if the connection is broken
	 */
	Received receive() throws IOException {
		int most = this.account.maxRead();
		this.input.setMaxRead(most);
		int count = this.input.receive();
		if (count > 0) {
			this.account.received(count, most);
			this.observer.received(count);
			if (!this.recognized && beginsWithTls()) {
				this.input.release();
				return Received.TLS;
			}
		}
		if (this.input.hasFrame()) {
			return Received.FRAME;
		}
		this.account.settle();
		this.account.holdUnfinished(this.input.unfinishedBytes(), false);
		return this.input.isEnded() ? Received.END : Received.PART;
	}

	// Two bytes are needed to know: the first of them alone may begin a wrong command.
	private boolean beginsWithTls() {
		int matching = this.input.matching(TLS_HANDSHAKE);
		this.recognized = matching == 0 || matching < Math.min(this.input.length(), TLS_HANDSHAKE.length);
		return matching == TLS_HANDSHAKE.length;
	}

	/**
	 * What has been received.
	 */
	enum Received {

		/** No complete line yet. */
		PART,

		/** A frame to execute. */
		FRAME,

		/** Nothing, and the client has closed its side. */
		END,

		/** A TLS handshake, which this port does not expect. */
		TLS

	}

}
