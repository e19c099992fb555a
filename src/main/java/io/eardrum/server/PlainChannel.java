package io.eardrum.server;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;

/**
 * Exchanges bytes as they are.
 */
final class PlainChannel implements ConnectionChannel {

	private final SocketChannel channel;

	private boolean inputEnded;

	PlainChannel(SocketChannel channel) {
		this.channel = channel;
	}

	@Override
	public int read(ByteBuffer target) throws IOException {
		int count = this.channel.read(target);
		this.inputEnded = count < 0;
		return count;
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
