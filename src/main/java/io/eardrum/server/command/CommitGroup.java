package io.eardrum.server.command;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

import io.eardrum.metric.PointBatch;
import io.eardrum.storage.MetricRepository;
import io.eardrum.storage.StorageException;
import io.eardrum.storage.time.TimestampCheck;

/**
 * Collects the puts of several frames and stores them in the {@link MetricRepository}
 * with one commit, and therefore one fsync. No frame is answered before its group has
 * been committed. Used by one thread at a time.
 */
public final class CommitGroup {

	/** A group with more points is stored at once, so that a huge frame stays bounded. */
	private static final int MAX_POINTS = 16384;

	/** Enough for as many points with keys of a hundred bytes. */
	private static final long MAX_BYTES = 3 << 20;

	private final MetricRepository repository;

	private final TimestampCheck check;

	private final Consumer<RuntimeException> defects;

	private PointBatch points = new PointBatch();

	/** The owners of the puts. Each is told when they have been stored. */
	private final List<Member> members = new ArrayList<>();

	/**
	 * Creates an empty group.
	 * @param repository where its points are stored
	 * @param check puts points there, except those that are too far in the future
	 * @param defects takes the failures that the store does not know
	 */
	public CommitGroup(MetricRepository repository, TimestampCheck check, Consumer<RuntimeException> defects) {
		this.repository = repository;
		this.check = check;
		this.defects = defects;
	}

	/**
	 * Adds a put.
	 * @param member its owner
	 * @param source the array in which the bytes of the key stand
	 * @param keyOffset where they start
	 * @param keyLength how many there are
	 * @param timestamp the timestamp
	 * @param value the value
	 */
	void put(Member member, byte[] source, int keyOffset, int keyLength, long timestamp, double value) {
		if (!member.awaitsCommit()) {
			this.members.add(member);
			member.joined(this.points.size());
		}
		this.points.add(source, keyOffset, keyLength, timestamp, value);
	}

	/**
	 * Takes the puts of the last member out again, because its frame reads before they
	 * are committed. The member has no puts in the group afterwards.
	 * @param member the member
	 * @param from where its first put stands
	 * @param target takes the puts
	 */
	void takeOut(Member member, int from, PointBatch target) {
		int last = this.members.size() - 1;
		if (!this.members.get(last).equals(member)) {
			throw new IllegalStateException("Others have put points since");
		}
		this.members.remove(last);
		this.points.moveTo(from, target);
	}

	/**
	 * Adds puts that were {@linkplain #takeOut taken out} before, perhaps of another
	 * group.
	 * @param member their owner, which has no other puts in the group
	 * @param source the puts; empty afterwards
	 */
	void putBack(Member member, PointBatch source) {
		this.members.add(member);
		member.joined(this.points.size());
		source.moveTo(0, this.points);
	}

	/**
	 * Returns whether a member has put few points.
	 * @param from where its first put stands
	 * @param maxPoints how many are few
	 * @param maxKeyBytes how long their keys may be together, in bytes
	 * @return whether they are within both limits
	 */
	boolean isWithin(int from, int maxPoints, int maxKeyBytes) {
		return this.points.size() - from <= maxPoints
				&& this.points.keyBytesLength() - this.points.keyOffset(from) <= maxKeyBytes;
	}

	/**
	 * Returns whether it should be committed before more is added.
	 * @return whether it is full
	 */
	boolean isFull() {
		return this.points.size() >= MAX_POINTS || heldBytes() > MAX_BYTES;
	}

	boolean isEmpty() {
		return this.members.isEmpty();
	}

	/**
	 * Frees the memory that it takes, if it is empty.
	 */
	public void shrink() {
		if (isEmpty()) {
			this.points = new PointBatch();
		}
	}

	// Returns how much memory it takes, whatever its content, in bytes.
	public long heldBytes() {
		return this.points.heldBytes();
	}

	/**
	 * Stores all puts, and tells their owners. If that fails because of a defect, they
	 * are told that nothing has been stored, and leave the group. The next commit must
	 * not store these puts once more.
	 */
	public void commit() {
		if (this.members.isEmpty()) {
			return;
		}
		boolean stored = false;
		try {
			stored = store();
		}
		finally {
			tell(stored);
		}
	}

	// The store itself logs and shows the failures that it knows.
	private boolean store() {
		try {
			this.check.put(this.points, this.repository);
			return true;
		}
		catch (StorageException ex) {
			return false;
		}
		catch (RuntimeException ex) {
			this.defects.accept(ex);
			return false;
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

	// The thread of the group lives on. It must not hold for ever what long keys once
	// took.
	private void clear() {
		if (heldBytes() > MAX_BYTES) {
			this.points = new PointBatch();
		}
		else {
			this.points.clear();
		}
	}

	/**
	 * The owner of puts in a group.
	 */
	interface Member {

		/**
		 * Returns whether it has puts in the group.
		 * @return whether some have not been committed yet
		 */
		boolean awaitsCommit();

		/**
		 * Called before its first put in the group.
		 * @param index where it stands in the batch of the group
		 */
		void joined(int index);

		/**
		 * Called after its puts have been committed.
		 * @param stored whether they are stored, except those that were refused
		 * @param points the puts of the group
		 */
		void committed(boolean stored, PointBatch points);

	}

}
