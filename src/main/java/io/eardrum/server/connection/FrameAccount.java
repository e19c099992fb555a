package io.eardrum.server.connection;

import java.util.concurrent.atomic.AtomicLong;

import io.eardrum.budget.SlowClients;
import io.eardrum.protocol.ReplyWriter;
import io.eardrum.server.limit.ClientMemory;
import io.eardrum.server.limit.InboundMemoryLimit;
import io.eardrum.server.limit.OutboundMemoryLimit;
import io.eardrum.server.limit.UnfinishedInputLimit;

/**
 * The memory that one connection takes for frames and for unfinished input. It decides
 * whether the connection may read, and how much at once.
 * <p>
 * Used by the thread that serves the connection, except for the methods that say
 * otherwise.
 */
final class FrameAccount implements InboundMemoryLimit.Client {

	/** What executes a frame, its replies, and a little more, in bytes. */
	private static final int EXECUTION_LENGTH = ReplyWriter.MAX_BUFFER_LENGTH + 32 * 1024;

	/** The same, and what the store reads ahead. */
	private static final int LONG_REPLY_LENGTH = EXECUTION_LENGTH + 64 * 1024;

	/** Says that unfinished input is no longer accounted for. */
	private static final long SETTLED = -1;

	private final InboundMemoryLimit memory;

	private final UnfinishedInputLimit unfinishedInput;

	private final OutboundMemoryLimit unreadReplies;

	private final Holder holder;

	/** What it holds of what the client has begun to send; or {@link #SETTLED}. */
	private final AtomicLong unfinishedBytes = new AtomicLong();

	private volatile long unfinishedSinceNanos;

	/** What it may take since it was told to read on; 0 if it was not. */
	private final AtomicLong promisedBytes = new AtomicLong();

	/** Whether its client has to wait until there is memory for a frame. */
	private volatile boolean waits;

	/** Whether it waits, or waited last, among the connections with large frames. */
	private volatile boolean waitsWithLarge;

	private volatile boolean ended;

	private volatile long lastReceivedNanos = System.nanoTime();

	private final AtomicLong receivedBytes = new AtomicLong();

	/** How much is to be expected when it is read next, in bytes. */
	private volatile int nextLength;

	/** The part of that for which there is memory since it was told to read on. */
	private volatile int promisedLength;

	/** Whether a large frame is to be expected, because the last one was large. */
	private volatile boolean large;

	/** What is taken for the frame at hand, in bytes. */
	private long takenBytes;

	/** Whether that frame is large, or takes long. */
	private boolean takenForLarge;

	/**
	 * Creates an account that is empty.
	 * @param memory what all clients may take
	 * @param holder has the account
	 */
	FrameAccount(ClientMemory memory, Holder holder) {
		this.memory = memory.frames();
		this.unfinishedInput = memory.unfinishedInput();
		this.unreadReplies = memory.unreadReplies();
		this.holder = holder;
	}

	/**
	 * Returns whether nothing may be read now, because there is no memory for a frame.
	 * The caller then has to call {@link #await()}.
	 * @return whether the client has to wait
	 */
	boolean hasToWait() {
		if (this.promisedBytes.get() > 0) {
			return false;
		}
		this.waitsWithLarge = this.large;
		return this.memory.isFull(this.large);
	}

	/**
	 * Has the connection read on once there is memory, which may be at once.
	 */
	void await() {
		this.waits = true;
		this.memory.holdBack(this, this.waitsWithLarge);
		if (this.ended) {
			settle();
		}
	}

	// Returns when the client has last sent something, by System.nanoTime(). Any thread
	// may
	// ask.
	long lastReceivedNanos() {
		return this.lastReceivedNanos;
	}

	// Any thread may ask.
	boolean isWaiting() {
		return this.waits;
	}

	// Returns for how long the client has sent nothing although it might, in nanoseconds.
	// Any thread may ask.
	long silentNanos() {
		return this.waits ? 0 : System.nanoTime() - this.lastReceivedNanos;
	}

	@Override
	public long expectedBytes() {
		return InboundMemoryLimit.of(expectedLength());
	}

	private int expectedLength() {
		return this.waitsWithLarge ? Math.max(this.nextLength, InboundMemoryLimit.SMALL_LENGTH)
				: Math.min(this.nextLength, InboundMemoryLimit.SMALL_LENGTH);
	}

	// Called on the thread that has given memory back, which may be any.
	@Override
	public void readOn(boolean largeFrame) {
		this.promisedLength = expectedLength();
		this.promisedBytes.set(InboundMemoryLimit.of(this.promisedLength));
		// The client was kept waiting, and was not silent.
		this.lastReceivedNanos = System.nanoTime();
		this.waits = false;
		this.holder.readOn();
		if (this.ended) {
			settle();
		}
	}

	/**
	 * Returns how much may be read at once. A connection that was told to read on takes
	 * no more than was kept for it, because many are told together. A connection that
	 * mostly receives little reads even while there is no memory for large frames, but no
	 * more than a small frame.
	 * @return the number of bytes
	 */
	int maxRead() {
		if (this.promisedBytes.get() > 0) {
			return Math.max(this.promisedLength, InboundMemoryLimit.SMALL_LENGTH);
		}
		boolean piecemeal = !this.large && this.memory.isFull(true);
		return piecemeal ? InboundMemoryLimit.SMALL_LENGTH : Integer.MAX_VALUE;
	}

	// Returns how many bytes have come, without those of TLS. Any thread may ask.
	long receivedBytes() {
		return this.receivedBytes.get();
	}

	/**
	 * Notes what has been read, to estimate what comes next.
	 * @param count how many bytes have come, 1 or more
	 * @param most how many could have
	 */
	void received(int count, int most) {
		// One thread at a time receives.
		this.receivedBytes.lazySet(this.receivedBytes.getPlain() + count);
		this.lastReceivedNanos = System.nanoTime();
		// There may be more to read.
		this.nextLength = (count < most) ? count : (int) Math.min(2L * count, FrameDecoder.LARGE_LENGTH);
		this.large = InboundMemoryLimit.isLarge(count);
	}

	/**
	 * Settles what was promised, because the connection has read what it was told to
	 * read, or has ended. Any thread may call this.
	 */
	void settle() {
		if (this.waits) {
			this.memory.forget(this);
		}
		long promised = (this.promisedBytes.get() > 0) ? this.promisedBytes.getAndSet(0) : 0;
		if (promised > 0) {
			this.memory.settle(promised, this.waitsWithLarge);
		}
	}

	/**
	 * Takes memory for the frame that was read, once.
	 * @param length how long it is, in bytes
	 * @param heavy whether it probably takes long
	 */
	void takeForFrame(int length, boolean heavy) {
		if (this.takenBytes == 0) {
			this.takenForLarge = heavy || InboundMemoryLimit.isLarge(length);
			if (this.takenForLarge) {
				this.large = true;
			}
			this.takenBytes = InboundMemoryLimit.of(length);
			this.memory.take(this.takenBytes, this.takenForLarge);
			settle();
		}
	}

	/**
	 * Takes memory for the execution of the frame at hand, which waits for its turn.
	 */
	void expectExecution() {
		takeIfBelow(EXECUTION_LENGTH);
	}

	/**
	 * Takes memory for the reply to the frame at hand, which is a long one.
	 */
	void expectLongReply() {
		takeIfBelow(LONG_REPLY_LENGTH);
	}

	/**
	 * Returns whether connections should hold no more memory than they need, even if that
	 * takes time.
	 * @return whether much is held for clients that do not take their replies
	 */
	boolean isTight() {
		return this.unreadReplies.isTight();
	}

	/**
	 * Accounts for what the connection holds until its client takes the reply, instead of
	 * what was taken for the frame. Called on the thread that waits.
	 * @param bytes how much that is, besides what executes the frame
	 */
	void beginWait(long bytes) {
		giveBack();
		this.unreadReplies.begin(this.holder, EXECUTION_LENGTH + bytes);
	}

	void endWait() {
		this.unreadReplies.end(this.holder);
		take(EXECUTION_LENGTH);
	}

	void takeIfBelow(long bytes) {
		if (this.takenBytes < bytes) {
			take(bytes);
		}
	}

	/**
	 * Takes more memory for the frame at hand, which takes long.
	 * @param bytes how much more
	 */
	void take(long bytes) {
		if (!this.takenForLarge) {
			this.takenForLarge = true;
			this.memory.enlarge(this.takenBytes);
		}
		this.large = true;
		this.takenBytes += bytes;
		this.memory.take(bytes, true);
	}

	// Called when the frame has been answered.
	void giveBack() {
		long bytes = this.takenBytes;
		if (bytes > 0) {
			this.takenBytes = 0;
			this.memory.giveBack(bytes, this.takenForLarge);
		}
	}

	/**
	 * Accounts for what the connection holds until its client sends more.
	 * @param held how much that is, in bytes
	 * @param begunNow whether that has begun to arrive only now
	 */
	void holdUnfinished(long held, boolean begunNow) {
		long before = this.unfinishedBytes.get();
		if (held > 0 && (begunNow || before == 0)) {
			this.unfinishedSinceNanos = System.nanoTime();
		}
		if (held != before && before != SETTLED && this.unfinishedBytes.compareAndSet(before, held)) {
			this.unfinishedInput.change(held - before);
		}
	}

	// Returns how much is held of what the client has begun to send and not finished, in
	// bytes. Any thread may ask.
	long unfinishedBytes() {
		return this.unfinishedBytes.get();
	}

	// Returns for how long it has been held, in nanoseconds. Any thread may ask.
	long unfinishedNanos() {
		return System.nanoTime() - this.unfinishedSinceNanos;
	}

	/**
	 * Settles the account for good, except for the frame at hand, because the connection
	 * has ended or is about to. Any thread may call this.
	 */
	void end() {
		this.ended = true;
		long before = this.unfinishedBytes.getAndSet(SETTLED);
		if (before > 0) {
			this.unfinishedInput.change(-before);
		}
		settle();
	}

	/**
	 * The connection that has the account. Called on any thread.
	 */
	interface Holder extends SlowClients.SlowClient {

		/**
		 * Has the connection read once, because there is memory, and then
		 * {@linkplain #settle settle}.
		 */
		void readOn();

	}

}
