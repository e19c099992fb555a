package io.eardrum.server.connection;

import java.io.IOException;

import io.eardrum.server.channel.ConnectionChannel;
import io.eardrum.server.command.Frame;

/**
 * The input of a connection, from which whole frames can be read: what has arrived is
 * received first, and a frame can be read once one is complete. Used by one thread at a
 * time.
 */
final class FrameInput {

	private final ConnectionChannel channel;

	private final FrameDecoder buffer;

	private final Frame frame;

	private boolean ended;

	FrameInput(ConnectionChannel channel, FrameDecoder buffer, Frame frame) {
		this.channel = channel;
		this.buffer = buffer;
		this.frame = frame;
	}

	/**
	 * Receives what has arrived, without waiting.
	 * @return the number of bytes, 0 or more
	 * @throws IOException if reading fails
	 */
	int receive() throws IOException {
		int count = this.buffer.receive(this.channel);
		this.ended = count < 0 || this.channel.isInputEnded();
		return Math.max(0, count);
	}

	/**
	 * Compares what has come with some bytes, as long as the first frame has not been
	 * released.
	 * @param start the bytes
	 * @return with how many of them the client began
	 */
	int matching(byte[] start) {
		int count = 0;
		while (count < Math.min(start.length, this.buffer.length()) && this.buffer.array()[count] == start[count]) {
			count++;
		}
		return count;
	}

	/**
	 * Says how much is to be received at once from now on.
	 * @param bytes the number of bytes
	 */
	void setMaxRead(int bytes) {
		this.channel.setMaxRead(bytes);
	}

	/**
	 * Looks whether the client has reset the connection.
	 * @throws IOException if it has, as far as can be known
	 */
	void look() throws IOException {
		this.channel.look();
	}

	// Whether something has come that the system may not tell of again.
	boolean hasAhead() {
		return this.channel.hasAhead();
	}

	// How much is held for what has begun and not ended, between two frames, in bytes.
	int unfinishedBytes() {
		return this.buffer.array().length + this.channel.unfinishedBytes();
	}

	// How many bytes are here: the frame, and what has come behind it.
	int length() {
		return this.buffer.length();
	}

	// How much memory that takes, in bytes.
	int heldBytes() {
		return this.buffer.array().length;
	}

	// Lets the frame take no more memory than it needs.
	void shrink() {
		this.buffer.shrink();
	}

	// The same if that is worth a copy: the frame has to wait, which may have been read.
	void shrinkIfSmall() {
		if (this.buffer.length() <= FrameDecoder.LARGE_LENGTH / 2) {
			this.buffer.shrink();
			readFrame();
		}
	}

	// Returns whether the client has closed its side.
	boolean isEnded() {
		return this.ended;
	}

	// Returns whether there is something to answer: complete lines, or a cut one for
	// good.
	boolean hasFrame() {
		return this.buffer.frameEnd() > 0 || (this.ended && this.buffer.hasRest());
	}

	// How many bytes the complete lines have.
	int frameLength() {
		return this.buffer.frameEnd();
	}

	/**
	 * Returns the frame that is complete.
	 * @return all complete lines that have arrived; the same object each time, valid
	 * until it is released
	 */
	Frame readFrame() {
		this.frame.set(this.buffer.array(), 0, this.buffer.frameEnd(), this.ended && this.buffer.hasRest());
		return this.frame;
	}

	// Forgets the frame, once it has been executed.
	void release() {
		this.frame.clear();
		this.buffer.release();
	}

}
