package io.eardrum.storage.embedded.head;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

import org.jspecify.annotations.Nullable;

/**
 * A part of the memory of a {@link Head}: room for some points in an array that it shares
 * with other blocks. Each timestamp is followed by the bits of its value.
 * <p>
 * One thread writes, and any number of threads read. The head makes a point, or the next
 * block, visible to readers.
 */
public final class HeadBlock {

	/** The size of this object in a JVM with compressed references. */
	static final int OBJECT_BYTES = 32;

	/** The memory of a point: its timestamp and its value. */
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
	 * @param offset the index in the array at which the block starts
	 * @param capacity for how many points the block has room
	 * @param start how many points of the head are in the blocks before this one
	 */
	HeadBlock(long[] cells, int offset, int capacity, int start) {
		this.cells = cells;
		this.offset = offset;
		this.capacity = capacity;
		this.start = start;
	}

	/**
	 * Returns the array, which must only be changed by {@link #set} and {@link #replace}.
	 * @return the array itself, not a copy
	 */
	public long[] cells() {
		return this.cells;
	}

	/**
	 * Returns where the first point stands in the array.
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
	 * Returns how much memory the block takes.
	 * @return the number of bytes
	 */
	int bytes() {
		return OBJECT_BYTES + this.capacity * BYTES_PER_POINT;
	}

	/**
	 * Returns the next block of the head. Must not be called before that block has
	 * points.
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
	 * Replaces the value of a point that readers may be looking at. They see either the
	 * old or the new value.
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
