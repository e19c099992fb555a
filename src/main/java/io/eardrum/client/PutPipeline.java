package io.eardrum.client;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;

import io.eardrum.metric.KeyedPoint;

/**
 * Puts any number of points without waiting for each reply. Points gather in a buffer of
 * 16 KiB, which is sent when it is full or {@linkplain #flush() flushed}. A second thread
 * reads the replies at the same time, so that neither side can block the other. At most
 * 32 768 points may be unanswered; beyond that, {@code put} waits. Points aren't kept, so
 * memory doesn't grow with their number.
 * <p>
 * Only the thread that opened the pipeline may use it. Until that thread has closed it,
 * the thread can't use the {@link MetricClient} in any other way, and other threads wait.
 * <p>
 * A refused point goes to the {@link RejectionHandler}, and the others are put. After any
 * other failure the connection is given up, and all methods throw that failure with the
 * {@linkplain MetricClientException#progress() progress} made.
 */
public final class PutPipeline implements AutoCloseable {

	private static final int CHUNK_LENGTH = 16 * 1024;

	private static final int MAX_IN_FLIGHT = 32 * 1024;

	private final ClientConnection connection;

	private final RejectionHandler handler;

	private final Consumer<@Nullable MetricClientException> release;

	private final CommandBuffer chunk = new CommandBuffer(CHUNK_LENGTH + 1024);

	/** How many points are in the chunk. */
	private int gathered;

	private boolean closed;

	/**
	 * Whether the caller knows of the failure, which the reading thread may meet first.
	 */
	private boolean failureTold;

	/** The reading thread shares this and what follows, under this object's monitor. */
	private final Deque<Rejection> rejections = new ArrayDeque<>();

	private long sent;

	private long acknowledged;

	private long rejected;

	private long firstRejected = -1;

	private boolean finished;

	private @Nullable MetricClientException failure;

	/** Anything else that has ended the reading or a write, such as a lack of memory. */
	private @Nullable Throwable defect;

	/**
	 * Opens a pipeline on a connection that has no other user.
	 * @param connection the connection
	 * @param handler receives refused points
	 * @param release is called once, when the connection is no longer used, with the
	 * failure if it failed
	 */
	PutPipeline(ClientConnection connection, RejectionHandler handler,
			Consumer<@Nullable MetricClientException> release) {
		this.connection = connection;
		this.handler = handler;
		this.release = release;
		Thread reader = new Thread(this::read, "eardrum-replies");
		reader.setDaemon(true);
		reader.start();
	}

	/**
	 * Puts a point.
	 * @param point the point; one whose value or key no command can carry is refused
	 * without being sent
	 * @throws MetricClientException if the connection failed
	 */
	public void put(KeyedPoint point) {
		if (this.closed) {
			throw new IllegalStateException("the pipeline is closed");
		}
		try {
			this.chunk.put(point);
		}
		catch (MetricClientException ex) {
			refuse(ex);
			return;
		}
		this.gathered++;
		if (this.chunk.length() >= CHUNK_LENGTH) {
			flush();
		}
	}

	/**
	 * Sends the gathered points without waiting for the replies.
	 * @throws MetricClientException if the connection failed
	 */
	public void flush() {
		if (this.gathered > 0 && reserve(this.gathered)) {
			try {
				this.connection.write(this.chunk);
			}
			catch (IOException ex) {
				// Replies that arrived before the end still count. The reading thread
				// meets that end too, and knows the reason better.
				awaitReplies();
			}
			catch (RuntimeException ex) {
				failBecauseOf(ex);
			}
			catch (Error ex) {
				failBecauseOf(ex);
				throw ex;
			}
			this.chunk.clear();
			this.gathered = 0;
		}
		tellRejections();
		throwFailure();
	}

	/**
	 * Sends the gathered points, and waits for all replies.
	 * @return how far the puts have come; all of them are answered
	 * @throws MetricClientException if the connection failed
	 */
	public PutProgress await() {
		flush();
		settle();
		return progress();
	}

	/**
	 * Returns how far the puts have come. Any thread may call this.
	 * @return the progress
	 */
	public synchronized PutProgress progress() {
		return new PutProgress(this.sent, this.acknowledged, this.rejected, this.firstRejected);
	}

	/**
	 * Sends the gathered points, waits for all replies, and gives the connection back. A
	 * failure of the connection that another method has thrown isn't thrown again.
	 * @throws MetricClientException if the connection has failed since the last call, or
	 * fails now
	 */
	@Override
	public void close() {
		if (this.closed) {
			return;
		}
		try {
			if (!this.failureTold) {
				await();
			}
		}
		finally {
			end();
		}
	}

	/**
	 * Discards the gathered points, waits for the replies to those that were sent, and
	 * gives the connection back.
	 */
	void stop() {
		if (!this.closed) {
			end();
		}
	}

	private void end() {
		this.closed = true;
		awaitReplies();
		this.release.accept(finish());
	}

	private synchronized @Nullable MetricClientException finish() {
		this.finished = true;
		notifyAll();
		return failure();
	}

	// A point that isn't sent keeps its place in the order: the points before it are
	// answered first.
	private void refuse(MetricClientException ex) {
		flush();
		settle();
		long index;
		synchronized (this) {
			index = countRejection();
			this.sent++;
		}
		this.handler.rejected(index, ex);
	}

	private void settle() {
		awaitReplies();
		tellRejections();
		throwFailure();
	}

	private synchronized boolean reserve(int count) {
		while (!hasFailed() && inFlight() + count > MAX_IN_FLIGHT) {
			waitForChange();
		}
		if (hasFailed()) {
			return false;
		}
		this.sent += count;
		notifyAll();
		return true;
	}

	private synchronized void awaitReplies() {
		while (!hasFailed() && inFlight() > 0) {
			waitForChange();
		}
	}

	private long inFlight() {
		return this.sent - this.acknowledged - this.rejected;
	}

	// Both callers wait for the reading thread only. The read timeout keeps that thread
	// from waiting for ever, and it notifies the callers before it ends. An interrupt
	// gives the connection up. The callers loop.
	@SuppressWarnings("WaitNotInLoop")
	private void waitForChange() {
		try {
			wait();
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			fail(new MetricClientException(MetricClientException.Reason.CLOSED, "the thread was interrupted", ex));
		}
	}

	private void tellRejections() {
		for (Rejection rejection = nextRejection(); rejection != null; rejection = nextRejection()) {
			this.handler.rejected(rejection.index(), rejection.error());
		}
	}

	private synchronized @Nullable Rejection nextRejection() {
		return this.rejections.poll();
	}

	// A caller that goes on from the progress skips refused points. The handler must
	// therefore receive all of them, including those that were answered just before the
	// end.
	private void throwFailure() {
		MetricClientException reason = failure();
		if (reason != null) {
			tellRejections();
			this.failureTold = true;
			throw reason.with(progress());
		}
	}

	synchronized @Nullable MetricClientException failure() {
		Throwable cause = this.defect;
		if (this.failure == null && cause != null) {
			this.failure = new MetricClientException(MetricClientException.Reason.CLOSED,
					"the connection was given up because of a defect: " + cause, cause);
		}
		return this.failure;
	}

	private synchronized boolean hasFailed() {
		return this.failure != null || this.defect != null;
	}

	private void read() {
		ReplyReader replies = this.connection.replies();
		try {
			for (long missing = awaitInFlight(); missing > 0; missing = awaitInFlight()) {
				MetricClientException error = replies.readAcknowledgement();
				if (error != null && error.reason().endsConnection()) {
					throw error;
				}
				int oks = (error != null) ? 0 : 1;
				while (oks > 0 && oks < missing && replies.skipOk()) {
					oks++;
				}
				answered(oks, error);
			}
		}
		catch (MetricClientException ex) {
			fail(ex);
		}
		catch (RuntimeException ex) {
			failBecauseOf(ex);
		}
		catch (Error ex) {
			failBecauseOf(ex);
			throw ex;
		}
	}

	private synchronized long awaitInFlight() {
		while (inFlight() == 0 && !this.finished && !hasFailed()) {
			try {
				wait();
			}
			catch (InterruptedException ex) {
				throw new MetricClientException(MetricClientException.Reason.CLOSED, "the reader was interrupted", ex);
			}
		}
		return hasFailed() ? 0 : inFlight();
	}

	private synchronized void answered(int oks, @Nullable MetricClientException error) {
		if (error != null) {
			this.rejections.add(new Rejection(countRejection(), error));
		}
		this.acknowledged += oks;
		notifyAll();
	}

	// Returns the index of the point.
	private synchronized long countRejection() {
		long index = this.acknowledged + this.rejected;
		this.rejected++;
		if (this.firstRejected < 0) {
			this.firstRejected = index;
		}
		return index;
	}

	private synchronized void fail(MetricClientException reason) {
		if (!hasFailed()) {
			this.failure = reason;
		}
		notifyAll();
		this.connection.abort();
	}

	// Creates no exception yet, because there may be no memory for one, and a waiting
	// thread must go on in any case.
	private synchronized void failBecauseOf(Throwable cause) {
		if (!hasFailed()) {
			this.defect = cause;
		}
		notifyAll();
		this.connection.abort();
	}

	/**
	 * A refused point.
	 *
	 * @param index the index of the point
	 * @param error why it was refused
	 */
	private record Rejection(long index, MetricClientException error) {

	}

}
