package io.eardrum.web.connector;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

import org.apache.coyote.http11.Http11Processor;
import org.apache.tomcat.util.net.NioChannel;
import org.apache.tomcat.util.net.NioEndpoint;
import org.apache.tomcat.util.net.SocketEvent;
import org.apache.tomcat.util.net.SocketWrapperBase;
import org.jspecify.annotations.Nullable;

import io.eardrum.budget.FileDescriptorLimit;
import io.eardrum.budget.SpareDescriptor;

/**
 * Accepts the connections of one HTTP port for the container, within the bounds of
 * {@link HttpConnections}. At its own limit, the container would let clients wait without
 * an answer. It is therefore given a limit that is never reached.
 */
final class GuardedEndpoint extends NioEndpoint {

	/** The buffers of the socket in both directions, and the objects that hold them. */
	private static final long PLAIN_BYTES = 20 * 1024;

	/** The same, and the buffers for TLS records. */
	private static final long TLS_BYTES = 80 * 1024;

	/** The container's buffers for the head, body and answer of a request. */
	private static final long HEAD_BYTES = 90 * 1024;

	private static final long CHECK_MILLIS = 250;

	/** By how many the container's count may differ from ours. */
	private static final int ABOVE_LIMIT = 64;

	private static final byte[] NO_ROOM = String
		.join("\r\n", "HTTP/1.1 503 Service Unavailable", "Retry-After: 1", "Content-Length: 0", "Connection: close",
				"", "")
		.getBytes(StandardCharsets.US_ASCII);

	private @Nullable ConnectionRules rules;

	private volatile @Nullable HttpConnections guarded;

	private volatile @Nullable SpareDescriptor spare;

	private @Nullable ScheduledExecutorService watchdog;

	private @Nullable ScheduledFuture<?> checks;

	void guard(ConnectionRules connectionRules) {
		this.rules = connectionRules;
	}

	@Override
	public void setHandler(Handler<NioChannel> handler) {
		super.setHandler(new NotedHandler(handler));
	}

	@Override
	public void startInternal() throws Exception {
		ConnectionRules current = Objects.requireNonNull(this.rules, "the rules have not been set");
		if (this.guarded == null) {
			long bytesEach = isSSLEnabled() ? TLS_BYTES : PLAIN_BYTES;
			int limit = limit(current, bytesEach);
			setMaxConnections(limit + ABOVE_LIMIT);
			this.guarded = new HttpConnections(
					new HttpConnections.Capacity(limit, getMaxThreads(), bytesEach, HEAD_BYTES), current,
					System::nanoTime, this::end);
		}
		this.spare = SpareDescriptor.create();
		ScheduledExecutorService scheduler = Executors.newSingleThreadScheduledExecutor(GuardedEndpoint::thread);
		this.watchdog = scheduler;
		this.checks = scheduler.scheduleWithFixedDelay(this::endOverdue, CHECK_MILLIS, CHECK_MILLIS,
				TimeUnit.MILLISECONDS);
		super.startInternal();
	}

	private int limit(ConnectionRules current, long bytesEach) {
		int wanted = (getMaxConnections() > 0) ? getMaxConnections() : Integer.MAX_VALUE - ABOVE_LIMIT;
		long fitting = Math.max(1, HttpConnections.maxBytes(current.heap()) / bytesEach);
		return FileDescriptorLimit.httpConnections((int) Math.min(wanted, fitting));
	}

	@Override
	public void stopInternal() {
		super.stopInternal();
		ScheduledExecutorService scheduler = this.watchdog;
		if (scheduler != null && this.checks != null) {
			this.checks.cancel(false);
			scheduler.shutdownNow();
		}
		SpareDescriptor held = this.spare;
		if (held != null) {
			try {
				held.close();
			}
			catch (IOException ex) {
				getLog().debug("The spare descriptor could not be closed", ex);
			}
		}
	}

	@Override
	protected SocketChannel serverSocketAccept() throws Exception {
		try {
			return super.serverSocketAccept();
		}
		catch (IOException ex) {
			SpareDescriptor held = this.spare;
			if (!isRunning() || held == null || !held.letGo()) {
				throw ex;
			}
			return super.serverSocketAccept();
		}
	}

	// Returns true for a socket that needs nothing more, including one that was turned
	// away.
	@Override
	protected boolean setSocketOptions(SocketChannel channel) {
		HttpConnections current = Objects.requireNonNull(this.guarded);
		SpareDescriptor held = Objects.requireNonNull(this.spare);
		InetAddress address = channel.socket().getInetAddress();
		if (!held.hold() || !current.admit(channel, address)) {
			turnAway(channel);
			held.hold();
			return true;
		}
		boolean taken = super.setSocketOptions(channel);
		if (!taken) {
			current.remove(channel);
		}
		return taken;
	}

	private void turnAway(SocketChannel channel) {
		try {
			if (!isSSLEnabled()) {
				channel.configureBlocking(false);
				channel.write(ByteBuffer.wrap(NO_ROOM));
				// With unread data, the close would be a reset.
				channel.read(ByteBuffer.allocate(NO_ROOM.length * 32));
			}
		}
		catch (IOException ex) {
			getLog().debug("A client that was to be turned away has left", ex);
		}
		destroySocket(channel);
	}

	@Nullable HttpConnection connection(SocketChannel channel) {
		HttpConnections current = this.guarded;
		return (current != null) ? current.get(channel) : null;
	}

	private void endOverdue() {
		HttpConnections current = this.guarded;
		try {
			if (current != null) {
				current.endOverdue();
			}
		}
		catch (RuntimeException ex) {
			getLog().debug("A connection could not be ended", ex);
		}
		catch (OutOfMemoryError ex) {
			// The scheduler would swallow it.
			Thread thread = Thread.currentThread();
			thread.getUncaughtExceptionHandler().uncaughtException(thread, ex);
			throw ex;
		}
	}

	// A thread that works on a connection holds its lock.
	private boolean end(HttpConnection connection) {
		SocketWrapperBase<NioChannel> wrapper = this.connections.get(connection.channel());
		if (wrapper == null || !wrapper.getLock().tryLock()) {
			return false;
		}
		try {
			Object processor = wrapper.getCurrentProcessor();
			if (connection.isAtWork() || (processor != null && !(processor instanceof Http11Processor))) {
				return false;
			}
			wrapper.close();
			return true;
		}
		finally {
			wrapper.getLock().unlock();
		}
	}

	private static Thread thread(Runnable task) {
		Thread thread = new Thread(task, "eardrum-http-watchdog");
		thread.setDaemon(true);
		return thread;
	}

	/**
	 * Notes which connections end, and which have received part of a request.
	 */
	private final class NotedHandler implements Handler<NioChannel> {

		private final Handler<NioChannel> container;

		NotedHandler(Handler<NioChannel> container) {
			this.container = container;
		}

		@Override
		public SocketState process(SocketWrapperBase<NioChannel> socket, SocketEvent status) {
			SocketState state = this.container.process(socket, status);
			if (state == SocketState.OPEN || state == SocketState.LONG) {
				note(socket, state == SocketState.LONG);
			}
			return state;
		}

		// The container keeps the processor of a partial request until the request is
		// complete.
		private void note(SocketWrapperBase<NioChannel> socket, boolean begun) {
			HttpConnections current = GuardedEndpoint.this.guarded;
			SocketChannel channel = socket.getSocket().getIOChannel();
			if (current != null && channel != null) {
				current.expectHead(channel, begun);
			}
		}

		@Override
		public @Nullable Object getGlobal() {
			return this.container.getGlobal();
		}

		@Override
		public void release(SocketWrapperBase<NioChannel> socket) {
			HttpConnections current = GuardedEndpoint.this.guarded;
			SocketChannel channel = socket.getSocket().getIOChannel();
			if (current != null && channel != null) {
				current.remove(channel);
			}
			this.container.release(socket);
		}

		@Override
		public void pause() {
			this.container.pause();
		}

		@Override
		public void recycle() {
			this.container.recycle();
		}

	}

}
