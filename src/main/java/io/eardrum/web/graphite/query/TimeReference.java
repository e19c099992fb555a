package io.eardrum.web.graphite.query;

import java.time.DateTimeException;
import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.temporal.TemporalAdjusters;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Parses the points in time in {@code from} and {@code until}:
 * <ul>
 * <li>whole seconds since 1970;</li>
 * <li>{@code now}, or an empty text, which means the same;</li>
 * <li>a time of day ({@code 17:05}, {@code 5:05pm}, {@code 5pm}, {@code midnight},
 * {@code noon}, {@code teatime}; midnight, if it is missing), followed by a day
 * ({@code today}, {@code yesterday}, {@code tomorrow}, {@code 20261125},
 * {@code 11/25/26}, {@code nov25}, or a day of the week, which means its last occurrence;
 * today, if it is missing);</li>
 * <li>after any of these but the first, an offset ({@code -1h}, {@code +5min}).</li>
 * </ul>
 * A time that the clock shows twice, because it is set back, is the second of both, as in
 * Graphite. Underscores, commas and blanks between the parts are ignored:
 * {@code 17:05_20261125}.
 */
public final class TimeReference {

	/** The last second of the year 9999. */
	private static final long MAX_SECONDS = 253_402_300_799L;

	private static final List<String> MONTHS = List.of("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep",
			"oct", "nov", "dec");

	private static final List<String> WEEKDAYS = List.of("mon", "tue", "wed", "thu", "fri", "sat", "sun");

	private static final Pattern TIME_OF_DAY = Pattern
		.compile("(?<hour>\\d{1,2})(?::(?<minute>\\d{2})(?<half>am|pm)?|(?<onlyhalf>am|pm))|noon|midnight|teatime");

	private static final Pattern YEAR_FIRST = Pattern.compile("(\\d{4})(\\d{2})(\\d{2})");

	private static final Pattern MONTH_FIRST = Pattern.compile("(\\d{1,2})/(\\d{1,2})/(\\d{1,4})");

	private static final Pattern MONTH_NAME = Pattern.compile("([a-z]{3})[a-z]*?(\\d{1,2})");

	/** Not an hour of a day, so it is refused. */
	private static final int NO_HOUR = 24;

	private TimeReference() {
	}

	/**
	 * Parses a point in time.
	 * @param text the text
	 * @param now the present, in seconds since 1970
	 * @param zone the time zone in which days begin
	 * @return the time in seconds since 1970
	 * @throws QueryException if it is not a point in time
	 */
	public static long seconds(String text, long now, ZoneId zone) {
		String plain = text.strip().toLowerCase(Locale.ROOT).replaceAll("[_, ]", "");
		try {
			if (!plain.isEmpty() && plain.chars().allMatch((c) -> c >= '0' && c <= '9') && !isDay(plain)) {
				return inRange(Long.parseLong(plain), text);
			}
			int sign = indexOfSign(plain);
			String offset = plain.substring(sign);
			return inRange(reference(plain.substring(0, sign), now, zone)
					+ (offset.isEmpty() ? 0 : TimeOffset.seconds(offset)), text);
		}
		catch (DateTimeException | NumberFormatException ex) {
			throw invalid(text);
		}
	}

	private static int indexOfSign(String text) {
		int index = 0;
		while (index < text.length() && text.charAt(index) != '+' && text.charAt(index) != '-') {
			index++;
		}
		return index;
	}

	// Eight digits are a date if there is such a date.
	private static boolean isDay(String digits) {
		return digits.length() == 8 && Integer.parseInt(digits.substring(0, 4)) > 1900
				&& Integer.parseInt(digits.substring(4, 6)) < 13 && Integer.parseInt(digits.substring(6)) < 32;
	}

	private static long inRange(long seconds, String text) {
		if (seconds < -MAX_SECONDS || seconds > MAX_SECONDS) {
			throw new QueryException(
					QueryException.quoted(text) + " is not between the years -6061 and 9999; times are in seconds.");
		}
		return seconds;
	}

	private static long reference(String text, long now, ZoneId zone) {
		if (text.isEmpty() || text.equals("now")) {
			return now;
		}
		LocalTime time = LocalTime.MIDNIGHT;
		String day = text;
		Matcher matcher = TIME_OF_DAY.matcher(text);
		if (matcher.lookingAt() && !YEAR_FIRST.matcher(text).matches()) {
			time = timeOfDay(matcher);
			day = text.substring(matcher.end());
		}
		LocalDate today = LocalDate.ofInstant(Instant.ofEpochSecond(now), zone);
		return day(day, today, text).atTime(time).atZone(zone).withLaterOffsetAtOverlap().toEpochSecond();
	}

	private static LocalTime timeOfDay(Matcher matcher) {
		if (matcher.group("hour") == null) {
			return switch (matcher.group()) {
				case "noon" -> LocalTime.NOON;
				case "teatime" -> LocalTime.of(16, 0);
				default -> LocalTime.MIDNIGHT;
			};
		}
		int hour = Integer.parseInt(matcher.group("hour"));
		String minute = matcher.group("minute");
		String half = (matcher.group("half") != null) ? matcher.group("half") : matcher.group("onlyhalf");
		if (half != null) {
			// As on a clock: 12am is midnight, and 12pm is noon.
			hour = (hour > 12) ? NO_HOUR : hour % 12 + (half.equals("pm") ? 12 : 0);
		}
		return LocalTime.of(hour, (minute != null) ? Integer.parseInt(minute) : 0);
	}

	private static LocalDate day(String day, LocalDate today, String text) {
		return switch (day) {
			case "", "today" -> today;
			case "yesterday" -> today.minusDays(1);
			case "tomorrow" -> today.plusDays(1);
			default -> date(day, today, text);
		};
	}

	private static LocalDate date(String day, LocalDate today, String text) {
		Matcher matcher = YEAR_FIRST.matcher(day);
		if (matcher.matches()) {
			return LocalDate.of(number(matcher, 1), number(matcher, 2), number(matcher, 3));
		}
		matcher = MONTH_FIRST.matcher(day);
		if (matcher.matches()) {
			return LocalDate.of(year(number(matcher, 3)), number(matcher, 1), number(matcher, 2));
		}
		matcher = MONTH_NAME.matcher(day);
		if (matcher.matches() && MONTHS.contains(matcher.group(1))) {
			return LocalDate.of(today.getYear(), MONTHS.indexOf(matcher.group(1)) + 1, number(matcher, 2));
		}
		if (day.length() >= 3 && WEEKDAYS.contains(day.substring(0, 3))) {
			DayOfWeek weekday = DayOfWeek.of(WEEKDAYS.indexOf(day.substring(0, 3)) + 1);
			return today.with(TemporalAdjusters.previousOrSame(weekday));
		}
		throw invalid(text);
	}

	// Two digits are a year from 1970 to 2069.
	private static int year(int year) {
		int full = (year < 1900) ? year + 1900 : year;
		return (full < 1970) ? full + 100 : full;
	}

	private static int number(Matcher matcher, int group) {
		return Integer.parseInt(matcher.group(group));
	}

	private static QueryException invalid(String text) {
		return new QueryException(QueryException.quoted(text)
				+ " is not a time such as -1h, now, 1764066600, 17:05_20261125, 20261125, yesterday or noon.");
	}

}
