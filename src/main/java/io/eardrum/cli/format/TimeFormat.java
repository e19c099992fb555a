package io.eardrum.cli.format;

/**
 * How times are written in a file.
 */
public enum TimeFormat {

	/** Seconds since 1970. */
	s(1, "seconds"),

	/** Milliseconds since 1970. */
	ms(1_000, "milliseconds"),

	/** Microseconds since 1970. */
	us(1_000_000, "microseconds"),

	/** Nanoseconds since 1970. */
	ns(1_000_000_000, "nanoseconds"),

	/** Date and time as in ISO 8601, such as {@code 2026-11-22T10:00:00Z}. */
	iso(0, "");

	private final long perSecond;

	private final String unit;

	TimeFormat(long perSecond, String unit) {
		this.perSecond = perSecond;
		this.unit = unit;
	}

	long perSecond() {
		return this.perSecond;
	}

	String unit() {
		return this.unit;
	}

}
