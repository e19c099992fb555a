package io.eardrum.server.channel;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;

/**
 * Exchanges bytes without encryption.
 */
public final class PlainChannel implements ConnectionChannel {

	private static final int NOTHING = -1;

	private final SocketChannel channel;

	private boolean inputEnded;

	private int maxRead = Integer.MAX_VALUE;

	/** A byte that a look has found, or {@link #NOTHING}. */
	private int ahead = NOTHING;

	public PlainChannel(SocketChannel channel) {
		this.channel = channel;
	}

	@Override
	public int read(ByteBuffer target) throws IOException {
		int found = 0;
		if (this.ahead != NOTHING) {
			target.put((byte) this.ahead);
			this.ahead = NOTHING;
			found = 1;
		}
		int count = readMore(target);
		this.inputEnded = count < 0;
		return (found > 0) ? found + Math.max(0, count) : count;
	}

	private int readMore(ByteBuffer target) throws IOException {
		int limit = target.limit();
		if (target.remaining() > this.maxRead) {
			target.limit(target.position() + this.maxRead);
		}
		try {
			return this.channel.read(target);
		}
		finally {
			target.limit(limit);
		}
	}

	@Override
	public void setMaxRead(int bytes) {
		this.maxRead = bytes;
	}

	@Override
	public void look() throws IOException {
		if (this.ahead == NOTHING && SocketLook.isDrained(this.channel)) {
			ByteBuffer next = ByteBuffer.allocate(1);
			if (this.channel.read(next) > 0) {
				this.ahead = next.get(0) & 0xFF;
			}
		}
	}

	@Override
	public boolean hasAhead() {
		return this.ahead != NOTHING;
	}

	@Override
	public int unfinishedBytes() {
		return 0;
	}

	@Override
	public int unsentBytes() {
		return 0;
	}

	@Override
	public int write(ByteBuffer source) throws IOException {
		return this.channel.write(source);
	}

	@Override
	public boolean hasUnsent() {
		return false;
	}

	@Override
	public boolean isInputEnded() {
		return this.inputEnded;
	}

	@Override
	public void endOutput() throws IOException {
		this.channel.shutdownOutput();
	}

	@Override
	public boolean isOpen() {
		return this.channel.isOpen();
	}

	@Override
	public void close() throws IOException {
		this.channel.close();
	}

}
