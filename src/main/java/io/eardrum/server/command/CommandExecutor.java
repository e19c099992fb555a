package io.eardrum.server.command;

import java.io.IOException;
import java.io.OutputStream;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Objects;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;

import io.eardrum.metric.PointBatch;
import io.eardrum.metric.PointSink;
import io.eardrum.metric.SeriesKey;
import io.eardrum.metric.TimeRange;
import io.eardrum.protocol.Command;
import io.eardrum.protocol.CommandHandler;
import io.eardrum.protocol.ErrorReason;
import io.eardrum.protocol.LineParser;
import io.eardrum.protocol.ReplyWriter;
import io.eardrum.server.channel.ObjectPool;
import io.eardrum.server.event.CommandCounts;
import io.eardrum.server.event.ResetReason;
import io.eardrum.storage.MetricRepository;
import io.eardrum.storage.StorageException;

/**
 * Executes the commands of one frame after the other and collects their replies, which
 * makes it the {@link Reply} as well. It holds the memory that this takes, some 5 KiB at
 * first and 64 KiB after long replies, and so comes from an {@link ObjectPool}: a session
 * has one only from the moment its frame is complete until the reply is sent. Used by one
 * thread at a time.
 * <p>
 * Implementation note: puts go into the {@link CommitGroup} of the frame. Until that is
 * committed it is not known how they are to be answered, so what stands between two
 * commits is kept as the lengths of its runs: some puts, some wrong commands, some puts,
 * and so on. Long, for how a command is executed and how it is answered differ by these
 * runs, which both halves read and write.
 */
public final class CommandExecutor implements CommandHandler, PointSink, Reply, CommitGroup.Member {

	/** So many runs are answered at once, or a frame of many would be held twice. */
	private static final int MAX_RUNS = 4096;

	/** Bytes of puts that are read before anybody looks whose turn it is. */
	private static final int SLICE_LENGTH = 8 * 1024;

	/** Where replies go between two frames: there are none. */
	private static final OutputStream NOBODY = OutputStream.nullOutputStream();

	private final MetricRepository repository;

	private final ObjectPool<CommandExecutor> pool;

	private final Consumer<RuntimeException> defects;

	private final ReplyWriter replies = new ReplyWriter(NOBODY);

	private final CommandCounts counts = new CommandCounts();

	/** Lengths of runs of puts (at even indexes) and of wrong commands (at odd ones). */
	private int[] runs = new int[8];

	private int lastRun;

	/** Puts since the last commit; they are answered as it went. */
	private int uncommitted;

	/** Where the first of those stands in its group; the others stand behind it. */
	private int firstInGroup;

	private boolean stored;

	/** Those of the puts committed last that were refused. */
	private final BitSet refused = new BitSet();

	/** Those of them that were refused for their timestamps. */
	private final BitSet inFuture = new BitSet();

	private boolean last;

	/** Where the commands begin that have not been executed yet. */
	private int next;

	private boolean paused;

	/** Whether the command read last waits for the commit, and is to be read again. */
	private boolean deferred;

	/** Whether the client was there in this turn. */
	private boolean clientSeen;

	private long startNanos;

	private @Nullable Frame frame;

	/**
	 * Creates an executor.
	 * @param repository where the points are
	 * @param pool where this object goes when its reply has been sent
	 * @param defects is told of failures that the store does not know itself
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
	 * Executes the commands of a frame, or the first of them. Never fails: what a client
	 * must not be left waiting for becomes a reset of its connection.
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
		forgetRuns();
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

	// This doesn't go back to the pool: what is left in it is not known.
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
			// What was committed meanwhile must not mix with the puts that follow.
			answerRuns();
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
		if (this.uncommitted > 0 && !turn.sharesCommits()) {
			// It may go on in another group.
			answerRuns();
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
		return this.uncommitted > 0;
	}

	@Override
	public void joined(int index) {
		this.firstInGroup = index;
	}

	@Override
	public void committed(boolean stored, PointBatch points) {
		this.stored = stored;
		forgetRefused();
		if (stored) {
			if (points.refusedCount() > 0) {
				noteRefused(points);
			}
			this.counts.served(Command.PUT, this.uncommitted - this.refused.cardinality());
		}
		else {
			this.counts.failed(Command.PUT, ErrorReason.STORAGE, this.uncommitted);
		}
		this.uncommitted = 0;
	}

	private void noteRefused(PointBatch points) {
		for (int i = 0; i < this.uncommitted; i++) {
			PointBatch.Refusal refusal = points.refusal(this.firstInGroup + i);
			if (refusal != null) {
				this.refused.set(i);
				this.inFuture.set(i, refusal == PointBatch.Refusal.TIMESTAMP_IN_FUTURE);
				this.counts.failed(Command.PUT, ErrorReason.of(refusal), 1);
			}
		}
	}

	private void forgetRefused() {
		this.refused.clear();
		this.inFuture.clear();
	}

	/**
	 * The frame can't be answered: its puts are stored or not, and counted.
	 */
	void abandon() {
		commit();
		handled();
	}

	@Override
	public void put(byte[] source, int keyOffset, int keyLength, long timestamp, double value) throws IOException {
		if ((this.lastRun & 1) == 1) {
			nextRun();
		}
		this.runs[this.lastRun]++;
		CommitGroup group = turn().group();
		group.put(this, source, keyOffset, keyLength, timestamp, value);
		this.uncommitted++;
		if (group.isFull()) {
			answerRuns();
		}
	}

	@Override
	public void wrong(Command command, ErrorReason reason) throws IOException {
		if ((this.lastRun & 1) == 0) {
			nextRun();
		}
		this.runs[this.lastRun]++;
		this.counts.failed(command, reason, 1);
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
		answerRuns();
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
		if (this.uncommitted > 0 && turn.sharesCommits()) {
			this.deferred = true;
			return;
		}
		if (!this.clientSeen) {
			executed.requireClient();
			this.clientSeen = true;
		}
		answerRuns();
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

	// Answers the puts since the last commit, and what stood between them.
	private void answerRuns() throws IOException {
		commit();
		int runs = this.lastRun;
		int puts = 0;
		for (int run = 0; run <= runs; run++) {
			int count = this.runs[run];
			if ((run & 1) == 1) {
				this.replies.wrongCommand(count);
			}
			else {
				answerPuts(puts, puts + count);
				puts += count;
			}
		}
		forgetRefused();
		forgetRuns();
	}

	private void answerPuts(int from, int to) throws IOException {
		if (!this.stored) {
			this.replies.storageUnavailable(to - from);
			return;
		}
		int next = from;
		while (next < to) {
			int refusal = this.refused.nextSetBit(next);
			int taken = (refusal < 0 || refusal > to) ? to : refusal;
			this.replies.ok(taken - next);
			next = taken;
			if (next < to) {
				answerRefused(next++);
			}
		}
	}

	private void answerRefused(int put) throws IOException {
		if (this.inFuture.get(put)) {
			this.replies.timestampInFuture(1);
		}
		else {
			this.replies.tooManySeries(1);
		}
	}

	// Comes before anything is sent: a connection that sends may leave its loop, and must
	// not have puts in the group that stays behind then.
	private void commit() {
		if (this.uncommitted > 0) {
			turn().group().commit();
		}
	}

	private Turn turn() {
		return Objects.requireNonNull(this.frame).turn();
	}

	private void handled() {
		Objects.requireNonNull(this.frame).observer().frameHandled(this.counts, System.nanoTime() - this.startNanos);
	}

	// The store itself logs and shows what it knows to be wrong with it.
	private void report(RuntimeException exception) {
		if (!(exception instanceof StorageException)) {
			this.defects.accept(exception);
		}
	}

	private void nextRun() throws IOException {
		if (this.lastRun == MAX_RUNS - 1) {
			// Of wrong commands: puts come next, as they do in the first run.
			answerRuns();
			return;
		}
		this.lastRun++;
		if (this.lastRun == this.runs.length) {
			this.runs = Arrays.copyOf(this.runs, this.runs.length * 2);
		}
		this.runs[this.lastRun] = 0;
	}

	private void forgetRuns() {
		this.lastRun = 0;
		this.runs[0] = 0;
	}

	/**
	 * Reads from the store.
	 */
	private interface Reading {

		void run() throws IOException;

	}

}
