package io.eardrum.storage;

/**
 * The latest timestamp that is plausible by the server's clock: one day ahead of it.
 * Wrong time zones, and clocks that nobody sets, are off by less.
 * <p>
 * A point beyond the horizon is stored like any other, but it does not count as the last
 * point of its series while there is another one. Otherwise one client that sends
 * milliseconds would hide every later point of a series.
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
