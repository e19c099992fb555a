package io.eardrum.server.channel;

import java.io.IOException;
import java.nio.channels.ByteChannel;

/**
 * Carries the bytes that a client and this server exchange, encrypted or not. Reading and
 * writing never block. One thread at a time reads and writes. Any thread may close.
 */
public interface ConnectionChannel extends ByteChannel {

	/**
	 * Returns whether bytes that {@link #write} has taken are still here, because the
	 * client does not take them. The next {@code write} passes them on, even if it has no
	 * others.
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
	 * Ends this side. The client reads the end of the stream behind what it was sent.
	 * @throws IOException if the connection is broken
	 */
	void endOutput() throws IOException;

	/**
	 * Limits how much {@link #read} takes from the socket at once from now on.
	 * @param bytes the number of bytes, 1 or more
	 */
	void setMaxRead(int bytes);

	/**
	 * Looks whether the client has reset the connection. That can be known only if
	 * nothing is left to read of what the client has sent before.
	 * @throws IOException if it has
	 */
	void look() throws IOException;

	/**
	 * Returns whether a {@linkplain #look() look} has found bytes that the client has
	 * sent. The next {@code read} returns them, but the system may not report them again.
	 * @return whether there is something to read
	 */
	boolean hasAhead();

	/**
	 * Returns how much memory is held for a record that has not been received completely.
	 * @return the number of bytes
	 */
	int unfinishedBytes();

	/**
	 * Returns how much memory is held while the client does not take what is sent.
	 * @return the number of bytes
	 */
	int unsentBytes();

}
