package io.eardrum.cli.argument;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import io.eardrum.protocol.number.NumberReader;

/**
 * Parses a moment as people write it: RFC 3339 ({@code 2026-11-22T10:00:00Z}), time back
 * from now ({@code -1h}; s, m, h, d, w), {@code now}, or seconds since 1970.
 */
public final class TimeBound {

	private static final Pattern RELATIVE = Pattern.compile("([+-]\\d{1,10})([smhdw])");

	private TimeBound() {
	}

	/**
	 * Parses a moment.
	 * @param text the text
	 * @param now the current time, for a relative moment
	 * @return seconds since 1970
	 * @throws IllegalArgumentException if the text is not a moment
	 */
	public static long parse(String text, Instant now) {
		Matcher relative = RELATIVE.matcher(text);
		if (relative.matches()) {
			long unit = switch (relative.group(2)) {
				case "s" -> 1;
				case "m" -> 60;
				case "h" -> 3_600;
				case "d" -> 86_400;
				default -> 604_800;
			};
			return now.getEpochSecond() + Long.parseLong(relative.group(1)) * unit;
		}
		if (text.equals("now")) {
			return now.getEpochSecond();
		}
		if (text.matches("[+-]?\\d+")) {
			return timestamp(text);
		}
		try {
			return OffsetDateTime.parse(text).toEpochSecond();
		}
		catch (DateTimeParseException ex) {
			throw new IllegalArgumentException(
					"'" + text + "' is not a time, such as 2026-11-22T10:00:00Z, -1h, now, or seconds since 1970", ex);
		}
	}

	/**
	 * Parses a timestamp as the server does.
	 * @param word a 64-bit integer
	 * @return the timestamp
	 * @throws IllegalArgumentException if it is not a timestamp
	 */
	public static long timestamp(String word) {
		byte[] bytes = word.getBytes(StandardCharsets.UTF_8);
		NumberReader reader = new NumberReader();
		if (bytes.length == 0 || reader.readTimestamp(bytes, 0, bytes.length) != bytes.length) {
			throw new IllegalArgumentException("the timestamp '" + word + "' is not a 64-bit integer");
		}
		return reader.timestamp();
	}

}
