package io.eardrum.storage;

/**
 * The latest timestamp that can be right by the server's clock: a day ahead of it, which
 * is more than time zones and clocks that are never set are off.
 * <p>
 * A point behind the horizon is stored like any other, but does not count as the last
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
