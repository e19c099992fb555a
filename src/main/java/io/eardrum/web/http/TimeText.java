package io.eardrum.web.http;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Parses the times and durations in requests.
 */
public final class TimeText {

	private static final Pattern RELATIVE = Pattern.compile("([+-]?)(\\d{1,9})(s|m|min|h|d|w|y)");

	private static final Pattern SECONDS = Pattern.compile("[+-]?[0-9]+");

	private TimeText() {
	}

	/**
	 * Parses a time: seconds since 1970, RFC 3339 ({@code 2026-11-25T10:00:00Z}),
	 * {@code now}, or a time relative to now ({@code -90s}, {@code -5min}, {@code -1h},
	 * {@code -7d}, {@code -2w}, {@code -1y}, where a year has 365 days).
	 * @param text the text
	 * @param now the present
	 * @return seconds since 1970
	 * @throws IllegalArgumentException if it is not a time; the message says so
	 */
	public static long parse(String text, Instant now) {
		// In a query, a plus sign that was not encoded arrives as a blank.
		String time = text.replace(' ', '+');
		try {
			if (time.equals("now")) {
				return now.getEpochSecond();
			}
			Matcher relative = RELATIVE.matcher(time);
			if (relative.matches() && !relative.group(1).isEmpty()) {
				long seconds = seconds(relative);
				return now.getEpochSecond() + (relative.group(1).equals("-") ? -seconds : seconds);
			}
			if (SECONDS.matcher(time).matches()) {
				return Long.parseLong(time);
			}
			return OffsetDateTime.parse(time).toEpochSecond();
		}
		catch (DateTimeException | NumberFormatException ex) {
			throw new IllegalArgumentException(
					"'" + text + "' is not a time such as seconds since 1970, 2026-11-25T10:00:00Z, now, or -5min, "
							+ "with s, min, h, d, w or y",
					ex);
		}
	}

	/**
	 * Parses a duration such as {@code 90s}, {@code 5m}, {@code 1h} or {@code 7d}.
	 * @param text the text
	 * @return the duration, longer than zero
	 * @throws IllegalArgumentException if it is not a duration; the message says so
	 */
	public static Duration parseDuration(String text) {
		Matcher matcher = RELATIVE.matcher(text);
		if (matcher.matches() && matcher.group(1).isEmpty()) {
			long seconds = seconds(matcher);
			if (seconds > 0) {
				return Duration.ofSeconds(seconds);
			}
		}
		throw new IllegalArgumentException("'" + text + "' is not a duration such as 90s, 5m, 1h, 7d, 2w or 1y");
	}

	private static long seconds(Matcher matcher) {
		long unit = switch (matcher.group(3)) {
			case "s" -> 1;
			case "m", "min" -> 60;
			case "h" -> 3_600;
			case "d" -> 86_400;
			case "w" -> 604_800;
			default -> 31_536_000;
		};
		return Long.parseLong(matcher.group(2)) * unit;
	}

}
