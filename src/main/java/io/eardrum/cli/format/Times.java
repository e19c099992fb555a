package io.eardrum.cli.format;

import java.nio.charset.StandardCharsets;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.format.DateTimeParseException;
import java.time.temporal.TemporalAccessor;
import java.util.Locale;

import org.jspecify.annotations.Nullable;

import io.eardrum.protocol.PlaintextTimestamp;

/**
 * Reads the times of a file as timestamps of whole seconds. Fractions of a second are
 * rounded down. Not safe for use by several threads.
 */
final class Times {

	/**
	 * The date, a T or a blank, the time, and an offset in one of three forms, or none.
	 */
	private static final DateTimeFormatter ISO = new DateTimeFormatterBuilder().parseCaseInsensitive()
		.append(DateTimeFormatter.ISO_LOCAL_DATE)
		.appendPattern("['T'][' ']")
		.append(DateTimeFormatter.ISO_LOCAL_TIME)
		.appendPattern("[' '][XXX][XX][X]")
		.toFormatter(Locale.ROOT);

	private final PlaintextTimestamp numbers = new PlaintextTimestamp();

	private final TimeFormat format;

	private final @Nullable Long fallback;

	private final @Nullable ZoneId zone;

	/**
	 * Prepares for a file.
	 * @param format how its times are written
	 * @param fallback the timestamp of what has no time, or {@code null} to reject it
	 * @param zone the zone of ISO times without an offset, or {@code null} to reject them
	 */
	Times(TimeFormat format, @Nullable Long fallback, @Nullable ZoneId zone) {
		this.format = format;
		this.fallback = fallback;
		this.zone = zone;
	}

	boolean hasFallback() {
		return this.fallback != null;
	}

	/**
	 * Reads a time.
	 * @param word the time, or nothing if there is none
	 * @return seconds since 1970
	 * @throws RejectedException if the word is not a time, or is missing
	 */
	long read(String word) throws RejectedException {
		String text = word.strip();
		if (text.isEmpty()) {
			if (this.fallback == null) {
				throw new RejectedException("the time is missing; --time gives one to what has none");
			}
			return this.fallback;
		}
		return (this.format == TimeFormat.iso) ? iso(text) : number(text);
	}

	private long number(String text) throws RejectedException {
		byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
		if (!this.numbers.read(bytes, 0, bytes.length)) {
			throw new RejectedException(
					"the time '" + text + "' is not a number of " + this.format.unit() + " since 1970 (--time-format)");
		}
		return Math.floorDiv(this.numbers.seconds(), this.format.perSecond());
	}

	private long iso(String text) throws RejectedException {
		TemporalAccessor time;
		try {
			time = ISO.parseBest(text, OffsetDateTime::from, LocalDateTime::from);
		}
		catch (DateTimeParseException ex) {
			throw new RejectedException(
					"the time '" + text + "' is not one as in ISO 8601, such as 2026-11-22T10:00:00Z (--time-format)");
		}
		if (time instanceof OffsetDateTime exact) {
			return exact.toEpochSecond();
		}
		if (this.zone == null) {
			throw new RejectedException("the time '" + text + "' has no offset, such as Z; --zone gives one");
		}
		return LocalDateTime.from(time).atZone(this.zone).toEpochSecond();
	}

}
