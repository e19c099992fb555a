package io.eardrum.storage;

/**
 * How late a timestamp may be before the server's clock says that it can't be right: a
 * day ahead, which is more than time zones and clocks that nobody sets are off.
 * <p>
 * A point behind the horizon is stored as any other is, but does not stand in for the
 * present: one client with milliseconds would otherwise hide every later point of its
 * series.
 */
public final class Horizon {

	private static final long SECONDS = 86_400;

	private Horizon() {
	}

	/**
	 * Returns the latest timestamp that is not too far ahead.
	 * @param nowSeconds the present, in seconds since 1970
	 * @return the timestamp, in seconds since 1970
	 */
	public static long of(long nowSeconds) {
		return nowSeconds + SECONDS;
	}

}
