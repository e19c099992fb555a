package io.eardrum.server.loop;

import org.apache.commons.logging.Log;

import io.eardrum.server.command.Turn;
import io.eardrum.server.connection.Connection;
import io.eardrum.server.event.ResetReason;
import io.eardrum.server.limit.DefectLog;

/**
 * Does to one connection what may fail because of a defect, and keeps the failure from
 * other connections. It logs the failure, and resets the client if it would wait in vain.
 * <p>
 * Safe for any number of threads, each of which serves the connections that it passes.
 */
final class ConnectionGuard {

	private final DefectLog defects;

	/**
	 * Creates a guard.
	 * @param log where defects are written
	 */
	ConnectionGuard(Log log) {
		this.defects = new DefectLog(log);
	}

	/**
	 * Returns if the process can go on after a failure, and logs it.
	 * @param what what could not be done
	 * @param failure why
	 * @throws OutOfMemoryError the failure, if there is no memory left
	 */
	void survive(String what, Throwable failure) {
		this.defects.survive(what, failure);
	}

	/**
	 * Sends the reply of a connection, or resets it.
	 * @param connection the connection, whose group has been committed
	 * @param turn the turn of the thread
	 */
	void sendReply(Connection connection, Turn turn) {
		try {
			connection.sendReply(turn);
		}
		catch (RuntimeException | Error ex) {
			survive("A reply could not be sent", ex);
			reset(connection);
		}
	}

	/**
	 * Resets a connection whose client can get no answer.
	 * @param connection the connection
	 */
	void reset(Connection connection) {
		try {
			connection.reset(ResetReason.INTERNAL_ERROR);
		}
		catch (RuntimeException | Error ex) {
			survive("A connection could not be reset", ex);
		}
	}

	/**
	 * Gives a connection back to the thread that leads its loop, from another one.
	 * @param connection the connection
	 */
	void release(Connection connection) {
		try {
			connection.becomeIdleElsewhere();
		}
		catch (RuntimeException | Error ex) {
			survive("A connection could not be given back", ex);
		}
	}

}
