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
 * Tells clients for whom there is no room that it is so, and then waits for a moment for
 * them to go: a close at once could overtake the reply. Few at a time, for each has a
 * file descriptor until then; in a storm the others are closed without that patience, and
 * so are all where there is nothing to say.
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
	 * @param reply what clients are told; empty for nothing
	 * @param observer is told of each
	 */
	public ConnectionRejecter(byte[] reply, ServerObserver observer) {
		this(reply, observer, FileDescriptorLimit.turnedAway(WAITING), ConnectionRejecter::thread);
	}

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
			// The thread that accepts clients is not to end because there is no other.
			close(socket);
			ThreadShortage.require(ex);
		}
	}

	/**
	 * Turns a client away without waiting for it to go.
	 * @param socket its connection
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

	// With something unread, a close would become a reset.
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
