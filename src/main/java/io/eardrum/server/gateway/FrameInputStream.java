package io.eardrum.server.gateway;

import java.io.InputStream;
import java.util.Objects;

import org.jspecify.annotations.Nullable;

import io.eardrum.server.command.Frame;

/**
 * Hands a frame to the deserializer, which gets nothing but a stream from the framework.
 * The frame has been cut already. Used by one thread at a time.
 */
final class FrameInputStream extends InputStream {

	private @Nullable Frame frame;

	void set(@Nullable Frame next) {
		this.frame = next;
	}

	/**
	 * Returns the next frame to handle.
	 * @return all complete lines that have arrived
	 */
	Frame readFrame() {
		return Objects.requireNonNull(this.frame);
	}

	@Override
	public int read() {
		throw new UnsupportedOperationException("Only frames can be read");
	}

	@Override
	public int read(byte[] target, int offset, int length) {
		return read();
	}

}
