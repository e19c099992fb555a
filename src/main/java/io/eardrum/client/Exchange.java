package io.eardrum.client;

import java.io.IOException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.ToLongFunction;

import org.jspecify.annotations.Nullable;

/**
 * Sends a command and has its reply read, over the connection of a client. Threads take
 * turns. A connection is given up unless the reply was read to its end, because the rest
 * of it must not be taken for the reply to the next command.
 */
final class Exchange {

	private final ReentrantLock turn = new ReentrantLock();

	private final CommandBuffer command = new CommandBuffer(256);

	private final ReconnectingConnection connection;

	/**
	 * Connects to a server.
	 * @param options where it is, and how to talk to it
	 */
	Exchange(ClientOptions options) {
		this.connection = new ReconnectingConnection(options);
	}

	/**
	 * Sends a command, and has its reply read.
	 * @param request writes the command
	 * @param reader reads the reply
	 * @return what the reader returns
	 */
	long ask(Request request, ToLongFunction<ReplyReader> reader) {
		takeTurn();
		try {
			this.command.clear();
			request.writeTo(this.command);
			ClientConnection current = this.connection.connected();
			boolean inStep = false;
			try {
				write(current);
				long result = reader.applyAsLong(current.replies());
				current.replies().requireNoMore();
				inStep = true;
				return result;
			}
			catch (MetricClientException ex) {
				inStep = !ex.reason().endsConnection();
				if (!inStep) {
					this.connection.giveUp(ex);
				}
				throw ex;
			}
			finally {
				if (!inStep) {
					this.connection.giveUp(new MetricClientException(MetricClientException.Reason.CLOSED,
							"a reply was not read to its end"));
				}
			}
		}
		finally {
			this.turn.unlock();
		}
	}

	/**
	 * Sends a command that not every server knows.
	 * @param word its first word
	 * @param request writes the command
	 * @param reader reads the reply
	 * @return what the reader returns
	 */
	long askFurther(String word, Request request, ToLongFunction<ReplyReader> reader) {
		try {
			return ask(request, reader);
		}
		catch (MetricClientException ex) {
			if (ex.reason() != MetricClientException.Reason.WRONG_COMMAND) {
				throw ex;
			}
			String property = word.equals("delete") ? "eardrum.tcp.delete" : "eardrum.tcp.extensions";
			throw new MetricClientException(MetricClientException.Reason.WRONG_COMMAND,
					"the server takes '" + word + "' for a wrong command: either it is older, or " + property
							+ "=false there, or what follows the word is wrong",
					ex);
		}
	}

	/**
	 * Reads a reply without rows.
	 * @param replies where it comes from
	 * @return 1
	 */
	static long readOk(ReplyReader replies) {
		MetricClientException error = replies.readAcknowledgement();
		if (error != null) {
			throw error;
		}
		return 1;
	}

	/**
	 * Opens a pipeline. Until it is closed, other threads wait.
	 * @param handler receives each refused point
	 * @return the pipeline
	 */
	PutPipeline pipeline(RejectionHandler handler) {
		takeTurn();
		try {
			return new PutPipeline(this.connection.connected(), handler, this::endTurn);
		}
		catch (RuntimeException | Error ex) {
			this.turn.unlock();
			throw ex;
		}
	}

	private void write(ClientConnection current) {
		try {
			current.write(this.command);
		}
		catch (IOException ex) {
			// The server may have replied before the connection broke: reading finds
			// either the reply or the failure.
		}
	}

	// A handler or consumer must not call the client in the middle of a reply, because
	// the commands would mix. The exception reveals the mistake.
	private void takeTurn() {
		if (this.turn.isHeldByCurrentThread()) {
			throw new IllegalStateException("this thread has not finished its last call");
		}
		this.turn.lock();
	}

	private void endTurn(@Nullable MetricClientException failure) {
		if (failure != null) {
			this.connection.giveUp(failure);
		}
		this.turn.unlock();
	}

	void close() {
		this.connection.close();
	}

	/**
	 * Writes a command.
	 */
	@FunctionalInterface
	interface Request {

		void writeTo(CommandBuffer commands);

	}

}
