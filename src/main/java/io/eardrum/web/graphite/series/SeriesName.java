package io.eardrum.web.graphite.series;

import java.util.Iterator;

import io.eardrum.web.graphite.query.QueryException;

/**
 * Puts the names of series together. A function makes a name of the names that it was
 * given, and some put one in twice or as often as a request says: from call to call they
 * would double. So a name that would have more than {@value #MAX_LENGTH} characters, as
 * many as a target may have, is refused before it is made.
 */
public final class SeriesName {

	/** How many characters a name has at most. */
	public static final int MAX_LENGTH = 16_384;

	private SeriesName() {
	}

	/**
	 * Makes a name of parts.
	 * @param parts the parts, in order
	 * @return the name
	 * @throws QueryException if it would be too long
	 */
	public static String of(String... parts) {
		int length = 0;
		for (String part : parts) {
			length += part.length();
			requireLength(length);
		}
		return String.join("", parts);
	}

	/**
	 * Makes a name of parts with something between them.
	 * @param separator what stands between two parts
	 * @param parts the parts, in order
	 * @return the name
	 * @throws QueryException if it would be too long
	 */
	public static String join(String separator, Iterator<String> parts) {
		StringBuilder name = new StringBuilder();
		while (parts.hasNext()) {
			String part = parts.next();
			requireLength(name.length() + part.length());
			name.append(part).append(parts.hasNext() ? separator : "");
		}
		return name.toString();
	}

	/**
	 * Refuses a name that is too long.
	 * @param length how many characters it has, or would have
	 * @throws QueryException if they are too many
	 */
	public static void requireLength(int length) {
		if (length > MAX_LENGTH) {
			throw new QueryException("The name of a series would have more than " + MAX_LENGTH
					+ " characters. Put fewer functions into each other, or give it a shorter name with alias.");
		}
	}

}
