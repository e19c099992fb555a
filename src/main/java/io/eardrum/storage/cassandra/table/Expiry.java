package io.eardrum.storage.cassandra.table;

/**
 * Computes how long Cassandra is to keep a row, from the timestamps of its points and not
 * from the time of the write.
 */
public final class Expiry {

	/** The row stays for ever. */
	public static final int NEVER = 0;

	/** The row would be gone at once. */
	public static final int OVER = -1;

	/**
	 * The second after which rows can't expire in Cassandra 4, and in Cassandra 5 with
	 * its default settings: 2038-01-19T03:14:06Z.
	 */
	private static final long LAST_SECOND = Integer.MAX_VALUE - 1;

	/** The longest time to live that Cassandra takes: 20 years. */
	private static final long MAX_SECONDS = 20 * 365 * 86_400L;

	private Expiry() {
	}

	/**
	 * Returns how long a row is to live. A row that would live longer than Cassandra can
	 * express stays for ever. Reads leave its points out once they are too old, but the
	 * disk space is not freed.
	 * @param timestamp the highest timestamp of the row's points
	 * @param retentionSeconds how long the points are kept; 0 means for ever
	 * @param nowSeconds the present time, in seconds since 1970
	 * @return the time to live in seconds, {@link #NEVER} or {@link #OVER}
	 */
	public static int seconds(long timestamp, long retentionSeconds, long nowSeconds) {
		if (retentionSeconds == 0 || timestamp > LAST_SECOND) {
			return NEVER;
		}
		if (timestamp < nowSeconds - retentionSeconds) {
			return OVER;
		}
		if (retentionSeconds > MAX_SECONDS) {
			return NEVER;
		}
		// The row is still read in its last second.
		long left = retentionSeconds - (nowSeconds - timestamp) + 1;
		return (left <= MAX_SECONDS && nowSeconds + left <= LAST_SECOND) ? (int) left : NEVER;
	}

}
