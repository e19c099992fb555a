package io.eardrum.server.limit;

import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;

import org.jspecify.annotations.Nullable;

import io.eardrum.budget.HeapShare;

/**
 * Limits the memory of all frames that have been read but not answered yet. Beyond the
 * limit no other frame is read. While the store is too slow for all clients, they wait,
 * and the system holds what they send. Unread replies count towards the
 * {@link OutboundMemoryLimit} instead; otherwise clients that don't read could stop all
 * others.
 * <p>
 * Small frames have a quarter of the memory that large ones can't take, so a client that
 * sends a line waits at most for other such clients, and not for those that stream. A
 * frame that turns out to take long counts as a large one; otherwise a crowd that sends
 * {@code get *} would make every client wait that puts. Once a client is held back, all
 * clients that come later with frames of that size are held back too, until half of the
 * memory for that size is free. Then clients go on in the order in which they came, as
 * many as fit.
 * <p>
 * Safe for any number of threads.
 */
public final class InboundMemoryLimit {

	/** A frame that is shorter is a small one; in bytes. */
	public static final int SMALL_LENGTH = 4 * 1024;

	/**
	 * What a frame takes besides its bytes: an executor, its reply, a place in the queue.
	 */
	private static final long FRAME_LENGTH = 8 * 1024;

	/**
	 * The memory for each byte of a frame. Points in a group take up to five bytes if
	 * their lines are as short as possible, and mostly one or two. In addition, the store
	 * makes records of them.
	 */
	private static final long FACTOR = 4;

	private final HeapShare share;

	/** How much of the share only small frames may take, in bytes. */
	private final long reservedBytes;

	private final ReentrantLock lock = new ReentrantLock();

	private final Lane small = new Lane();

	private final Lane large = new Lane();

	/**
	 * Creates a limit.
	 * @param share the share of the heap that frames take from
	 */
	public InboundMemoryLimit(HeapShare share) {
		this.share = share;
		this.reservedBytes = share.maxBytes() / 4;
	}

	/**
	 * Returns how much memory a frame takes.
	 * @param length the length of its lines, in bytes
	 * @return the memory in bytes
	 */
	public static long of(int length) {
		return FRAME_LENGTH + FACTOR * length;
	}

	/**
	 * Returns whether a frame counts as a large one.
	 * @param length the length of its lines, in bytes
	 * @return whether it is not shorter than {@link #SMALL_LENGTH}
	 */
	public static boolean isLarge(int length) {
		return length >= SMALL_LENGTH;
	}

	/**
	 * Returns how much memory frames take now.
	 * @return the memory in bytes
	 */
	public long usedBytes() {
		return this.small.usedBytes.get() + this.large.usedBytes.get();
	}

	/**
	 * Returns how many connections wait until there is room.
	 * @return the number of connections, for small and large frames
	 */
	public int heldBack() {
		return this.small.size + this.large.size;
	}

	/**
	 * Returns whether a client that has not waited yet must not be read from.
	 * @param largeFrame whether a large frame is expected
	 * @return whether there is no room, or other clients wait for it
	 */
	public boolean isFull(boolean largeFrame) {
		Lane lane = lane(largeFrame);
		if (lane.size > 0) {
			return true;
		}
		// There is mostly enough, and then what others have taken does not matter.
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

	// Small frames may also take what is not reserved for them.
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
	 * @param bytes the memory in bytes
	 * @param largeFrame whether it is a large one
	 */
	public void take(long bytes, boolean largeFrame) {
		this.share.force(bytes);
		lane(largeFrame).usedBytes.addAndGet(bytes);
	}

	/**
	 * Counts the memory of a small frame as that of a large one from now on.
	 * @param bytes the memory that it has taken, in bytes
	 */
	public void enlarge(long bytes) {
		this.large.usedBytes.addAndGet(bytes);
		this.small.usedBytes.addAndGet(-bytes);
		readOnIfThereIsRoom();
	}

	/**
	 * Gives memory back.
	 * @param bytes the memory in bytes
	 * @param largeFrame whether it was taken for a large frame
	 */
	public void giveBack(long bytes, boolean largeFrame) {
		lane(largeFrame).usedBytes.addAndGet(-bytes);
		this.share.release(bytes);
		readOnIfThereIsRoom();
	}

	/**
	 * Lets a client read on once there is room and its turn has come, which may be at
	 * once.
	 * @param client the client, from which nothing is read until then
	 * @param largeFrame whether a large frame is expected
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
	 * Must be called when a client that was allowed to read on has done so, or has ended.
	 * @param bytes the memory that it was promised, in bytes
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
	 * Removes a client that has ended, if it waits.
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

	/**
	 * Lets waiting clients read on if there is room. This must also be called from time
	 * to time, because other uses of the heap give back memory that all uses share.
	 */
	public void readOnIfThereIsRoom() {
		if (this.small.size > 0) {
			readOn(this.small, false);
		}
		if (this.large.size > 0) {
			readOn(this.large, true);
		}
	}

	// Waits until half of the memory is free. Otherwise each frame that ends would let
	// one client try again, with room for only a piece of its frame.
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
		 * Returns how much memory its next frame probably takes. The result stays the
		 * same while the client waits.
		 * @return the memory in bytes
		 */
		long expectedBytes();

		/**
		 * Reads once, because there is memory now, and then
		 * {@linkplain InboundMemoryLimit#settle settles}. Called without a lock, on any
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

		/**
		 * The memory promised to clients that were allowed to read on. Written under the
		 * lock.
		 */
		private volatile long promisedBytes;

		/** The waiting clients, in the order in which they came. Guarded by the lock. */
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
