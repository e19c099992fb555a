package io.eardrum.storage;

import java.io.IOException;

import io.eardrum.metric.PointSink;

/**
 * A read that a store has begun, and whose answer is on its way from another machine. It
 * holds memory of the store until it is read or closed. Used by one thread at a time.
 */
public interface PendingRead extends AutoCloseable {

	/**
	 * Says what to do once {@link #read} does not have to wait for its first points.
	 * @param action called once, on any thread, and at once if the answer is there; it
	 * must not block. A failure is an answer as well
	 */
	void whenArrived(Runnable action);

	/**
	 * Passes on the points, and waits for them if necessary. To be called once.
	 * @param sink takes the points
	 * @throws IOException if the sink throws it
	 * @throws StorageException if the store can't be read
	 */
	void read(PointSink sink) throws IOException;

	/**
	 * Frees what it holds. Does nothing if it has been read.
	 */
	@Override
	void close();

}
