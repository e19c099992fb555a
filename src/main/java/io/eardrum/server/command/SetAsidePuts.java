package io.eardrum.server.command;

import io.eardrum.metric.PointBatch;
import io.eardrum.metric.SeriesKey;

/**
 * The puts of a frame that reads other keys before they are committed. They are not in a
 * {@link CommitGroup} meanwhile: another thread may commit the group during a read. They
 * are few, so that a frame does not hold much besides its group. Used by one thread at a
 * time.
 */
final class SetAsidePuts {

	private static final int MAX_POINTS = 1024;

	private static final int MAX_KEY_BYTES = 64 * 1024;

	private static final int KEPT_BYTES = 16 * 1024;

	private PointBatch points = new PointBatch();

	private final KeySet keys = new KeySet();

	/** How many of the points are known to the set of keys. */
	private int known;

	boolean isEmpty() {
		return this.points.isEmpty();
	}

	/**
	 * Takes the puts of a member out of its group, unless there are too many of them.
	 * @param group the group
	 * @param member the member
	 * @param from where its first put stands
	 * @return whether they are here now
	 */
	boolean takeOut(CommitGroup group, CommitGroup.Member member, int from) {
		if (!group.isWithin(from, MAX_POINTS, MAX_KEY_BYTES)) {
			return false;
		}
		group.takeOut(member, from, this.points);
		return true;
	}

	void add(byte[] source, int keyOffset, int keyLength, long timestamp, double value) {
		this.points.add(source, keyOffset, keyLength, timestamp, value);
	}

	boolean isFull() {
		return this.points.size() >= MAX_POINTS || this.points.keyBytesLength() >= MAX_KEY_BYTES;
	}

	/**
	 * Returns whether a key may have been put.
	 * @param key the key
	 * @return {@code false} if it has certainly not
	 */
	boolean mayHavePut(SeriesKey key) {
		for (; this.known < this.points.size(); this.known++) {
			this.keys.add(this.points.keyHash(this.known));
		}
		return this.keys.mayContain(key);
	}

	/**
	 * Puts them into a group.
	 * @param group the group
	 * @param member their owner
	 */
	void putBack(CommitGroup group, CommitGroup.Member member) {
		group.putBack(member, this.points);
		this.known = 0;
		this.keys.clear();
		if (this.points.heldBytes() > KEPT_BYTES) {
			this.points = new PointBatch();
		}
	}

}
