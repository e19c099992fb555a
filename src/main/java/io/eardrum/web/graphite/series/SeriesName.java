package io.eardrum.web.graphite.series;

import java.util.Iterator;

import io.eardrum.web.graphite.query.QueryException;

/**
 * Composes the names of series. A function composes a name from the names of its
 * arguments. Some functions repeat a name twice or as often as a request says, so that
 * names would double from call to call. A name has therefore at most {@value #MAX_LENGTH}
 * characters. The name of a call that would have more is cut before it is created, and
 * that of a series that was combined from many others lists only the first ones. A name
 * that a request composes itself, as with aliasSub, is refused instead.
 */
public final class SeriesName {

	/** How many characters a name has at most. */
	public static final int MAX_LENGTH = 16_384;

	/** How many characters may surround a list of names in a name. */
	private static final int AROUND = 64;

	private static final int CUT_LENGTH = 1000;

	private static final String MORE = "...";

	private SeriesName() {
	}

	/**
	 * Composes the name of a call from parts.
	 * @param parts the parts, in order
	 * @return the name; only its beginning and three dots if it would be too long
	 */
	public static String of(String... parts) {
		StringBuilder name = new StringBuilder();
		for (String part : parts) {
			if (name.length() + part.length() > MAX_LENGTH) {
				return cut(name.append(part, 0, Math.min(part.length(), CUT_LENGTH + 1)));
			}
			name.append(part);
		}
		return name.toString();
	}

	private static String cut(StringBuilder name) {
		boolean inCharacter = Character.isLowSurrogate(name.charAt(CUT_LENGTH));
		return name.substring(0, inCharacter ? CUT_LENGTH - 1 : CUT_LENGTH) + MORE;
	}

	/**
	 * Composes a name from parts with a separator.
	 * @param separator the text between two parts
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
	 * Lists the names of series that are combined into one: all of them, or the first
	 * ones and three dots if the list would be too long for a name.
	 * @param names the names, in order
	 * @return the names with commas between them
	 */
	public static String list(Iterable<String> names) {
		StringBuilder list = new StringBuilder();
		int cut = 0;
		for (String name : names) {
			if (list.length() + name.length() > MAX_LENGTH - AROUND) {
				return (cut > 0) ? list.substring(0, cut) + MORE : of(name);
			}
			list.append(name).append(',');
			cut = (cut == 0 || list.length() <= CUT_LENGTH) ? list.length() : cut;
		}
		return list.isEmpty() ? "" : list.substring(0, list.length() - 1);
	}

	/**
	 * Refuses a name that is too long.
	 * @param length how many characters it has, or would have
	 * @throws QueryException if they are too many
	 */
	public static void requireLength(int length) {
		if (length > MAX_LENGTH) {
			throw new QueryException("The name of a series would have more than " + MAX_LENGTH
					+ " characters. Nest fewer functions, or give it a shorter name with alias.");
		}
	}

}
