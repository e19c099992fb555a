package io.eardrum.server.command;

import java.io.IOException;
import java.util.Arrays;
import java.util.BitSet;

import io.eardrum.metric.PointBatch;
import io.eardrum.protocol.Command;
import io.eardrum.protocol.ErrorReason;
import io.eardrum.protocol.ReplyWriter;
import io.eardrum.server.event.CommandCounts;

/**
 * The replies to the puts and the wrong commands of a frame since its last commit. It is
 * not known before the next commit which puts are stored, so what is kept are the lengths
 * of runs: some puts, some wrong commands, some puts, and so on. Used by one thread at a
 * time.
 */
final class PendingReplies implements CommitGroup.Member {

	/**
	 * How many runs there may be. More than these would hold a frame of many short runs
	 * twice.
	 */
	private static final int MAX_RUNS = 4096;

	private final CommandCounts counts;

	/** Lengths of runs of puts (at even indexes) and of wrong commands (at odd ones). */
	private int[] runs = new int[8];

	private int lastRun;

	/** Puts since the last commit. The commit decides how they are answered. */
	private int uncommitted;

	/** Where the first of those stands in its group; the others stand behind it. */
	private int firstInGroup;

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
	}

	/**
	 * Returns whether the replies have to be {@linkplain #writeTo written} before the
	 * next put.
	 * @return whether there is no room for another run
	 */
	boolean isFull() {
		// The last run is one of wrong commands, because it has an odd index.
		return this.lastRun == MAX_RUNS - 1;
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
		if ((this.lastRun & 1) == 1) {
			nextRun();
		}
		this.runs[this.lastRun]++;
		group.put(this, source, keyOffset, keyLength, timestamp, value);
		this.uncommitted++;
	}

	/**
	 * Adds a wrong command.
	 * @param command what it was meant to be
	 * @param reason what is wrong with it
	 */
	void wrong(Command command, ErrorReason reason) {
		if ((this.lastRun & 1) == 0) {
			nextRun();
		}
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

	private void nextRun() {
		this.lastRun++;
		if (this.lastRun == this.runs.length) {
			this.runs = Arrays.copyOf(this.runs, this.runs.length * 2);
		}
		this.runs[this.lastRun] = 0;
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
		for (int run = 0; run <= this.lastRun; run++) {
			int count = this.runs[run];
			if ((run & 1) == 1) {
				target.wrongCommand(count);
			}
			else {
				writePuts(target, puts, puts + count);
				puts += count;
			}
		}
		if (this.quitting) {
			target.ok(1);
		}
		clearRefused();
		clear();
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
