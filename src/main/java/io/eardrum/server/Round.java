package io.eardrum.server;

import java.util.ArrayList;
import java.util.List;

import io.eardrum.metric.PointBatch;

/**
 * The puts of frames that are executed one after the other and stored together: with one
 * commit, and so one fsync, for all of them. None of them is answered before that. Used
 * by one thread at a time.
 */
final class Round {

	/** More than this is stored at once, or a huge frame would become huge here. */
	private static final int MAX_POINTS = 16384;

	/** Enough for as many points with keys of a hundred bytes. */
	private static final long MAX_BYTES = 3 << 20;

	private PointBatch points = new PointBatch();

	/** Whose puts these are; each is told when they are stored. */
	private final List<FrameExecutor> members = new ArrayList<>();

	/**
	 * Takes a put.
	 * @param member whose it is
	 * @param source the array in which the bytes of the key stand
	 * @param keyOffset where they start
	 * @param keyLength how many there are
	 * @param timestamp the timestamp
	 * @param value the value
	 */
	void put(FrameExecutor member, byte[] source, int keyOffset, int keyLength, long timestamp, double value) {
		if (!member.awaitsCommit()) {
			this.members.add(member);
			member.joined(this.points.size());
		}
		this.points.add(source, keyOffset, keyLength, timestamp, value);
	}

	/**
	 * Tells whether it should be committed before it takes more.
	 * @return whether it is full
	 */
	boolean isFull() {
		return this.points.size() >= MAX_POINTS || heldBytes() > MAX_BYTES;
	}

	boolean isEmpty() {
		return this.members.isEmpty();
	}

	// How much memory it takes, whatever is in it, in bytes.
	long heldBytes() {
		return this.points.heldBytes();
	}

	/**
	 * Stores all puts, and tells their members. If that fails because of a defect they
	 * are told that nothing is stored, and are out of the round: it goes on with others,
	 * who must not store their puts once more.
	 */
	void commit() {
		if (this.members.isEmpty()) {
			return;
		}
		boolean stored = false;
		try {
			// They all stand before the same store.
			stored = this.members.get(0).store(this.points);
		}
		finally {
			tell(stored);
		}
	}

	private void tell(boolean stored) {
		try {
			for (int i = 0; i < this.members.size(); i++) {
				this.members.get(i).committed(stored, this.points);
			}
		}
		finally {
			this.members.clear();
			clear();
		}
	}

	// Its thread lives on, and is not to hold for ever what long keys once took.
	private void clear() {
		if (heldBytes() > MAX_BYTES) {
			this.points = new PointBatch();
		}
		else {
			this.points.clear();
		}
	}

}
