package io.eardrum.server.connection;

import java.io.IOException;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

import org.jspecify.annotations.Nullable;

import io.eardrum.server.command.AbortedReply;
import io.eardrum.server.command.Frame;
import io.eardrum.server.command.Reply;
import io.eardrum.server.command.Turn;
import io.eardrum.server.event.ResetReason;

/**
 * Executes the frames of a connection, each in one turn or more, and sends their replies.
 * Used by the thread that serves the connection.
 */
public final class FrameExecution {

	/** Many hundred puts, which take longer than another thread needs to take over. */
	private static final int HEAVY_FRAME_LENGTH = 32 * 1024;

	/** A frame of gets that is this long takes as much time. */
	private static final int HEAVY_READS_LENGTH = 512;

	private static final byte[] GET = { 'g', 'e', 't', ' ' };

	/** A frame that takes no longer needs no thread but that of the loop. */
	private static final long LIGHT_NANOS = TimeUnit.MICROSECONDS.toNanos(500);

	private final Frame frame;

	private final FrameInput input;

	private final ReplyOutputStream output;

	private final FrameAccount account;

	private volatile @Nullable FrameHandler handler;

	private @Nullable Reply reply;

	/** The length of the last frame, in bytes. */
	private int lastLength;

	/** Whether the last frame took so long that the loop must not wait for the next. */
	private boolean heavy;

	/** Whether the rest of the frame waits, or has waited, for a commit of the loop. */
	private boolean waitedForCommit;

	/** Whether the rest of the frame waits, or has waited, for reads to arrive. */
	private boolean waitedForReads;

	/**
	 * Creates the execution of a connection's frames.
	 * @param frame what is executed
	 * @param input fills it
	 * @param output takes the replies
	 * @param account accounts for the memory that both take
	 */
	FrameExecution(Frame frame, FrameInput input, ReplyOutputStream output, FrameAccount account) {
		this.frame = frame;
		this.input = input;
		this.output = output;
		this.account = account;
	}

	void handleBy(FrameHandler frames) {
		this.handler = frames;
	}

	/**
	 * Returns whether the frame that has been received probably takes so long that other
	 * clients should not wait for it.
	 * @return whether it should be executed beside the loop
	 */
	public boolean isHeavy() {
		int length = this.input.frameLength();
		return length >= HEAVY_FRAME_LENGTH || this.heavy
				|| (length >= HEAVY_READS_LENGTH && this.input.matching(GET) == GET.length);
	}

	/**
	 * Executes the frame as far as that does not take long, and keeps the reply. The rest
	 * is {@linkplain #isPaused() paused}.
	 * @param turn the turn of the thread that leads the loop, whose group takes the puts
	 */
	public void execute(Turn turn) {
		executeSome(turn);
		this.waitedForCommit = isPaused() && awaitsCommit();
		if (this.waitedForCommit) {
			// Many connections wait together. None of them may hold a large buffer.
			this.input.shrinkIfSmall();
		}
		this.waitedForReads = awaitsReads();
		// Waiting for a commit or for reads takes no processor.
		boolean waits = this.waitedForCommit || this.waitedForReads;
		this.heavy = isPaused() && (!waits || this.lastLength >= HEAVY_READS_LENGTH);
	}

	/**
	 * Executes the frame, or what is left of it, for one turn beside the loop.
	 * @param turn the turn of a thread that does not lead
	 */
	public void executeTurn(Turn turn) {
		boolean whole = this.reply == null || this.waitedForCommit || this.waitedForReads;
		this.waitedForCommit = false;
		long beganNanos = System.nanoTime();
		executeSome(turn);
		this.waitedForReads = awaitsReads();
		boolean light = whole && (!isPaused() || this.waitedForReads) && System.nanoTime() - beganNanos < LIGHT_NANOS;
		this.heavy = !light && this.lastLength < HEAVY_FRAME_LENGTH;
	}

	private void executeSome(Turn turn) {
		this.frame.setTurn(turn);
		this.output.beginExecution(turn);
		Reply begun = this.reply;
		this.reply = null;
		try {
			this.reply = (begun != null) ? begun.goOn() : begin();
		}
		finally {
			this.output.endExecution();
			if (!isPaused()) {
				this.input.release();
			}
		}
	}

	private @Nullable Reply begin() {
		takeMemory();
		if (this.account.isTight()) {
			this.input.shrink();
		}
		return Objects.requireNonNull(this.handler).handle(this.input.readFrame());
	}

	// Returns whether commands of the frame are left for another turn.
	public boolean isPaused() {
		Reply begun = this.reply;
		return begun != null && begun.isPaused();
	}

	// Returns whether the frame is paused until its reads have arrived.
	public boolean awaitsReads() {
		Reply begun = this.reply;
		return begun != null && begun.awaitsReads();
	}

	/**
	 * Waits for the reads without a thread.
	 * @param action called once when they have arrived, on any thread, perhaps at once;
	 * the caller no longer touches the connection
	 */
	public void awaitReads(Runnable action) {
		endTurn();
		Objects.requireNonNull(this.reply).whenRead(action);
	}

	// Returns whether the reply has to wait until the group has been committed.
	public boolean awaitsCommit() {
		Reply due = this.reply;
		return due != null && due.awaitsCommit();
	}

	// Returns whether there is a frame that has not been answered.
	public boolean hasFrame() {
		return this.reply != null || this.input.hasFrame();
	}

	/**
	 * Prepares for a wait until another turn.
	 * @param behindOthers whether the wait may be long; the connection holds no more
	 * memory than it needs then
	 */
	public void awaitTurn(boolean behindOthers) {
		endTurn();
		if (this.input.hasFrame()) {
			takeMemory();
		}
		// A connection that has read nothing yet holds no more than one that waits for a
		// commit.
		if (this.reply != null && !this.waitedForCommit) {
			this.account.expectExecution();
		}
		if (behindOthers) {
			this.input.shrinkIfSmall();
		}
	}

	private void takeMemory() {
		this.lastLength = this.input.frameLength();
		this.account.takeForFrame(this.lastLength, isHeavy());
	}

	/**
	 * Drops the frame. What is left of it is neither executed nor answered.
	 */
	void giveUp() {
		Reply begun = this.reply;
		this.reply = null;
		if (begun != null) {
			begun.giveUp();
		}
		this.input.release();
	}

	/**
	 * Sends the reply to the frame that was executed last. Its group has been committed.
	 * @param turn the turn of the thread that sends it, which may be another one than
	 * that of the execution
	 * @return whether the session ends behind it
	 * @throws AbortedReply.AbortedReplyException if there is no reply, or only half of it
	 * @throws IOException if the client can't be reached
	 */
	boolean sendReply(Turn turn) throws IOException {
		this.frame.setTurn(turn);
		this.output.beginReply(turn);
		Reply due = this.reply;
		this.reply = null;
		if (due == null) {
			throw new AbortedReply.AbortedReplyException(ResetReason.INTERNAL_ERROR);
		}
		boolean last = due.isLast();
		Objects.requireNonNull(this.handler).write(due, this.output);
		return last;
	}

	// A connection that waits must not hold the memory of a group.
	void endTurn() {
		this.frame.setTurn(null);
		this.output.endTurn();
	}

}
