package io.eardrum.server;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;

import io.eardrum.protocol.TelnetFilter;

/**
 * Collects what a connection receives until there is at least one complete line, and then
 * hands out all complete ones together. Used by the connection's thread alone.
 * <p>
 * Memory: while it waits for input it holds 1 KiB, or up to twice the unfinished line it
 * has got so far. Only when a read fills that does it borrow a large buffer, and gives it
 * back before it waits again. What exceeds the limit of a line is thrown away as it
 * comes; just enough stays for the parser to see that the line was too long.
 */
final class FrameBuffer {

	/** How much is read at once from a busy connection, in bytes. */
	static final int LARGE_LENGTH = 256 * 1024;

	private static final int SMALL_LENGTH = 1024;

	private final Pool<byte[]> largeBuffers;

	private final TelnetFilter telnet;

	/** One byte more than the longest line with a CR can have before its LF. */
	private final int tooLong;

	private final byte[] smallBuffer = new byte[SMALL_LENGTH];

	private byte[] buffer = this.smallBuffer;

	/** The offset behind the last complete line. */
	private int frameEnd;

	/** The offset behind the last byte received. */
	private int limit;

	/** Whether the line at hand is too long already, and its bytes are thrown away. */
	private boolean discarding;

	FrameBuffer(int maxLineLength, Pool<byte[]> largeBuffers) {
		this.largeBuffers = largeBuffers;
		this.telnet = new TelnetFilter(maxLineLength);
		this.tooLong = maxLineLength + 2;
	}

	byte[] array() {
		return this.buffer;
	}

	// The offset behind the last complete line; the first one starts at 0.
	int frameEnd() {
		return this.frameEnd;
	}

	// Tells whether there are bytes behind the last complete line.
	boolean hasRest() {
		return this.limit > this.frameEnd;
	}

	/**
	 * Forgets the lines handed out last, and receives until there are new ones.
	 * @param input where to read from
	 * @return whether there is a complete line, or the stream has ended before
	 * @throws IOException if reading fails
	 */
	boolean receive(InputStream input) throws IOException {
		dropFrame();
		while (true) {
			// Bytes of a telnet command may turn out to be text, and then need the place.
			int target = this.limit;
			int start = this.telnet.isMidCommand() ? target + 1 : target;
			int count = input.read(this.buffer, start, this.buffer.length - start);
			if (count < 0) {
				return false;
			}
			boolean filled = start + count == this.buffer.length;
			this.limit = this.telnet.filter(this.buffer, start, start + count, target);
			if (this.discarding) {
				discard(target);
			}
			this.frameEnd = lastLineEnd(target) + 1;
			if (filled && this.buffer.length < LARGE_LENGTH && input.available() > 0) {
				enlarge();
				if (this.frameEnd == 0) {
					continue;
				}
				receiveMore(input);
				return true;
			}
			if (this.frameEnd > 0) {
				return true;
			}
			limitLine();
		}
	}

	// Reads what else has arrived already, behind a complete line.
	private void receiveMore(InputStream input) throws IOException {
		do {
			int target = this.limit;
			int start = this.telnet.isMidCommand() ? target + 1 : target;
			int count = input.read(this.buffer, start, this.buffer.length - start);
			if (count <= 0) {
				return;
			}
			this.limit = this.telnet.filter(this.buffer, start, start + count, target);
			int last = lastLineEnd(target);
			this.frameEnd = (last >= 0) ? last + 1 : this.frameEnd;
		}
		while (this.buffer.length - this.limit > SMALL_LENGTH && input.available() > 0);
	}

	private int lastLineEnd(int from) {
		for (int i = this.limit - 1; i >= from; i--) {
			if (this.buffer[i] == '\n') {
				return i;
			}
		}
		return -1;
	}

	// Moves the unfinished line to the front, into a buffer of a size to wait with.
	private void dropFrame() {
		int rest = this.limit - this.frameEnd;
		byte[] old = this.buffer;
		this.buffer = (rest + 2 <= SMALL_LENGTH) ? this.smallBuffer : new byte[rest * 2];
		System.arraycopy(old, this.frameEnd, this.buffer, 0, rest);
		if (old.length == LARGE_LENGTH) {
			this.largeBuffers.giveBack(old);
		}
		this.frameEnd = 0;
		this.limit = rest;
		limitLine();
	}

	private void enlarge() {
		byte[] larger = this.largeBuffers.take();
		System.arraycopy(this.buffer, 0, larger, 0, this.limit);
		this.buffer = larger;
	}

	// Bounds the unfinished line, which starts at 0.
	private void limitLine() {
		if (this.limit >= this.tooLong) {
			this.limit = this.tooLong;
			this.discarding = true;
		}
		if (this.limit + 2 > this.buffer.length) {
			this.buffer = Arrays.copyOf(this.buffer, Math.max(this.limit + 2, this.buffer.length * 2));
		}
	}

	// Throws away what belongs to a line that is too long: all up to the next LF.
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
