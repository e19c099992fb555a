package io.eardrum.server.command;

import java.io.IOException;
import java.io.OutputStream;
import java.util.Objects;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;

import io.eardrum.budget.HeapShare;
import io.eardrum.budget.ObjectPool;
import io.eardrum.protocol.LineParser;
import io.eardrum.protocol.ReplyWriter;
import io.eardrum.server.event.CommandCounts;
import io.eardrum.server.event.ResetReason;
import io.eardrum.storage.MetricRepository;

/**
 * Executes the commands of one frame after the other, in as many turns as that takes, and
 * collects their replies, which makes it the {@link Reply} as well.
 * {@link CommandActions} says what each command does.
 * <p>
 * An executor holds the memory that this takes, some 5 KiB at first and 64 KiB after long
 * replies. It therefore comes from an {@link ObjectPool}: a session has one only from the
 * moment its frame is complete until the reply has been sent. Used by one thread at a
 * time.
 */
public final class CommandExecutor implements Reply {

	/** How many bytes of commands are read before a look whether the turn is over. */
	private static final int SLICE_LENGTH = 8 * 1024;

	/** Where replies would go between two frames. */
	private static final OutputStream NOBODY = OutputStream.nullOutputStream();

	private final ObjectPool<CommandExecutor> pool;

	private final Consumer<RuntimeException> defects;

	private final ReplyWriter replies = new ReplyWriter(NOBODY);

	private final CommandActions actions;

	private boolean last;

	/** Where the first command begins that has not been executed yet. */
	private int next;

	private boolean paused;

	/** Whether it is paused until the reads that it has begun have arrived. */
	private boolean readsAwaited;

	private long startNanos;

	private @Nullable Frame frame;

	/**
	 * Creates an executor.
	 * @param repository where the points are
	 * @param patterns the memory for patterns
	 * @param pool where this object goes when its reply has been sent
	 * @param defects takes the failures that the store does not know
	 */
	public CommandExecutor(MetricRepository repository, HeapShare patterns, ObjectPool<CommandExecutor> pool,
			Consumer<RuntimeException> defects) {
		this.actions = new CommandActions(repository, patterns, defects, this.replies);
		this.pool = pool;
		this.defects = defects;
	}

	/**
	 * Executes the commands of a frame.
	 * @param frame the frame
	 * @return the replies, which is this object; not to be written before the group of
	 * the frame has been committed
	 * @throws IOException if the client can't be reached, or a reply can't be finished
	 */
	Reply execute(Frame frame) throws IOException {
		begin(frame);
		executeTurn();
		return this;
	}

	/**
	 * Executes the commands of a frame, or the first of them. Never fails: a failure
	 * after which a client would wait for ever becomes a reset of its connection.
	 * @param frame the frame
	 * @return the replies, not to be written before the group of the frame has been
	 * committed
	 */
	public Reply attempt(Frame frame) {
		begin(frame);
		return goOn();
	}

	private void begin(Frame frame) {
		this.startNanos = System.nanoTime();
		this.frame = frame;
		this.next = frame.from();
		this.last = false;
		this.paused = false;
		this.readsAwaited = false;
		this.replies.reset(frame.output());
		this.actions.begin(frame);
	}

	@Override
	public Reply goOn() {
		try {
			executeTurn();
			return this;
		}
		catch (ReplyCutException ex) {
			return abort(ResetReason.REPLY_CUT);
		}
		catch (IOException ex) {
			return abort(ResetReason.CLIENT);
		}
		catch (RuntimeException ex) {
			this.defects.accept(ex);
			return abort(ResetReason.INTERNAL_ERROR);
		}
	}

	// This executor does not go back to the pool, because its state is not known.
	private Reply abort(ResetReason reason) {
		abandon();
		return new AbortedReply(reason);
	}

	private void executeTurn() throws IOException {
		Frame executed = Objects.requireNonNull(this.frame);
		this.actions.beginTurn();
		if (this.paused) {
			this.paused = false;
			// The puts committed meanwhile must not mix with those that follow.
			this.actions.answerPending();
			if (this.readsAwaited) {
				this.readsAwaited = false;
				this.actions.finishReads();
			}
		}
		while (this.next < executed.to() && !this.last && !this.paused) {
			int stopped = executed.parser().read(executed.source(), this.next, sliceEnd(executed), this.actions);
			this.actions.deleteCollected();
			this.last = stopped == LineParser.SESSION_ENDED;
			this.next = this.actions.isDeferred() ? startOfLineBefore(stopped, executed) : stopped;
			this.paused = !this.last && this.next < executed.to() && this.actions.pauses();
		}
		awaitReads(executed);
		if (executed.isCut() && !this.last && !this.paused) {
			executed.parser().cutLine(this.actions);
		}
		this.actions.endTurn();
	}

	// A frame whose turn is over begins more reads in its next one.
	private void awaitReads(Frame executed) throws IOException {
		PendingReads begun = this.actions.begunReads();
		if (this.last) {
			this.actions.finishReads();
		}
		else if (!begun.isEmpty()) {
			this.paused = true;
			this.readsAwaited = begun.isFull() || this.next == executed.to();
		}
	}

	private static int startOfLineBefore(int offset, Frame executed) {
		byte[] source = executed.source();
		int start = offset - 1;
		while (start > executed.from() && source[start - 1] != '\n') {
			start--;
		}
		return start;
	}

	// Slices end with their lines.
	private int sliceEnd(Frame executed) {
		int to = executed.to();
		if (to - this.next <= 2 * SLICE_LENGTH) {
			return to;
		}
		byte[] source = executed.source();
		int end = this.next + SLICE_LENGTH;
		while (source[end - 1] != '\n') {
			end++;
		}
		return end;
	}

	@Override
	public boolean isPaused() {
		return this.paused;
	}

	@Override
	public boolean awaitsReads() {
		return this.paused && this.readsAwaited;
	}

	@Override
	public void whenRead(Runnable action) {
		this.actions.begunReads().whenArrived(action);
	}

	@Override
	public void giveUp() {
		abandon();
	}

	CommandCounts counts() {
		return this.actions.counts();
	}

	@Override
	public boolean awaitsCommit() {
		return this.actions.awaitsCommit();
	}

	/**
	 * Ends a frame that can't be answered. Its puts are stored or not, and counted.
	 */
	void abandon() {
		this.actions.begunReads().clear();
		this.actions.commit();
		handled();
	}

	@Override
	public void writeTo(OutputStream output) throws IOException {
		this.actions.answerPending();
		handled();
		this.frame = null;
		this.actions.end();
		this.replies.flush();
		this.replies.reset(NOBODY);
		this.pool.giveBack(this);
	}

	@Override
	public boolean isLast() {
		return this.last;
	}

	private void handled() {
		Objects.requireNonNull(this.frame)
			.observer()
			.frameHandled(this.actions.counts(), System.nanoTime() - this.startNanos);
	}

}
