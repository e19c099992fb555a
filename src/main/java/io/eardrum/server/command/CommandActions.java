package io.eardrum.server.command;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

import io.eardrum.budget.HeapShare;
import io.eardrum.metric.SeriesKey;
import io.eardrum.metric.TimeRange;
import io.eardrum.metric.pattern.KeyPattern;
import io.eardrum.protocol.Command;
import io.eardrum.protocol.CommandHandler;
import io.eardrum.protocol.ErrorReason;
import io.eardrum.protocol.ReplyWriter;
import io.eardrum.server.event.CommandCounts;
import io.eardrum.storage.MetricRepository;
import io.eardrum.storage.PendingRead;
import io.eardrum.storage.StorageException;

/**
 * Does what each command of a frame asks for, and writes its reply. Puts go into the
 * {@link CommitGroup} of the frame's turn, and their replies are
 * {@linkplain PendingReplies pending} until that is committed. A command that has to see
 * or to follow them waits for that commit, and is then read again. A read of a series
 * that none of them names does not wait: its reply is pending with theirs. Used by one
 * thread at a time.
 */
final class CommandActions implements CommandHandler {

	/**
	 * So many series are read before a look whether the client is there still. A look
	 * takes two system calls, which is more than a read of a short series.
	 */
	private static final int READS_BEFORE_LOOK = 16;

	private final HeapShare patterns;

	private final Consumer<RuntimeException> defects;

	private final ReplyWriter replies;

	private final CommandCounts counts = new CommandCounts();

	private final PendingReplies pending = new PendingReplies(this.counts);

	private final MetricRepository repository;

	private final SeriesRows rows;

	private final SeriesReads reads;

	private final SeriesDeletions deletions;

	/** Whether the last command waits for the commit, and has to be read again. */
	private boolean deferred;

	/** How many commands of this frame have read a series. */
	private int seriesRead;

	/** Whether the client was seen to be there in this turn. */
	private boolean clientSeen;

	private @Nullable Frame frame;

	/**
	 * Creates the actions for one frame after the other.
	 * @param repository where the points are
	 * @param patterns the memory for patterns
	 * @param defects takes the failures that the store does not know
	 * @param replies takes the replies
	 */
	CommandActions(MetricRepository repository, HeapShare patterns, Consumer<RuntimeException> defects,
			ReplyWriter replies) {
		this.repository = repository;
		this.patterns = patterns;
		this.defects = defects;
		this.replies = replies;
		this.rows = new SeriesRows(repository, replies, this.counts);
		this.reads = new SeriesReads(this.rows, replies, this.pending, this.counts, this::report);
		this.deletions = new SeriesDeletions(repository, replies, this.counts, this::report);
	}

	void begin(Frame begun) {
		this.frame = begun;
		this.counts.clear();
		this.pending.clear();
		this.deletions.clear();
		this.seriesRead = 0;
		this.reads.forget();
	}

	void end() {
		this.frame = null;
	}

	void beginTurn() {
		this.clientSeen = false;
		this.deferred = false;
	}

	/**
	 * Ends a turn: all puts that await their commit are in the group of the turn.
	 * @throws IOException if the client can't be reached
	 */
	void endTurn() throws IOException {
		CommitGroup group = turn().group();
		this.pending.join(group);
		if (group.isFull()) {
			answerPending();
		}
	}

	/**
	 * Returns whether the last command has to be read again in another turn, because it
	 * waits for a commit.
	 * @return whether it was not executed
	 */
	boolean isDeferred() {
		return this.deferred;
	}

	CommandCounts counts() {
		return this.counts;
	}

	boolean awaitsCommit() {
		return this.pending.awaitsCommit();
	}

	@Override
	public boolean pauses() throws IOException {
		Turn turn = turn();
		if (this.deferred || this.reads.begun().isFull()) {
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
	public void put(byte[] source, int keyOffset, int keyLength, long timestamp, double value) throws IOException {
		finishCollected();
		makeRoom(PendingReplies.PUTS);
		CommitGroup group = turn().group();
		this.pending.put(group, source, keyOffset, keyLength, timestamp, value);
		if (group.isFull()) {
			answerPending();
		}
	}

	@Override
	public void wrong(Command command, ErrorReason reason) throws IOException {
		finishCollected();
		makeRoom(PendingReplies.WRONG);
		this.pending.wrong(command, reason);
	}

	@Override
	public void get(byte[] source, int keyOffset, int keyLength) throws IOException {
		SeriesKey key = SeriesKey.of(source, keyOffset, keyLength);
		rowsOf(key, Command.GET, () -> this.rows.range(key, Long.MIN_VALUE, Long.MAX_VALUE),
				() -> this.repository.beginRead(key, TimeRange.ALL));
	}

	@Override
	public void getAll() throws IOException {
		rows(Command.GET_ALL, this.rows::all);
	}

	@Override
	public void range(byte[] source, int keyOffset, int keyLength, long from, long to) throws IOException {
		SeriesKey key = SeriesKey.of(source, keyOffset, keyLength);
		rowsOf(key, Command.RANGE, () -> this.rows.range(key, from, to),
				() -> (from <= to) ? this.repository.beginRead(key, new TimeRange(from, to)) : null);
	}

	@Override
	public void last(byte[] source, int keyOffset, int keyLength) throws IOException {
		SeriesKey key = SeriesKey.of(source, keyOffset, keyLength);
		rowsOf(key, Command.LAST, () -> this.rows.last(key), () -> this.repository.beginLast(key));
	}

	@Override
	public void lastOfMatching(byte[] source, int offset, int length) throws IOException {
		matching(Command.LAST, source, offset, length, this.rows::last);
	}

	@Override
	public void lastOfAll() throws IOException {
		rows(Command.LAST, this.rows::lastOfAll);
	}

	@Override
	public void key(byte[] source, int keyOffset, int keyLength) throws IOException {
		SeriesKey key = SeriesKey.of(source, keyOffset, keyLength);
		rows(Command.KEYS, () -> this.rows.key(key));
	}

	@Override
	public void keys(byte[] source, int offset, int length) throws IOException {
		matching(Command.KEYS, source, offset, length, this.rows::keys);
	}

	@Override
	public void allKeys() throws IOException {
		rows(Command.KEYS, this.rows::allKeys);
	}

	// A pattern may take a hundred times its length, and a client can send many.
	private void matching(Command command, byte[] source, int offset, int length, PatternReading reading)
			throws IOException {
		String text = new String(source, offset, length, StandardCharsets.UTF_8);
		long bytes = KeyPattern.maxBytes(text);
		if (!this.patterns.tryReserve(bytes)) {
			this.patterns.refused();
			rows(command, () -> {
				throw new StorageException("There is no memory for another pattern");
			});
			return;
		}
		try {
			KeyPattern pattern = pattern(text);
			if (pattern != null) {
				rows(command, () -> reading.run(pattern));
			}
			else {
				wrong(command, ErrorReason.BAD_PATTERN);
			}
		}
		finally {
			this.patterns.release(bytes);
		}
	}

	private static @Nullable KeyPattern pattern(String text) {
		try {
			return KeyPattern.of(text);
		}
		catch (IllegalArgumentException ex) {
			return null;
		}
	}

	@Override
	public void help(byte[] lines) throws IOException {
		rows(Command.HELP, () -> this.replies.lines(lines));
	}

	@Override
	public void quit() throws IOException {
		finishCollected();
		this.pending.quit();
	}

	@Override
	public void delete(byte[] source, int keyOffset, int keyLength, long from, long to) throws IOException {
		if (defer()) {
			return;
		}
		SeriesKey key = SeriesKey.of(source, keyOffset, keyLength);
		finishReads();
		answerPending();
		if (from == Long.MIN_VALUE && to == Long.MAX_VALUE) {
			this.deletions.collect(key, turn());
		}
		else {
			deleteCollected();
			this.deletions.delete(key, from, to, turn());
		}
	}

	/**
	 * Deletes the series of the last commands. Called before another command, and at the
	 * end of a slice.
	 * @throws IOException if the client can't be reached
	 */
	void deleteCollected() throws IOException {
		this.deletions.deleteCollected(turn());
	}

	// Returns the reads that are on their way, for whoever waits for them.
	PendingReads begunReads() {
		return this.reads.begun();
	}

	// Writes the replies to the reads that are on their way, and waits for them.
	void finishReads() throws IOException {
		this.reads.finish(turn());
	}

	// What comes now must not come between the replies of what has been collected.
	private void finishCollected() throws IOException {
		finishReads();
		deleteCollected();
	}

	// Whether a command that has to see or to follow the puts before it waits for their
	// commit.
	private boolean defer() {
		this.deferred = this.pending.awaitsCommit() && turn().sharesCommits();
		return this.deferred;
	}

	private void rows(Command command, SeriesReads.Reading reading) throws IOException {
		finishCollected();
		if (defer()) {
			return;
		}
		look();
		answerPending();
		this.reads.read(command, reading, turn());
	}

	// A read of one series, which has to follow the puts of that series alone. On a store
	// of other machines it waits for all of them, and then for its answer together with
	// the reads behind it.
	private void rowsOf(SeriesKey key, Command command, SeriesReads.Reading reading,
			Supplier<@Nullable PendingRead> beginning) throws IOException {
		deleteCollected();
		boolean beside = !this.reads.areRemote() && this.pending.awaitsCommit()
				&& !this.pending.isFull(PendingReplies.ROWS) && this.pending.setAside(turn().group(), key);
		if (!beside && defer()) {
			return;
		}
		if (this.seriesRead++ >= READS_BEFORE_LOOK) {
			look();
		}
		if (beside && (this.reads.readBeside(command, reading, turn()) || defer())) {
			return;
		}
		answerPending();
		if (!turn().awaitsReads() || !this.reads.begin(command, beginning.get())) {
			finishReads();
			this.reads.read(command, reading, turn());
		}
	}

	private void look() throws IOException {
		if (!this.clientSeen) {
			Objects.requireNonNull(this.frame).requireClient();
			this.clientSeen = true;
		}
	}

	private void makeRoom(int kind) throws IOException {
		if (this.pending.isFull(kind)) {
			answerPending();
		}
	}

	// Answers the puts since the last commit, and the wrong commands between them.
	void answerPending() throws IOException {
		commit();
		this.pending.writeTo(this.replies);
	}

	// Comes before anything is sent. A connection that sends may leave its loop, and must
	// not have puts in the group that stays behind.
	void commit() {
		if (this.pending.awaitsCommit()) {
			Turn turn = turn();
			this.pending.join(turn.group());
			turn.beginCommit();
			turn.group().commit();
		}
	}

	private Turn turn() {
		return Objects.requireNonNull(this.frame).turn();
	}

	// The store itself logs and shows the failures that it knows.
	private void report(RuntimeException exception) {
		if (!(exception instanceof StorageException)) {
			this.defects.accept(exception);
		}
	}

	/**
	 * Reads the series that match a pattern from the store.
	 */
	private interface PatternReading {

		void run(KeyPattern pattern) throws IOException;

	}

}
