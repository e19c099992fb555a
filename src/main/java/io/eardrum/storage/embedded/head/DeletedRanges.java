package io.eardrum.storage.embedded.head;

import java.util.Arrays;

import org.jspecify.annotations.Nullable;

import io.eardrum.storage.embedded.codec.PointColumns;

/**
 * Ranges of timestamps in which all older points of a series have been deleted: those of
 * earlier epochs, in memory and in chunks. Immutable, and safe for any number of threads.
 */
public final class DeletedRanges {

	private static final int OBJECT_BYTES = 32;

	/** First and last timestamp of each range, ascending, with a gap between ranges. */
	private final long[] bounds;

	private DeletedRanges(long[] bounds) {
		this.bounds = bounds;
	}

	/**
	 * Returns one range.
	 * @param from its first timestamp
	 * @param to its last timestamp, not before the first
	 * @return the range
	 */
	public static DeletedRanges of(long from, long to) {
		return new DeletedRanges(new long[] { from, to });
	}

	/**
	 * Returns the union of two sets of ranges.
	 * @param one ranges, or {@code null} for none
	 * @param other other ranges, or {@code null} for none
	 * @return all of them, or {@code null} if there are none
	 */
	public static @Nullable DeletedRanges union(@Nullable DeletedRanges one, @Nullable DeletedRanges other) {
		if (one == null || other == null) {
			return (one != null) ? one : other;
		}
		DeletedRanges all = one;
		for (int i = 0; i < other.count(); i++) {
			all = all.and(other.from(i), other.to(i));
		}
		return all;
	}

	/**
	 * Returns these ranges and another one.
	 * @param from the first timestamp of the other one
	 * @param to its last timestamp
	 * @return all of them, of which those that touch have become one
	 */
	public DeletedRanges and(long from, long to) {
		long[] joined = new long[this.bounds.length + 2];
		int size = 0;
		int next = 0;
		while (next < this.bounds.length && isBefore(this.bounds[next + 1], from)) {
			joined[size++] = this.bounds[next++];
			joined[size++] = this.bounds[next++];
		}
		long first = from;
		long last = to;
		while (next < this.bounds.length && !isBefore(last, this.bounds[next])) {
			first = Math.min(first, this.bounds[next++]);
			last = Math.max(last, this.bounds[next++]);
		}
		joined[size++] = first;
		joined[size++] = last;
		while (next < this.bounds.length) {
			joined[size++] = this.bounds[next++];
		}
		return new DeletedRanges(Arrays.copyOf(joined, size));
	}

	// Returns whether there is a timestamp between the end of a range and the start of
	// another one.
	private static boolean isBefore(long end, long start) {
		return end < start && end + 1 < start;
	}

	/**
	 * Returns how many ranges there are.
	 * @return the number of ranges, at least 1
	 */
	public int count() {
		return this.bounds.length / 2;
	}

	public long from(int range) {
		return this.bounds[2 * range];
	}

	public long to(int range) {
		return this.bounds[2 * range + 1];
	}

	long bytes() {
		return OBJECT_BYTES + (long) this.bounds.length * Long.BYTES;
	}

	/**
	 * Returns whether a timestamp lies in one of the ranges.
	 * @param timestamp the timestamp
	 * @return whether it does
	 */
	public boolean contains(long timestamp) {
		return rangeOf(timestamp) >= 0;
	}

	/**
	 * Finds the range in which a timestamp lies.
	 * @param timestamp the timestamp
	 * @return the number of the range, or -1 if the timestamp lies in none
	 */
	public int rangeOf(long timestamp) {
		int low = 0;
		int high = count() - 1;
		while (low <= high) {
			int middle = (low + high) >>> 1;
			if (timestamp < from(middle)) {
				high = middle - 1;
			}
			else if (timestamp > to(middle)) {
				low = middle + 1;
			}
			else {
				return middle;
			}
		}
		return -1;
	}

	/**
	 * Removes the points in these ranges.
	 * @param points ascending points, which keep their order
	 */
	public void removeFrom(PointColumns points) {
		if (points.isEmpty() || points.last() < this.bounds[0]
				|| points.first() > this.bounds[this.bounds.length - 1]) {
			return;
		}
		int kept = 0;
		for (int i = 0; i < points.size(); i++) {
			if (!contains(points.timestamps()[i])) {
				points.timestamps()[kept] = points.timestamps()[i];
				points.values()[kept] = points.values()[i];
				kept++;
			}
		}
		points.truncate(kept);
	}

	/**
	 * Returns a visitor that passes on the points outside these ranges.
	 * @param target takes them
	 * @return the visitor
	 */
	CellVisitor without(CellVisitor target) {
		return (cells, offset, points) -> {
			int start = 0;
			for (int i = 0; i < points; i++) {
				if (contains(cells[offset + 2 * i])) {
					pass(cells, offset, start, i, target);
					start = i + 1;
				}
			}
			pass(cells, offset, start, points, target);
		};
	}

	private static void pass(long[] cells, int offset, int start, int end, CellVisitor target) {
		if (start < end) {
			target.accept(cells, offset + 2 * start, end - start);
		}
	}

}
