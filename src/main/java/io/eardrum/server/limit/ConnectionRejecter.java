package io.eardrum.server.limit;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

import io.eardrum.budget.FileDescriptorLimit;
import io.eardrum.budget.ThreadShortage;
import io.eardrum.server.event.ServerObserver;

/**
 * Tells clients that there is no room for them, and then waits a moment for them to go,
 * because an immediate close could overtake the reply. It waits for few clients at a
 * time, because each of them has a file descriptor until then. In a storm, the
 * connections of the other clients are closed without waiting. So are all connections if
 * clients get no reply.
 * <p>
 * Safe for any number of threads.
 */
public final class ConnectionRejecter implements AutoCloseable {

	private static final int THREADS = 2;

	private static final int WAITING = 64;

	private static final int MAX_SKIPPED = 64 * 1024;

	private static final int DRAIN_LENGTH = 1024;

	private static final int PATIENCE_MILLIS = 500;

	private final byte[] reply;

	private final ServerObserver observer;

	private final ThreadPoolExecutor executor;

	/**
	 * Creates a rejecter.
	 * @param reply the reply that clients get; empty for none
	 * @param observer counts the clients
	 */
	public ConnectionRejecter(byte[] reply, ServerObserver observer) {
		this(reply, observer, FileDescriptorLimit.turnedAway(WAITING), ConnectionRejecter::thread);
	}

	/**
	 * Creates a rejecter that makes its own threads.
	 * @param reply the reply that clients get; empty for none
	 * @param observer counts the clients
	 * @param threads makes the threads that wait for clients to go
	 */
	public ConnectionRejecter(byte[] reply, ServerObserver observer, ThreadFactory threads) {
		this(reply, observer, WAITING, threads);
	}

	private ConnectionRejecter(byte[] reply, ServerObserver observer, int waiting, ThreadFactory threads) {
		this.reply = reply;
		this.observer = observer;
		this.executor = new ThreadPoolExecutor(THREADS, THREADS, 10, TimeUnit.SECONDS,
				new ArrayBlockingQueue<>(waiting), threads);
		this.executor.allowCoreThreadTimeOut(true);
	}

	/**
	 * Turns a client away. Another thread waits for it to go.
	 * @param socket its connection, which is closed in the end
	 */
	public void reject(Socket socket) {
		this.observer.connectionRejected();
		if (this.reply.length == 0) {
			close(socket);
			return;
		}
		try {
			socket.getOutputStream().write(this.reply);
			this.observer.sent(this.reply.length);
			socket.shutdownOutput();
			this.executor.execute(new SendOff(socket));
		}
		catch (RejectedExecutionException ex) {
			closeAtOnce(socket);
		}
		catch (IOException ex) {
			close(socket);
		}
		catch (OutOfMemoryError ex) {
			// The thread that accepts clients must not end because another thread can't
			// be started.
			close(socket);
			ThreadShortage.require(ex);
		}
	}

	/**
	 * Turns a client away without waiting for it to go.
	 * @param socket its connection, which is closed
	 */
	public void rejectAtOnce(Socket socket) {
		this.observer.connectionRejected();
		try {
			if (this.reply.length > 0) {
				socket.getOutputStream().write(this.reply);
				this.observer.sent(this.reply.length);
			}
		}
		catch (IOException ex) {
			// It has gone by itself.
		}
		closeAtOnce(socket);
	}

	// A close would become a reset while something is unread.
	private static void closeAtOnce(Socket socket) {
		try {
			InputStream input = socket.getInputStream();
			int length = Math.min(input.available(), MAX_SKIPPED);
			if (length > 0) {
				input.skipNBytes(length);
			}
		}
		catch (IOException ex) {
			// It has gone by itself.
		}
		close(socket);
	}

	@Override
	public void close() {
		for (Runnable waiting : this.executor.shutdownNow()) {
			close(((SendOff) waiting).socket);
		}
	}

	private static void close(Socket socket) {
		try {
			socket.close();
		}
		catch (IOException ex) {
			// Nothing more can be done for it.
		}
	}

	private static Thread thread(Runnable task) {
		Thread thread = new Thread(task, "eardrum-tcp-rejecter");
		thread.setDaemon(true);
		return thread;
	}

	/**
	 * Waits for a client to go.
	 *
	 * @param socket its connection, which is closed in the end
	 */
	private record SendOff(Socket socket) implements Runnable {

		@Override
		public void run() {
			try {
				this.socket.setSoTimeout(PATIENCE_MILLIS);
				drain();
			}
			catch (IOException ex) {
				// It has gone by itself.
			}
			finally {
				close(this.socket);
			}
		}

		// A close while something is unread would be a reset, which may overtake the
		// reply.
		private void drain() throws IOException {
			long deadlineNanos = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(PATIENCE_MILLIS);
			byte[] buffer = new byte[DRAIN_LENGTH];
			InputStream input = this.socket.getInputStream();
			int count;
			do {
				count = input.read(buffer);
			}
			while (count >= 0 && System.nanoTime() - deadlineNanos < 0);
		}

	}

}
