package io.eardrum.server;

import java.io.IOException;
import java.io.InputStream;

import org.springframework.integration.ip.tcp.serializer.SoftEndOfStreamException;

/**
 * The input of a connection, from which whole frames can be read. Used by the
 * connection's thread alone.
 */
final class FrameInputStream extends InputStream {

	private final InputStream input;

	private final FrameConnection connection;

	private final FrameBuffer buffer;

	private final Frame frame;

	private boolean ended;

	FrameInputStream(InputStream input, FrameConnection connection, FrameBuffer buffer, Frame frame) {
		this.input = input;
		this.connection = connection;
		this.buffer = buffer;
		this.frame = frame;
	}

	/**
	 * Waits for the next frame.
	 * @return all complete lines that have arrived; the same object each time
	 * @throws SoftEndOfStreamException if there is none: the client has closed its side,
	 * or this server ends the session
	 * @throws IOException if reading fails
	 */
	Frame readFrame() throws IOException {
		this.connection.becomeIdle();
		if (this.ended) {
			throw new SoftEndOfStreamException();
		}
		boolean complete = this.buffer.receive(this);
		this.ended = !complete;
		if (this.ended && !this.buffer.hasRest()) {
			throw new SoftEndOfStreamException();
		}
		this.connection.becomeBusy();
		this.frame.set(this.buffer.array(), 0, this.buffer.frameEnd(), this.ended);
		return this.frame;
	}

	@Override
	public int read() throws IOException {
		int value = this.input.read();
		if (value >= 0) {
			this.connection.received(1);
		}
		return value;
	}

	@Override
	public int read(byte[] target, int offset, int length) throws IOException {
		int count = this.input.read(target, offset, length);
		if (count > 0) {
			this.connection.received(count);
		}
		return count;
	}

	@Override
	public int available() throws IOException {
		return this.input.available();
	}

}
