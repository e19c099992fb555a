package io.eardrum.cli.load;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Serves a share of the connections on one thread. On each connection it puts a number of
 * points, waits for all replies, and begins again. With many connections, a thread for
 * each would cost more than what is measured.
 */
final class WindowLoad implements Load {

	private static final long TIMEOUT_MILLIS = 30_000;

	private static final int RECEIVE_LENGTH = 64 * 1024;

	private final List<Window> windows = new ArrayList<>();

	private final Selector selector;

	private final ByteBuffer received = ByteBuffer.allocateDirect(RECEIVE_LENGTH);

	private final byte[] replies = new byte[RECEIVE_LENGTH];

	/**
	 * Connects.
	 * @param options the options
	 * @param first the number of the first connection
	 * @param step the distance to the next one
	 * @throws IOException if a connection fails
	 */
	WindowLoad(LoadOptions options, int first, int step) throws IOException {
		this.selector = Selector.open();
		InetSocketAddress server = new InetSocketAddress(options.address(), options.port());
		try {
			for (int i = first; i < options.connections(); i += step) {
				PutLines lines = new PutLines(i, options.connections(), options.series(), options.start());
				Window window = new Window(server, lines, options.depth());
				this.windows.add(window);
				window.register(this.selector);
			}
		}
		catch (IOException ex) {
			close();
			throw ex;
		}
	}

	@Override
	public void run(Measurement measurement) throws IOException {
		for (Window window : this.windows) {
			window.put();
		}
		int open = this.windows.size();
		while (open > 0) {
			if (this.selector.select(TIMEOUT_MILLIS) == 0) {
				throw new IOException("no reply within " + TimeUnit.MILLISECONDS.toSeconds(TIMEOUT_MILLIS) + " s");
			}
			for (SelectionKey key : this.selector.selectedKeys()) {
				Window window = (Window) key.attachment();
				if (key.isWritable()) {
					window.write();
				}
				if (key.isReadable() && window.read(this.received, this.replies, measurement)) {
					if (measurement.isOver(System.nanoTime())) {
						open--;
					}
					else {
						window.put();
					}
				}
			}
			this.selector.selectedKeys().clear();
		}
	}

	@Override
	public void close() throws IOException {
		for (Window window : this.windows) {
			window.close();
		}
		this.selector.close();
	}

}
