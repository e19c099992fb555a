package io.eardrum.server.limit;

import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;

import org.jspecify.annotations.Nullable;

import io.eardrum.budget.HeapShare;

/**
 * The memory of all frames that have been read and not been answered yet. Beyond a limit
 * no other one is read: clients wait before what the system holds for them, as long as
 * the store is too slow for all of them. Replies that are not taken count as
 * {@link OutboundMemoryLimit}, or clients that don't read could stop everybody.
 * <p>
 * Small frames have a quarter of it that large ones can't take, so a client that sends a
 * line waits for other such clients at most, and not for those that stream. A frame that
 * turns out to take long counts as a large one, or a crowd that sends {@code get *} would
 * keep everybody waiting who puts. Once somebody is held back, everybody who comes later
 * with frames of that size is, too, until half of what those may take is free; then
 * clients go on in the order in which they came, as many as fit.
 * <p>
 * Safe for any number of threads.
 */
public final class InboundMemoryLimit {

	/** A frame that is shorter is a small one; in bytes. */
	public static final int SMALL_LENGTH = 4 * 1024;

	/** What a frame takes besides its bytes: an executor, its reply, a place in line. */
	private static final long FRAME_LENGTH = 8 * 1024;

	/**
	 * For each byte of a frame: points in a group take up to five if their lines are as
	 * short as they may be, and one or two mostly; and the store makes records of them.
	 */
	private static final long FACTOR = 4;

	private final HeapShare share;

	/** How much of the share is there for small frames alone, in bytes. */
	private final long reservedBytes;

	private final ReentrantLock lock = new ReentrantLock();

	private final Lane small = new Lane();

	private final Lane large = new Lane();

	/**
	 * Creates an account.
	 * @param share takes what frames take
	 */
	public InboundMemoryLimit(HeapShare share) {
		this.share = share;
		this.reservedBytes = share.maxBytes() / 4;
	}

	/**
	 * Returns how much is taken for a frame.
	 * @param length the length of its lines, in bytes
	 * @return how much memory that is, in bytes
	 */
	public static long of(int length) {
		return FRAME_LENGTH + FACTOR * length;
	}

	public static boolean isLarge(int length) {
		return length >= SMALL_LENGTH;
	}

	public long usedBytes() {
		return this.small.usedBytes.get() + this.large.usedBytes.get();
	}

	// How many connections wait until there is room.
	public int heldBack() {
		return this.small.size + this.large.size;
	}

	/**
	 * Returns whether nothing is to be read from those who have not waited yet.
	 * @param largeFrame whether a large frame is to be expected
	 * @return whether there is no room, or others wait for it
	 */
	public boolean isFull(boolean largeFrame) {
		Lane lane = lane(largeFrame);
		if (lane.size > 0) {
			return true;
		}
		// Mostly there is enough, and no need to ask what others have taken.
		return !isAmple() && !hasRoom(lane);
	}

	private boolean isAmple() {
		return this.share.usedBytes() < this.share.minBytes() / 2 && this.share.usedBytes() < this.reservedBytes;
	}

	private boolean hasRoom(Lane lane) {
		if (lane == this.small) {
			boolean othersWait = this.large.size > 0 && lane.takenBytes() >= this.reservedBytes * 2;
			return lane.takenBytes() < this.reservedBytes || (!othersWait && freeBytes() > 0);
		}
		long kept = Math.max(0, this.reservedBytes - this.small.usedBytes.get());
		return lane.takenBytes() < limitBytes(lane) && freeBytes() > kept;
	}

	// Small ones may take what is not reserved for them, too.
	private long limitBytes(Lane lane) {
		long most = this.share.maxBytes();
		return (lane == this.large) ? most - this.reservedBytes
				: Math.max(this.reservedBytes, most - this.large.takenBytes());
	}

	private long freeBytes() {
		return this.share.freeBytes() - this.small.promisedBytes - this.large.promisedBytes;
	}

	/**
	 * Takes memory for a frame that has been read.
	 * @param bytes how much
	 * @param largeFrame whether it is a large one
	 */
	public void take(long bytes, boolean largeFrame) {
		this.share.force(bytes);
		lane(largeFrame).usedBytes.addAndGet(bytes);
	}

	/**
	 * Counts the memory of a small frame as that of a large one from now on.
	 * @param bytes how much it has taken
	 */
	public void enlarge(long bytes) {
		this.large.usedBytes.addAndGet(bytes);
		this.small.usedBytes.addAndGet(-bytes);
		readOnIfThereIsRoom();
	}

	/**
	 * Gives memory back.
	 * @param bytes how much
	 * @param largeFrame whether it was taken for a large frame
	 */
	public void giveBack(long bytes, boolean largeFrame) {
		lane(largeFrame).usedBytes.addAndGet(-bytes);
		this.share.release(bytes);
		readOnIfThereIsRoom();
	}

	/**
	 * Has a client read on once there is room and it is its turn, which may be at once.
	 * @param client the client, from which nothing is read until then
	 * @param largeFrame whether a large frame is to be expected
	 */
	public void holdBack(Client client, boolean largeFrame) {
		Lane lane = lane(largeFrame);
		this.lock.lock();
		try {
			lane.clients.add(client);
			lane.size = lane.clients.size();
		}
		finally {
			this.lock.unlock();
		}
		readOnIfThereIsRoom();
	}

	/**
	 * Has to be called when a client that was told to read on has done so, or has ended.
	 * @param bytes what it was promised
	 * @param largeFrame whether it had waited with the large frames
	 */
	@SuppressWarnings("NonAtomicVolatileUpdate") // Under the lock.
	public void settle(long bytes, boolean largeFrame) {
		this.lock.lock();
		try {
			lane(largeFrame).promisedBytes -= bytes;
		}
		finally {
			this.lock.unlock();
		}
		readOnIfThereIsRoom();
	}

	/**
	 * Forgets a client that waits, if it does: it has ended.
	 * @param client the client
	 */
	public void forget(Client client) {
		if (heldBack() == 0) {
			return;
		}
		this.lock.lock();
		try {
			this.small.forget(client);
			this.large.forget(client);
		}
		finally {
			this.lock.unlock();
		}
		readOnIfThereIsRoom();
	}

	// To be called now and then as well: others give memory back that all uses share.
	public void readOnIfThereIsRoom() {
		if (this.small.size > 0) {
			readOn(this.small, false);
		}
		if (this.large.size > 0) {
			readOn(this.large, true);
		}
	}

	// Not before half of it is free: with each frame that ends there would be one to try
	// again, and room for a piece of its frame.
	private void readOn(Lane lane, boolean largeFrames) {
		if (lane.takenBytes() > limitBytes(lane) / 2) {
			return;
		}
		Client next = first(lane);
		while (next != null) {
			next.readOn(largeFrames);
			next = first(lane);
		}
	}

	@SuppressWarnings("NonAtomicVolatileUpdate") // Under the lock.
	private @Nullable Client first(Lane lane) {
		this.lock.lock();
		try {
			if (lane.clients.isEmpty() || !hasRoom(lane)) {
				return null;
			}
			Client first = lane.clients.iterator().next();
			lane.forget(first);
			lane.promisedBytes += first.expectedBytes();
			return first;
		}
		finally {
			this.lock.unlock();
		}
	}

	private Lane lane(boolean largeFrame) {
		return largeFrame ? this.large : this.small;
	}

	/**
	 * A client from which nothing is read until there is memory for it.
	 */
	public interface Client {

		/**
		 * Returns how much memory its next frame probably takes. Always the same while it
		 * waits.
		 * @return the number of bytes
		 */
		long expectedBytes();

		/**
		 * There is memory: it is to read once, and then to
		 * {@linkplain InboundMemoryLimit#settle settle}. Called without a lock, on any
		 * thread.
		 * @param largeFrame whether it has waited with the large frames
		 */
		void readOn(boolean largeFrame);

	}

	/**
	 * The frames of one size.
	 */
	private static final class Lane {

		private final AtomicLong usedBytes = new AtomicLong();

		/** What those take who were told to read on. Written under the lock. */
		private volatile long promisedBytes;

		/** Those who wait, in the order in which they came. Guarded by the lock. */
		private final Set<Client> clients = new LinkedHashSet<>();

		private volatile int size;

		long takenBytes() {
			return this.usedBytes.get() + this.promisedBytes;
		}

		void forget(Client client) {
			this.clients.remove(client);
			this.size = this.clients.size();
		}

	}

}
