package io.eardrum.server.connection;

import java.nio.channels.CancelledKeyException;
import java.nio.channels.SelectionKey;

import org.jspecify.annotations.Nullable;

/**
 * The place of a connection in the loop that serves it: what the loop waits for, and the
 * way to be served when the loop can't know that there is something to do. A connection
 * that no loop serves yet has an empty one. Safe for any number of threads.
 */
final class LoopRegistration {

	private volatile @Nullable SelectionKey key;

	private volatile @Nullable Runnable besideLoop;

	/**
	 * Sets the loop.
	 * @param registered what the loop waits for
	 * @param service serves the connection beside the loop
	 */
	void set(SelectionKey registered, Runnable service) {
		this.besideLoop = service;
		this.key = registered;
	}

	/**
	 * Has the loop report what happens next.
	 * @param operation {@link SelectionKey#OP_READ} or {@link SelectionKey#OP_WRITE}
	 * @return whether it will; if not, the connection has ended or has no loop
	 */
	boolean await(int operation) {
		SelectionKey registered = this.key;
		if (registered == null) {
			return false;
		}
		try {
			registered.interestOpsOr(operation);
			registered.selector().wakeup();
			return true;
		}
		catch (CancelledKeyException ex) {
			return false;
		}
	}

	/**
	 * Has the connection served beside the loop. Bytes that have been read ahead need
	 * this, because the system does not report them again.
	 * @return whether there is a loop
	 */
	boolean serveBesideLoop() {
		Runnable service = this.besideLoop;
		if (service == null) {
			return false;
		}
		service.run();
		return true;
	}

	/**
	 * Lets the loop remove a channel that has been closed. Until then, the system keeps
	 * the connection open.
	 */
	void release() {
		SelectionKey registered = this.key;
		if (registered != null) {
			registered.selector().wakeup();
		}
	}

}
