package io.eardrum.budget;

import java.util.Locale;

/**
 * A use of the heap. Each has a minimum, which no other use can take, and a maximum. Both
 * are in thousandths of the heap. What lies between them comes from the part that all
 * uses share.
 */
public enum HeapUse {

	/** The series that the store knows. They stay until they expire. */
	SERIES(60, 333),

	/** Points that are not yet in chunks. A checkpoint makes room for more. */
	POINTS(80, 250),

	/** What a checkpoint needs to write points into chunks. */
	CHECKPOINT(30, 60),

	/** Copies of points in memory, for reads that are in progress. */
	SNAPSHOTS(20, 125),

	/** Replies that clients have not taken yet. */
	REPLIES(30, 125),

	/** Frames that have been read from TCP and not yet answered. */
	FRAMES(40, 125),

	/** What connections hold between frames: unfinished lines and TLS records. */
	CONNECTIONS(30, 125),

	/** Bodies of HTTP requests, and the points read from them. */
	BODIES(20, 125),

	/** What requests for data hold: patterns, syntax trees, series, values. */
	QUERIES(40, 250);

	private static final int WHOLE = 1000;

	private final int minThousandths;

	private final int maxThousandths;

	HeapUse(int minThousandths, int maxThousandths) {
		this.minThousandths = minThousandths;
		this.maxThousandths = maxThousandths;
	}

	long minBytes(long heapBytes) {
		return heapBytes / WHOLE * this.minThousandths;
	}

	long maxBytes(long heapBytes) {
		return heapBytes / WHOLE * this.maxThousandths;
	}

	/**
	 * Returns the name of this use in properties, meters and messages.
	 * @return the name in lower case
	 */
	public String label() {
		return name().toLowerCase(Locale.ROOT);
	}

}
