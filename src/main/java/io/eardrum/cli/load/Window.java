package io.eardrum.cli.load;

import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;

import org.jspecify.annotations.Nullable;

/**
 * A connection that puts a number of points in one write, and then waits for all replies.
 * Used by one thread.
 */
final class Window implements Closeable {

	private final SocketChannel channel;

	private final PutLines lines;

	private final int depth;

	private final byte[] frame;

	private final ByteBuffer unsent;

	private final OkReplies replies = new OkReplies();

	private @Nullable SelectionKey key;

	private int missing;

	private long sentNanos;

	Window(InetSocketAddress server, PutLines lines, int depth) throws IOException {
		this.lines = lines;
		this.depth = depth;
		this.frame = new byte[depth * lines.lineLength()];
		this.unsent = ByteBuffer.allocateDirect(this.frame.length);
		this.channel = SocketChannel.open(server);
	}

	void register(Selector selector) throws IOException {
		this.channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
		this.channel.configureBlocking(false);
		this.key = this.channel.register(selector, SelectionKey.OP_READ, this);
	}

	/**
	 * Puts the next points.
	 * @throws IOException if the connection fails
	 */
	void put() throws IOException {
		int length = this.lines.render(this.frame, this.depth);
		this.unsent.clear().put(this.frame, 0, length).flip();
		this.missing = this.depth;
		this.sentNanos = System.nanoTime();
		write();
	}

	/**
	 * Sends what the connection did not accept at once.
	 * @throws IOException if the connection fails
	 */
	void write() throws IOException {
		SelectionKey registration = this.key;
		if (registration == null) {
			throw new ClosedChannelException();
		}
		this.channel.write(this.unsent);
		int interest = this.unsent.hasRemaining() ? SelectionKey.OP_READ | SelectionKey.OP_WRITE : SelectionKey.OP_READ;
		if (registration.interestOps() != interest) {
			registration.interestOps(interest);
		}
	}

	/**
	 * Reads replies.
	 * @param buffer the buffer to read into
	 * @param bytes an array of the same length, for what was read
	 * @param measurement counts the points and the round trip
	 * @return whether all replies have arrived
	 * @throws IOException if a reply is anything but {@code ok}, or there is no more to
	 * read
	 */
	boolean read(ByteBuffer buffer, byte[] bytes, Measurement measurement) throws IOException {
		buffer.clear();
		int length = this.channel.read(buffer);
		if (length < 0) {
			throw new EOFException("the server has closed the connection");
		}
		buffer.flip().get(bytes, 0, length);
		this.missing -= this.replies.count(bytes, length);
		if (this.missing < 0) {
			throw new IOException(-this.missing + " replies too many");
		}
		if (this.missing > 0) {
			return false;
		}
		long nowNanos = System.nanoTime();
		measurement.acknowledged(this.depth, nowNanos);
		measurement.roundTrip(this.sentNanos, nowNanos);
		return true;
	}

	@Override
	public void close() throws IOException {
		this.channel.close();
	}

}
