package io.eardrum.storage.embedded.head;

/**
 * A copy of points in arrays of a size that the garbage collector handles easily. Each
 * timestamp is followed by the bits of its value.
 */
public final class CopiedCells {

	/**
	 * The points that fit, with the header of the array, into less than half of the
	 * smallest region of G1.
	 */
	public static final int ARRAY_POINTS = 32_000;

	private final long[][] arrays;

	private final int size;

	private int copied;

	/**
	 * Makes room for points, which are then {@linkplain #add added}.
	 * @param size how many points
	 */
	CopiedCells(int size) {
		this.size = size;
		this.arrays = new long[(size + ARRAY_POINTS - 1) / ARRAY_POINTS][];
		for (int i = 0; i < this.arrays.length; i++) {
			this.arrays[i] = new long[points(i) * 2];
		}
	}

	public void add(long[] cells, int offset, int points) {
		int done = 0;
		while (done < points) {
			int place = this.copied % ARRAY_POINTS;
			int some = Math.min(points - done, ARRAY_POINTS - place);
			System.arraycopy(cells, offset + done * 2, this.arrays[this.copied / ARRAY_POINTS], place * 2, some * 2);
			this.copied += some;
			done += some;
		}
	}

	int arrayCount() {
		return this.arrays.length;
	}

	long[] array(int number) {
		return this.arrays[number];
	}

	/**
	 * Returns how many points an array has.
	 * @param number the number of the array, from 0
	 * @return the number of points
	 */
	public int points(int number) {
		return Math.min(ARRAY_POINTS, this.size - number * ARRAY_POINTS);
	}

	public void visit(CellVisitor visitor) {
		for (int i = 0; i < this.arrays.length; i++) {
			visitor.accept(this.arrays[i], 0, points(i));
		}
	}

}
