package io.eardrum.web.graphite.function.call;

import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZonedDateTime;
import java.time.temporal.ChronoUnit;
import java.time.temporal.TemporalAdjusters;
import java.util.regex.Pattern;

/**
 * Moves the start of a range back to where a unit of time begins in the zone of the
 * request: a minute, a day, a month. A week begins on Monday, or on the day whose number,
 * from 1 for Monday, follows the unit ({@code weeks7}).
 */
public final class RangeStart {

	private static final Pattern UNIT = Pattern.compile("(?:s|min|h|d|mon|y)[A-Za-z]*|w[A-Za-z]*[1-7]?");

	private RangeStart() {
	}

	/**
	 * Returns whether a text is a unit of time.
	 * @param text the text
	 * @return whether {@link #of(Scope, String)} knows it
	 */
	public static boolean isUnit(String text) {
		return UNIT.matcher(text).matches();
	}

	/**
	 * Moves the start of a range back to where a unit of time begins.
	 * @param scope the range and its zone
	 * @param unit a unit of time, such as {@code hours}
	 * @return the new start in seconds since 1970
	 */
	public static long of(Scope scope, String unit) {
		ZonedDateTime from = Instant.ofEpochSecond(scope.from()).atZone(scope.zone());
		char last = unit.charAt(unit.length() - 1);
		ZonedDateTime start = switch (unit.charAt(0)) {
			case 's' -> from;
			case 'h' -> from.truncatedTo(ChronoUnit.HOURS);
			case 'm' -> unit.startsWith("mon") ? midnight(from.with(TemporalAdjusters.firstDayOfMonth()))
					: from.truncatedTo(ChronoUnit.MINUTES);
			case 'd' -> midnight(from);
			case 'w' -> midnight(from.with(TemporalAdjusters
				.previousOrSame(Character.isDigit(last) ? DayOfWeek.of(last - '0') : DayOfWeek.MONDAY)));
			default -> midnight(from.with(TemporalAdjusters.firstDayOfYear()));
		};
		return start.toEpochSecond();
	}

	private static ZonedDateTime midnight(ZonedDateTime time) {
		return time.with(LocalTime.MIDNIGHT);
	}

}
