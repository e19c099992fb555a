package io.eardrum.storage.embedded.head;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

import org.jspecify.annotations.Nullable;

/**
 * A part of the memory of a {@link Head}: room for some points in an array that it shares
 * with others, timestamp and bits of the value in turn.
 * <p>
 * One thread writes, any number read. What makes a point, or the next block, visible to
 * them is for the head to say.
 */
public final class HeadBlock {

	/** This object, as a JVM with compressed references lays it out. */
	static final int OBJECT_BYTES = 32;

	/** What a point takes: its timestamp and its value. */
	public static final int BYTES_PER_POINT = 2 * Long.BYTES;

	private static final VarHandle CELL = MethodHandles.arrayElementVarHandle(long[].class);

	private final long[] cells;

	private final int offset;

	private final int capacity;

	/** How many points of the head are in the blocks before this one. */
	private final int start;

	private @Nullable HeadBlock next;

	/**
	 * Creates a block.
	 * @param cells the array
	 * @param offset where its part of it starts
	 * @param capacity for how many points that has room
	 * @param start how many points of the head are in the blocks before this one
	 */
	HeadBlock(long[] cells, int offset, int capacity, int start) {
		this.cells = cells;
		this.offset = offset;
		this.capacity = capacity;
		this.start = start;
	}

	/**
	 * Returns the array, which is only to be changed by {@link #set}.
	 * @return the array itself
	 */
	public long[] cells() {
		return this.cells;
	}

	/**
	 * Returns where in the array the first point stands.
	 * @return the index of its timestamp
	 */
	int offset() {
		return this.offset;
	}

	int capacity() {
		return this.capacity;
	}

	int start() {
		return this.start;
	}

	/**
	 * Returns how many points of the head fit into this block and those before it.
	 * @return the number of points
	 */
	int end() {
		return this.start + this.capacity;
	}

	/**
	 * Returns how much memory this takes.
	 * @return the number of bytes
	 */
	int bytes() {
		return OBJECT_BYTES + this.capacity * BYTES_PER_POINT;
	}

	/**
	 * Returns the next block of the head; not to be asked before it has points.
	 * @return the block, or {@code null} if this is the last one
	 */
	public @Nullable HeadBlock next() {
		return this.next;
	}

	void setNext(HeadBlock block) {
		this.next = block;
	}

	/**
	 * Writes a point.
	 * @param index its number within the head
	 * @param timestamp its timestamp
	 * @param value its value
	 */
	void set(int index, long timestamp, double value) {
		int cell = this.offset + (index - this.start) * 2;
		this.cells[cell] = timestamp;
		this.cells[cell + 1] = Double.doubleToRawLongBits(value);
	}

	/**
	 * Replaces the value of a point that readers may be looking at: they see either one.
	 * @param index its number within the head
	 * @param value its new value
	 */
	void replace(int index, double value) {
		CELL.setRelease(this.cells, this.offset + (index - this.start) * 2 + 1, Double.doubleToRawLongBits(value));
	}

	public long timestamp(int index) {
		return this.cells[this.offset + (index - this.start) * 2];
	}

	public double value(int index) {
		return Double.longBitsToDouble(this.cells[this.offset + (index - this.start) * 2 + 1]);
	}

}
