package io.eardrum.server;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The memory of all frames that have been read and not been answered yet. Beyond a limit
 * no other one is read: clients wait before what the system holds for them, as long as
 * the store is too slow for all of them. Replies that are not taken count as
 * {@link UnreadReplies}, or clients that don't read could stop everybody.
 * <p>
 * Safe for any number of threads.
 */
final class FrameMemory {

	/** What a frame takes besides its bytes: an executor, its reply, a place in line. */
	private static final long FRAME_LENGTH = 8 * 1024;

	/**
	 * For each byte of a frame: points in a round take up to five if their lines are as
	 * short as they may be, and one or two mostly; and the store makes records of them.
	 */
	private static final long FACTOR = 4;

	private final long limitBytes;

	private final AtomicLong usedBytes = new AtomicLong();

	/** Those from which nothing is read until there is room. */
	private final Queue<FrameConnection> heldBack = new ConcurrentLinkedQueue<>();

	/**
	 * Creates an account that is empty.
	 * @param limitBytes how much there may be before nothing else is read, in bytes
	 */
	FrameMemory(long limitBytes) {
		this.limitBytes = limitBytes;
	}

	/**
	 * Tells how much is taken for a frame.
	 * @param length the length of its lines, in bytes
	 * @return how much memory that is, in bytes
	 */
	static long of(int length) {
		return FRAME_LENGTH + FACTOR * length;
	}

	long usedBytes() {
		return this.usedBytes.get();
	}

	// How many connections wait until there is room.
	int heldBack() {
		return this.heldBack.size();
	}

	boolean isFull() {
		return this.usedBytes.get() >= this.limitBytes;
	}

	void take(long bytes) {
		this.usedBytes.addAndGet(bytes);
	}

	void giveBack(long bytes) {
		this.usedBytes.addAndGet(-bytes);
		readOnIfThereIsRoom();
	}

	/**
	 * Has a connection read on once there is room, which may be at once.
	 * @param connection the connection, from which nothing is read until then
	 */
	void holdBack(FrameConnection connection) {
		this.heldBack.add(connection);
		readOnIfThereIsRoom();
	}

	// Not before half of it is free: with each frame that ends there would be many to try
	// again, and room for one.
	private void readOnIfThereIsRoom() {
		if (this.usedBytes.get() <= this.limitBytes / 2 && !this.heldBack.isEmpty()) {
			for (FrameConnection next = this.heldBack.poll(); next != null; next = this.heldBack.poll()) {
				next.readOn();
			}
		}
	}

}
