package io.eardrum.server.connection;

import java.io.IOException;

import io.eardrum.server.channel.ConnectionChannel;
import io.eardrum.server.command.Frame;

/**
 * The input of a connection. It receives what has arrived, and a frame can be read from
 * it once one is complete. Used by one thread at a time.
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
	 * Compares the first bytes of the client with others, before the first frame is
	 * released.
	 * @param start the other bytes
	 * @return how many of them match
	 */
	int matching(byte[] start) {
		int count = 0;
		while (count < Math.min(start.length, this.buffer.length()) && this.buffer.array()[count] == start[count]) {
			count++;
		}
		return count;
	}

	/**
	 * Limits how much is received at once from now on.
	 * @param bytes the number of bytes
	 */
	void setMaxRead(int bytes) {
		this.channel.setMaxRead(bytes);
	}

	/**
	 * Looks whether the client has reset the connection.
	 * @throws IOException if it is known to have done so
	 */
	void look() throws IOException {
		this.channel.look();
	}

	// Returns whether something has come that the system may not report again.
	boolean hasAhead() {
		return this.channel.hasAhead();
	}

	// Returns how much is held between two frames for an unfinished line, in bytes.
	int unfinishedBytes() {
		return this.buffer.array().length + this.channel.unfinishedBytes();
	}

	// Returns how many bytes there are: the frame, and what has come behind it.
	int length() {
		return this.buffer.length();
	}

	// Returns how much memory they take, in bytes.
	int heldBytes() {
		return this.buffer.array().length;
	}

	// Reduces the memory of the frame to what it needs.
	void shrink() {
		this.buffer.shrink();
	}

	// Does the same for a frame that waits, if it is small enough to copy. It may have
	// been
	// read already.
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

	// Returns whether there is something to answer: complete lines, or one that the end
	// of
	// the stream has cut.
	boolean hasFrame() {
		return this.buffer.frameEnd() > 0 || (this.ended && this.buffer.hasRest());
	}

	// Returns how many bytes the complete lines have.
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

	// Forgets the frame after it has been executed.
	void release() {
		this.frame.clear();
		this.buffer.release();
	}

}
