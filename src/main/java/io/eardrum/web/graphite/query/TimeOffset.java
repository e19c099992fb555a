package io.eardrum.web.graphite.query;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Parses spans of time such as {@code -1h}, {@code 5min} or {@code 1d12h}. A unit is
 * recognised by its first letters: s, min, h, d, w, mon (30 days), y (365 days).
 */
public final class TimeOffset {

	private static final Pattern PART = Pattern.compile("(\\d{1,11})([A-Za-z]+)");

	/** Ten thousand years. */
	public static final long MAX_SECONDS = 10_000L * 365 * 86_400;

	private TimeOffset() {
	}

	/**
	 * Parses a span of time.
	 * @param text the text, with a sign or without
	 * @return its length in seconds, negative if there is a minus
	 * @throws QueryException if it is not a span of time
	 */
	public static long seconds(String text) {
		boolean signed = text.startsWith("+") || text.startsWith("-");
		Matcher part = PART.matcher(text).region(signed ? 1 : 0, text.length());
		long seconds = 0;
		int end = signed ? 1 : 0;
		while (end < text.length() && part.find() && part.start() == end) {
			seconds += Math.multiplyExact(Long.parseLong(part.group(1)), unitSeconds(part.group(2), text));
			end = part.end();
			if (seconds > MAX_SECONDS) {
				throw new QueryException(QueryException.quoted(text) + " is more than ten thousand years.");
			}
		}
		if (end < text.length() || end == (signed ? 1 : 0)) {
			throw invalid(text);
		}
		return text.startsWith("-") ? -seconds : seconds;
	}

	private static long unitSeconds(String unit, String text) {
		if (unit.startsWith("s")) {
			return 1;
		}
		if (unit.startsWith("min")) {
			return 60;
		}
		if (unit.startsWith("h")) {
			return 3600;
		}
		if (unit.startsWith("d")) {
			return 86_400;
		}
		if (unit.startsWith("w")) {
			return 7 * 86_400;
		}
		if (unit.startsWith("mon")) {
			return 30 * 86_400;
		}
		if (unit.startsWith("y")) {
			return 365 * 86_400;
		}
		throw invalid(text);
	}

	private static QueryException invalid(String text) {
		return new QueryException(
				QueryException.quoted(text) + " is not a span of time such as 30s, 5min, 1h, 7d, 2w, 1mon or 1y.");
	}

}
