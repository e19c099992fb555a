package io.eardrum.cli.load;

import java.util.Locale;

/**
 * What a load generator does.
 */
public enum LoadMode {

	/** Each connection puts some points in one write, and waits for all replies. */
	WINDOW,

	/** Each connection puts without waiting, and reads the replies as they come. */
	STREAM,

	/** One connection reads all points once. */
	GET_ALL;

	String text() {
		return name().toLowerCase(Locale.ROOT).replace('_', '-');
	}

}
