package io.eardrum.server.connection;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.util.Arrays;

import io.eardrum.budget.ObjectPool;
import io.eardrum.protocol.TelnetFilter;

/**
 * Collects the bytes that a connection receives until there is at least one complete
 * line, and then returns all complete lines together. Used by one thread at a time.
 * <p>
 * Memory: while it waits for input, it holds nothing but the unfinished line. To receive,
 * and until the frame has been {@linkplain #release() released}, it borrows a large
 * buffer. It throws away the bytes of a line beyond the limit as they come, and keeps
 * just enough for the parser to see that the line was too long.
 */
public final class FrameDecoder {

	/** How much is read at once, in bytes. */
	public static final int LARGE_LENGTH = 256 * 1024;

	private static final byte[] NOTHING = {};

	private final ObjectPool<byte[]> largeBuffers;

	private final TelnetFilter telnet;

	/** One byte more than the longest line with a CR can have before its LF. */
	private final int tooLong;

	/** A large buffer, or else the unfinished line alone. */
	private byte[] buffer = NOTHING;

	/** The offset behind the last complete line. */
	private int frameEnd;

	/** The offset behind the last byte received. */
	private int limit;

	/** Whether the current line is too long already, and its bytes are thrown away. */
	private boolean discarding;

	public FrameDecoder(int maxLineLength, ObjectPool<byte[]> largeBuffers) {
		this.largeBuffers = largeBuffers;
		this.telnet = new TelnetFilter(maxLineLength);
		this.tooLong = maxLineLength + 2;
	}

	byte[] array() {
		return this.buffer;
	}

	// Returns the offset behind the last complete line. The first one starts at 0.
	int frameEnd() {
		return this.frameEnd;
	}

	// Returns the offset behind the last byte.
	int length() {
		return this.limit;
	}

	// Returns whether there are bytes behind the last complete line.
	boolean hasRest() {
		return this.limit > this.frameEnd;
	}

	/**
	 * Receives once. If there are complete lines now, they are a frame that has to be
	 * released before the next call.
	 * @param channel where to read from
	 * @return how many bytes came, 0 for none, or -1 if the stream has ended
	 * @throws IOException if reading fails
	 */
	int receive(ReadableByteChannel channel) throws IOException {
		borrow();
		int count = 0;
		try {
			// Bytes of a telnet command may turn out to be text. They need room then.
			int target = this.limit;
			int start = this.telnet.isMidCommand() ? target + 1 : target;
			count = channel.read(ByteBuffer.wrap(this.buffer, start, this.buffer.length - start));
			if (count > 0) {
				this.limit = this.telnet.filter(this.buffer, start, start + count, target);
				if (this.discarding) {
					discard(target);
				}
				this.frameEnd = lastLineEnd(target) + 1;
			}
			return count;
		}
		finally {
			if (this.frameEnd == 0) {
				release();
			}
		}
	}

	/**
	 * Forgets the frame, and keeps the unfinished line behind it.
	 */
	void release() {
		int rest = this.limit - this.frameEnd;
		byte[] old = this.buffer;
		this.limit = rest;
		if (rest >= this.tooLong) {
			this.limit = this.tooLong;
			this.discarding = true;
		}
		this.buffer = (this.limit == 0) ? NOTHING : Arrays.copyOfRange(old, this.frameEnd, this.frameEnd + this.limit);
		this.frameEnd = 0;
		if (old.length == LARGE_LENGTH) {
			this.largeBuffers.giveBack(old);
		}
	}

	/**
	 * Gives the large buffer back before the frame is released, and keeps a copy of its
	 * content.
	 */
	void shrink() {
		byte[] old = this.buffer;
		if (old.length == LARGE_LENGTH) {
			this.buffer = Arrays.copyOf(old, this.limit);
			this.largeBuffers.giveBack(old);
		}
	}

	private void borrow() {
		byte[] rest = this.buffer;
		// A line may be allowed to be longer than a large buffer.
		this.buffer = (this.limit <= LARGE_LENGTH / 2) ? this.largeBuffers.take() : new byte[this.limit * 2];
		System.arraycopy(rest, 0, this.buffer, 0, this.limit);
	}

	private int lastLineEnd(int from) {
		for (int i = this.limit - 1; i >= from; i--) {
			if (this.buffer[i] == '\n') {
				return i;
			}
		}
		return -1;
	}

	// Throws away the bytes of a line that is too long, up to the next LF.
	private void discard(int from) {
		for (int i = from; i < this.limit; i++) {
			if (this.buffer[i] == '\n') {
				System.arraycopy(this.buffer, i, this.buffer, from, this.limit - i);
				this.limit -= i - from;
				this.discarding = false;
				return;
			}
		}
		this.limit = from;
	}

}
