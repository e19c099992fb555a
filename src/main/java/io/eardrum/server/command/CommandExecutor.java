package io.eardrum.server.command;

import java.io.IOException;
import java.io.OutputStream;
import java.util.Objects;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;

import io.eardrum.budget.ObjectPool;
import io.eardrum.metric.PointSink;
import io.eardrum.metric.SeriesKey;
import io.eardrum.metric.TimeRange;
import io.eardrum.protocol.Command;
import io.eardrum.protocol.CommandHandler;
import io.eardrum.protocol.ErrorReason;
import io.eardrum.protocol.LineParser;
import io.eardrum.protocol.ReplyWriter;
import io.eardrum.server.event.CommandCounts;
import io.eardrum.server.event.ResetReason;
import io.eardrum.storage.MetricRepository;
import io.eardrum.storage.StorageException;

/**
 * Executes the commands of one frame after the other and collects their replies, which
 * makes it the {@link Reply} as well. Puts go into the {@link CommitGroup} of the frame's
 * turn. Their replies are {@linkplain PendingReplies pending} until that is committed.
 * <p>
 * An executor holds the memory that this takes, some 5 KiB at first and 64 KiB after long
 * replies. It therefore comes from an {@link ObjectPool}: a session has one only from the
 * moment its frame is complete until the reply has been sent. Used by one thread at a
 * time.
 */
public final class CommandExecutor implements CommandHandler, PointSink, Reply {

	/** How many bytes of commands are read before a look whether the turn is over. */
	private static final int SLICE_LENGTH = 8 * 1024;

	/** Where replies would go between two frames. */
	private static final OutputStream NOBODY = OutputStream.nullOutputStream();

	private final MetricRepository repository;

	private final ObjectPool<CommandExecutor> pool;

	private final Consumer<RuntimeException> defects;

	private final ReplyWriter replies = new ReplyWriter(NOBODY);

	private final CommandCounts counts = new CommandCounts();

	private final PendingReplies pending = new PendingReplies(this.counts);

	private boolean last;

	/** Where the first command begins that has not been executed yet. */
	private int next;

	private boolean paused;

	/** Whether the last command waits for the commit, and has to be read again. */
	private boolean deferred;

	/** Whether the client was seen to be there in this turn. */
	private boolean clientSeen;

	private long startNanos;

	private @Nullable Frame frame;

	/**
	 * Creates an executor.
	 * @param repository where the points are
	 * @param pool where this object goes when its reply has been sent
	 * @param defects takes the failures that the store does not know
	 */
	public CommandExecutor(MetricRepository repository, ObjectPool<CommandExecutor> pool,
			Consumer<RuntimeException> defects) {
		this.repository = repository;
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
		this.replies.reset(frame.output());
		this.counts.clear();
		this.pending.clear();
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
		this.clientSeen = false;
		this.deferred = false;
		if (this.paused) {
			this.paused = false;
			// The puts committed meanwhile must not mix with those that follow.
			answerPending();
		}
		while (this.next < executed.to() && !this.last && !this.paused) {
			int stopped = executed.parser().read(executed.source(), this.next, sliceEnd(executed), this);
			this.last = stopped == LineParser.SESSION_ENDED;
			this.next = this.deferred ? startOfLineBefore(stopped, executed) : stopped;
			this.paused = !this.last && this.next < executed.to() && pauses();
		}
		if (executed.isCut() && !this.last && !this.paused) {
			executed.parser().cutLine(this);
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
	public boolean pauses() throws IOException {
		Turn turn = turn();
		if (this.deferred) {
			return true;
		}
		if (!turn.isOver()) {
			return false;
		}
		if (this.pending.awaitsCommit() && !turn.sharesCommits()) {
			// The next turn may have another group.
			answerPending();
		}
		return true;
	}

	@Override
	public boolean isPaused() {
		return this.paused;
	}

	@Override
	public void giveUp() {
		abandon();
	}

	CommandCounts counts() {
		return this.counts;
	}

	@Override
	public boolean awaitsCommit() {
		return this.pending.awaitsCommit();
	}

	/**
	 * Ends a frame that can't be answered. Its puts are stored or not, and counted.
	 */
	void abandon() {
		commit();
		handled();
	}

	@Override
	public void put(byte[] source, int keyOffset, int keyLength, long timestamp, double value) throws IOException {
		if (this.pending.isFull()) {
			answerPending();
		}
		CommitGroup group = turn().group();
		this.pending.put(group, source, keyOffset, keyLength, timestamp, value);
		if (group.isFull()) {
			answerPending();
		}
	}

	@Override
	public void wrong(Command command, ErrorReason reason) {
		this.pending.wrong(command, reason);
	}

	@Override
	public void get(byte[] source, int keyOffset, int keyLength) throws IOException {
		SeriesKey key = SeriesKey.of(source, keyOffset, keyLength);
		rows(Command.GET, () -> this.repository.read(key, TimeRange.ALL, this));
	}

	@Override
	public void getAll() throws IOException {
		rows(Command.GET_ALL, () -> this.repository.readAll(TimeRange.ALL, this));
	}

	@Override
	public void accept(SeriesKey key, long[] timestamps, double[] values, int from, int to) throws IOException {
		this.counts.returned(to - from);
		this.replies.rows(key, timestamps, values, from, to);
	}

	@Override
	public void writeTo(OutputStream output) throws IOException {
		answerPending();
		handled();
		this.frame = null;
		this.replies.flush();
		this.replies.reset(NOBODY);
		this.pool.giveBack(this);
	}

	@Override
	public boolean isLast() {
		return this.last;
	}

	private void rows(Command command, Reading reading) throws IOException {
		Frame executed = Objects.requireNonNull(this.frame);
		Turn turn = executed.turn();
		if (this.pending.awaitsCommit() && turn.sharesCommits()) {
			this.deferred = true;
			return;
		}
		if (!this.clientSeen) {
			executed.requireClient();
			this.clientSeen = true;
		}
		answerPending();
		long mark = this.replies.beginRows();
		turn.beginRead();
		try {
			reading.run();
			this.replies.endRows();
			this.counts.served(command, 1);
		}
		catch (RuntimeException ex) {
			report(ex);
			this.counts.failed(command, ErrorReason.STORAGE, 1);
			if (!this.replies.rollBack(mark)) {
				// Rows have left already: only a broken connection can tell the client.
				throw new ReplyCutException(ex);
			}
			this.replies.storageUnavailable(1);
		}
		finally {
			turn.endRead();
		}
	}

	// Answers the puts since the last commit, and the wrong commands between them.
	private void answerPending() throws IOException {
		commit();
		this.pending.writeTo(this.replies);
	}

	// Comes before anything is sent. A connection that sends may leave its loop, and must
	// not have puts in the group that stays behind.
	private void commit() {
		if (this.pending.awaitsCommit()) {
			Turn turn = turn();
			turn.beginCommit();
			turn.group().commit();
		}
	}

	private Turn turn() {
		return Objects.requireNonNull(this.frame).turn();
	}

	private void handled() {
		Objects.requireNonNull(this.frame).observer().frameHandled(this.counts, System.nanoTime() - this.startNanos);
	}

	// The store itself logs and shows the failures that it knows.
	private void report(RuntimeException exception) {
		if (!(exception instanceof StorageException)) {
			this.defects.accept(exception);
		}
	}

	/**
	 * Reads from the store.
	 */
	private interface Reading {

		void run() throws IOException;

	}

}
