package io.eardrum.server.connection;

import java.io.IOException;
import java.io.OutputStream;

import org.jspecify.annotations.Nullable;

import io.eardrum.server.command.Frame;
import io.eardrum.server.command.Reply;

/**
 * Handles the frames of one connection. Used by the thread that serves the connection.
 */
public interface FrameHandler {

	/**
	 * Executes the commands of a frame, in the turn that is set in it.
	 * @param frame the frame
	 * @return the replies, not to be sent before the group of the turn has been
	 * committed; {@code null} if there are none, because of a defect
	 */
	@Nullable Reply handle(Frame frame);

	/**
	 * Writes what is left of a reply.
	 * @param reply the reply, which is not to be used any more afterwards
	 * @param output where it is written
	 * @throws IOException if the client can't be reached, or has to be reset
	 */
	void write(Reply reply, OutputStream output) throws IOException;

	/**
	 * Closes the socket: the connection has ended. May be called on any thread, and any
	 * number of times.
	 */
	void closeSocket();

}
