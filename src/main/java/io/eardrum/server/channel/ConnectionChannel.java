package io.eardrum.server.channel;

import java.io.IOException;
import java.nio.channels.ByteChannel;

/**
 * The bytes that a client and this server exchange, however they are carried. Reading and
 * writing never wait. One thread at a time reads and writes; any thread may close.
 */
public interface ConnectionChannel extends ByteChannel {

	/**
	 * Returns whether bytes that {@link #write} has taken are still here, because the
	 * client doesn't take them; {@code write} passes them on, even if it gets no more.
	 * @return whether there are some
	 */
	boolean hasUnsent();

	/**
	 * Returns whether the client has ended its side. That may be known before
	 * {@link #read} returns -1.
	 * @return whether nothing more comes
	 */
	boolean isInputEnded();

	/**
	 * Ends this side: the client reads an end of the stream behind what it was sent.
	 * @throws IOException if the connection is broken
	 */
	void endOutput() throws IOException;

	/**
	 * Says how much {@link #read} is to take from the socket at once from now on.
	 * @param bytes the number of bytes, 1 or more
	 */
	void setMaxRead(int bytes);

	/**
	 * Looks whether the client has reset the connection, as far as that can be known:
	 * what it has sent before, and has not been read, comes first.
	 * @throws IOException if it has
	 */
	void look() throws IOException;

	/**
	 * Returns whether a {@linkplain #look() look} has found something that the client has
	 * sent. The next {@code read} brings it, but the system may not tell of it again.
	 * @return whether there is something to read
	 */
	boolean hasAhead();

	/**
	 * Returns how much is held of what the client has begun to send and not finished.
	 * @return the number of bytes
	 */
	int unfinishedBytes();

	/**
	 * Returns how much is held while the client takes nothing.
	 * @return the number of bytes
	 */
	int unsentBytes();

}
