package io.eardrum.server.command;

import java.io.IOException;
import java.util.Arrays;
import java.util.BitSet;

import org.jspecify.annotations.Nullable;

import io.eardrum.metric.PointBatch;
import io.eardrum.metric.SeriesKey;
import io.eardrum.protocol.Command;
import io.eardrum.protocol.ErrorReason;
import io.eardrum.protocol.ReplyWriter;
import io.eardrum.server.event.CommandCounts;

/**
 * The replies to the puts of a frame since its last commit, and to the wrong commands and
 * the reads between them. It is not known before the next commit which puts are stored,
 * so what is kept are the lengths of runs: some puts, some wrong commands, the rows of
 * some reads, some puts, and so on. The rows are kept as they are, a few of them. Used by
 * one thread at a time.
 */
final class PendingReplies implements CommitGroup.Member {

	/**
	 * How many runs there may be. More than these would hold a frame of many short runs
	 * twice.
	 */
	private static final int MAX_RUNS = 3 * 2048;

	/** How long the replies to reads may be together, in bytes. */
	private static final int MAX_ROWS_LENGTH = 16 * 1024;

	/** Room for the reply to a read that fails. */
	private static final int MAX_ERROR_LENGTH = 64;

	static final int PUTS = 0;

	static final int WRONG = 1;

	static final int ROWS = 2;

	private static final int KINDS = 3;

	private final CommandCounts counts;

	/** Lengths of runs, whose kinds take turns: puts, wrong commands, bytes of rows. */
	private int[] runs = new int[2 * KINDS];

	private int lastRun;

	/** Puts since the last commit. The commit decides how they are answered. */
	private int uncommitted;

	/** Where the first of those stands in its group; the others stand behind it. */
	private int firstInGroup;

	/** Those puts, while the frame reads before they are committed. */
	private final SetAsidePuts aside = new SetAsidePuts();

	/** The replies to reads, or none if there has never been one. */
	private @Nullable ReplyWriter rows;

	private boolean stored;

	/** Whether the session ends behind these replies, because the client asked for it. */
	private boolean quitting;

	/** The puts of the last commit that were refused. */
	private final BitSet refused = new BitSet();

	/** Those of them that were refused for their timestamps. */
	private final BitSet inFuture = new BitSet();

	/**
	 * Creates the replies of a frame of which nothing has been executed.
	 * @param counts counts the commands, and how they ended
	 */
	PendingReplies(CommandCounts counts) {
		this.counts = counts;
	}

	void clear() {
		this.lastRun = 0;
		this.runs[0] = 0;
		this.quitting = false;
		ReplyWriter written = this.rows;
		if (written != null) {
			written.cut(0);
		}
	}

	/**
	 * Returns whether the replies have to be {@linkplain #writeTo written} before the
	 * next command.
	 * @param kind {@link #PUTS}, {@link #WRONG} or {@link #ROWS}
	 * @return whether there is no room for another run of this kind
	 */
	boolean isFull(int kind) {
		return this.lastRun >= MAX_RUNS - KINDS && kind < this.lastRun % KINDS;
	}

	/**
	 * Adds a put, and gives it to a group.
	 * @param group the group of the turn
	 * @param source the array in which the bytes of the key stand
	 * @param keyOffset where they start
	 * @param keyLength how many there are
	 * @param timestamp the timestamp
	 * @param value the value
	 */
	void put(CommitGroup group, byte[] source, int keyOffset, int keyLength, long timestamp, double value) {
		beginRun(PUTS);
		this.runs[this.lastRun]++;
		if (this.aside.isEmpty()) {
			group.put(this, source, keyOffset, keyLength, timestamp, value);
		}
		else {
			this.aside.add(source, keyOffset, keyLength, timestamp, value);
			if (this.aside.isFull()) {
				this.aside.putBack(group, this);
			}
		}
		this.uncommitted++;
	}

	/**
	 * Takes the puts that await their commit out of their group, so that a key can be
	 * read that is none of theirs.
	 * @param group the group of the turn
	 * @param key the key
	 * @return whether it can be read; if not, the commit has to come first
	 */
	boolean setAside(CommitGroup group, SeriesKey key) {
		return (!this.aside.isEmpty() || this.aside.takeOut(group, this, this.firstInGroup))
				&& !this.aside.mayHavePut(key);
	}

	/**
	 * Puts what has been {@linkplain #setAside set aside} into a group, so that it is
	 * committed with it.
	 * @param group the group of the turn
	 */
	void join(CommitGroup group) {
		if (!this.aside.isEmpty()) {
			this.aside.putBack(group, this);
		}
	}

	/**
	 * Returns what takes the reply to a read that does not wait for the commit. The reply
	 * counts once it is {@linkplain #read(int) read}.
	 * @return the writer, or {@code null} if there is no room for another reply
	 */
	@Nullable ReplyWriter rows() {
		ReplyWriter target = this.rows;
		if (target == null) {
			target = ReplyWriter.keeping(MAX_ROWS_LENGTH);
			this.rows = target;
		}
		return (target.length() < MAX_ROWS_LENGTH - MAX_ERROR_LENGTH) ? target : null;
	}

	/**
	 * Adds the reply that has been written.
	 * @param length how long it is, in bytes
	 */
	void read(int length) {
		beginRun(ROWS);
		this.runs[this.lastRun] += length;
	}

	/**
	 * Adds a wrong command.
	 * @param command what it was meant to be
	 * @param reason what is wrong with it
	 */
	void wrong(Command command, ErrorReason reason) {
		beginRun(WRONG);
		this.runs[this.lastRun]++;
		this.counts.failed(command, reason, 1);
	}

	/**
	 * Adds a {@code quit}, which is the last command.
	 */
	void quit() {
		this.quitting = true;
		this.counts.served(Command.QUIT, 1);
	}

	private void beginRun(int kind) {
		while (this.lastRun % KINDS != kind) {
			this.lastRun++;
			if (this.lastRun == this.runs.length) {
				this.runs = Arrays.copyOf(this.runs, this.runs.length * 2);
			}
			this.runs[this.lastRun] = 0;
		}
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
		clearRefused();
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

	private void clearRefused() {
		this.refused.clear();
		this.inFuture.clear();
	}

	/**
	 * Writes the replies, and forgets them. No put may await its commit.
	 * @param target takes the replies
	 * @throws IOException if the client can't be reached
	 */
	void writeTo(ReplyWriter target) throws IOException {
		int puts = 0;
		int read = 0;
		for (int run = 0; run <= this.lastRun; run++) {
			int count = this.runs[run];
			switch (run % KINDS) {
				case PUTS -> {
					writePuts(target, puts, puts + count);
					puts += count;
				}
				case WRONG -> target.wrongCommand(count);
				default -> {
					writeRows(target, read, read + count);
					read += count;
				}
			}
		}
		if (this.quitting) {
			target.ok(1);
		}
		clearRefused();
		clear();
	}

	private void writeRows(ReplyWriter target, int from, int to) throws IOException {
		ReplyWriter written = this.rows;
		if (written != null && from < to) {
			target.copy(written, from, to);
		}
	}

	private void writePuts(ReplyWriter target, int from, int to) throws IOException {
		if (!this.stored) {
			target.storageUnavailable(to - from);
			return;
		}
		int next = from;
		while (next < to) {
			int refusal = this.refused.nextSetBit(next);
			int taken = (refusal < 0 || refusal > to) ? to : refusal;
			target.ok(taken - next);
			next = taken;
			if (next < to) {
				writeRefused(target, next++);
			}
		}
	}

	private void writeRefused(ReplyWriter target, int put) throws IOException {
		if (this.inFuture.get(put)) {
			target.timestampInFuture(1);
		}
		else {
			target.tooManySeries(1);
		}
	}

}
