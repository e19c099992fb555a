package io.eardrum.cli.load;

import java.util.Locale;

/**
 * The kind of load.
 */
public enum LoadMode {

	/** Each connection puts some points in one write, and waits for all replies. */
	WINDOW,

	/** Each connection puts without waiting, and reads the replies as they arrive. */
	STREAM,

	/** One connection reads all points once. */
	GET_ALL;

	String text() {
		return name().toLowerCase(Locale.ROOT).replace('_', '-');
	}

}
