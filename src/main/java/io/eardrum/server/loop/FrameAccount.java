package io.eardrum.server.loop;

import java.util.concurrent.atomic.AtomicLong;

import io.eardrum.budget.SlowClients;
import io.eardrum.protocol.ReplyWriter;
import io.eardrum.server.limit.ClientMemory;
import io.eardrum.server.limit.InboundMemoryLimit;
import io.eardrum.server.limit.OutboundMemoryLimit;
import io.eardrum.server.limit.UnfinishedInputLimit;

/**
 * What one connection takes of the memory for frames, and of that for unfinished input:
 * whether it may read, and how much at once.
 * <p>
 * The thread that serves the connection calls its methods, but for those that say
 * otherwise.
 */
final class FrameAccount implements InboundMemoryLimit.Client {

	/** What executes a frame, and its replies, and a little more, in bytes. */
	private static final int EXECUTION_LENGTH = ReplyWriter.MAX_BUFFER_LENGTH + 32 * 1024;

	/** The same, and what the store reads ahead. */
	private static final int LONG_REPLY_LENGTH = EXECUTION_LENGTH + 64 * 1024;

	/** The account of unfinished input has been settled for good. */
	private static final long SETTLED = -1;

	private final InboundMemoryLimit memory;

	private final UnfinishedInputLimit unfinishedInput;

	private final OutboundMemoryLimit unreadReplies;

	private final Holder holder;

	/** What it holds of what the client has begun to send; or {@link #SETTLED}. */
	private final AtomicLong unfinishedBytes = new AtomicLong();

	private volatile long unfinishedSinceNanos;

	/** What it may take now that it has been told to read on; 0 if it hasn't. */
	private final AtomicLong promisedBytes = new AtomicLong();

	/** Whether its client has to wait until there is memory for a frame. */
	private volatile boolean waits;

	/** Whether it waits, or waited last, with those that send large frames. */
	private volatile boolean waitsWithLarge;

	private volatile boolean ended;

	/** How much is to be expected when it is read next, in bytes. */
	private volatile int nextLength;

	/** How much of that there is memory for, since it was told to read on. */
	private volatile int promisedLength;

	/** Whether a large frame is to be expected, for the last one was. */
	private volatile boolean large;

	/** What is taken for the frame at hand, in bytes. */
	private long takenBytes;

	/** Whether that is a large one, or one that takes long. */
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
	 * Returns whether nothing may be read now, because there is no memory for a frame;
	 * {@link #await()} has to be called then.
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

	// Any thread may ask.
	boolean isWaiting() {
		return this.waits;
	}

	@Override
	public long expectedBytes() {
		return InboundMemoryLimit.of(expectedLength());
	}

	private int expectedLength() {
		return this.waitsWithLarge ? Math.max(this.nextLength, InboundMemoryLimit.SMALL_LENGTH)
				: Math.min(this.nextLength, InboundMemoryLimit.SMALL_LENGTH);
	}

	// Any thread may have given the memory back.
	@Override
	public void readOn(boolean largeFrame) {
		this.promisedLength = expectedLength();
		this.promisedBytes.set(InboundMemoryLimit.of(this.promisedLength));
		this.holder.waited();
		this.waits = false;
		this.holder.readOn();
		if (this.ended) {
			settle();
		}
	}

	/**
	 * Returns how much may be read at once. Many are told to read on together, and each
	 * would take more than was kept for it. Who mostly sends little is read while there
	 * is no memory for large frames, but no more than a small frame.
	 * @return the number of bytes
	 */
	int maxRead() {
		if (this.promisedBytes.get() > 0) {
			return Math.max(this.promisedLength, InboundMemoryLimit.SMALL_LENGTH);
		}
		boolean piecemeal = !this.large && this.memory.isFull(true);
		return piecemeal ? InboundMemoryLimit.SMALL_LENGTH : Integer.MAX_VALUE;
	}

	/**
	 * Notes what has been read, from which it can be told what comes next.
	 * @param count how many bytes have come, 1 or more
	 * @param most how many could have
	 */
	void received(int count, int most) {
		// There may be more where this comes from.
		this.nextLength = (count < most) ? count : (int) Math.min(2L * count, FrameDecoder.LARGE_LENGTH);
		this.large = InboundMemoryLimit.isLarge(count);
	}

	/**
	 * Settles what was promised: the connection has read what it was told to read, or has
	 * ended. Called on any thread.
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
	 * Takes memory for the execution of the frame at hand, which stands in line.
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
	 * Returns whether connections should hold no more than they need, even if that takes
	 * time.
	 * @return whether much is held for clients that don't take their replies
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

	// The frame is answered.
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

	// How much it holds of what its client has begun to send and not finished, in bytes.
	// Any thread may ask.
	long unfinishedBytes() {
		return this.unfinishedBytes.get();
	}

	// For how long it has, in nanoseconds. Any thread may ask.
	long unfinishedNanos() {
		return System.nanoTime() - this.unfinishedSinceNanos;
	}

	/**
	 * Settles the account for good, but for the frame at hand: the connection has ended,
	 * or is about to. Called on any thread.
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
		 * Its client has been kept waiting until now, and was not silent for so long.
		 */
		void waited();

		/**
		 * There is memory: it is to read once, and then to {@linkplain #settle settle}.
		 */
		void readOn();

	}

}
