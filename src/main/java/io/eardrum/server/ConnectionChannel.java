package io.eardrum.server;

import java.io.IOException;
import java.nio.channels.ByteChannel;

/**
 * The bytes that a client and this server exchange, however they are carried. Reading and
 * writing never wait. One thread at a time reads and writes; any thread may close.
 */
interface ConnectionChannel extends ByteChannel {

	/**
	 * Tells whether bytes that {@link #write} has taken are still here, because the
	 * client doesn't take them; {@code write} passes them on, even if it gets no more.
	 * @return whether there are some
	 */
	boolean hasUnsent();

	/**
	 * Tells whether the client has ended its side. That may be known before {@link #read}
	 * returns -1.
	 * @return whether nothing more comes
	 */
	boolean isInputEnded();

	/**
	 * Ends this side: the client reads an end of the stream behind what it was sent.
	 * @throws IOException if the connection is broken
	 */
	void endOutput() throws IOException;

}
