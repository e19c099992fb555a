package io.eardrum.web.connector;

import java.nio.channels.SocketChannel;

/**
 * A connection of an HTTP port. Its requests are worked on by one thread at a time; any
 * thread may look at it.
 */
final class HttpConnection {

	private final SocketChannel channel;

	/** When the server began to wait for the head of a request. */
	private volatile long waitsSinceNanos;

	private volatile boolean atWork;

	HttpConnection(SocketChannel channel, long nowNanos) {
		this.channel = channel;
		this.waitsSinceNanos = nowNanos;
	}

	SocketChannel channel() {
		return this.channel;
	}

	// The head of a request is complete.
	void beginRequest() {
		this.atWork = true;
	}

	// The next head may come.
	void endRequest(long nowNanos) {
		this.waitsSinceNanos = nowNanos;
		this.atWork = false;
	}

	boolean isAtWork() {
		return this.atWork;
	}

	long waitsSinceNanos() {
		return this.waitsSinceNanos;
	}

}
