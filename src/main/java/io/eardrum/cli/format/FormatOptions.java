package io.eardrum.cli.format;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.ZoneId;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

import io.eardrum.cli.argument.TimeBound;
import io.eardrum.cli.transfer.PointReader;

/**
 * The options that say what a file contains.
 */
public final class FormatOptions {

	private static final String UNSET = Option.NULL_VALUE;

	@Option(names = "--format", defaultValue = "text", paramLabel = "FORMAT",
			description = "One of ${COMPLETION-CANDIDATES} (${DEFAULT-VALUE}).")
	private ImportFormat format = ImportFormat.text;

	@Option(names = "--time", defaultValue = UNSET, paramLabel = "TIME",
			description = { "The time of what has none, which is rejected otherwise:",
					"2026-11-22T10:00:00Z, -1h, now, or seconds since 1970." })
	private @Nullable String time;

	@Option(names = "--time-format", defaultValue = UNSET, paramLabel = "s|ms|us|ns|iso",
			description = "How times are written: csv s, influx ns, prometheus ms, if not given.")
	private @Nullable TimeFormat timeFormat;

	@Option(names = "--zone", defaultValue = UNSET, paramLabel = "ZONE",
			description = "The zone of iso times without an offset, such as UTC or Europe/Berlin.")
	private @Nullable String zone;

	@Option(names = "--blank", defaultValue = UNSET, paramLabel = "CHARACTER",
			description = "Replaces each blank in keys, which are rejected otherwise.")
	private @Nullable String blank;

	@Option(names = "--key-column", defaultValue = UNSET, paramLabel = "NAME",
			description = "The column of csv that has the key (key).")
	private @Nullable String keyColumn;

	@Option(names = "--value-column", defaultValue = UNSET, paramLabel = "NAME",
			description = "The column that has the value (value).")
	private @Nullable String valueColumn;

	@Option(names = "--time-column", defaultValue = UNSET, paramLabel = "NAME",
			description = "The column that has the time (timestamp, time or Time).")
	private @Nullable String timeColumn;

	@Option(names = "--wide", description = "Each column of csv but the time is a series of its name.")
	private boolean wide;

	@Option(names = "--delimiter", defaultValue = UNSET, paramLabel = "CHARACTER",
			description = "What separates the columns of csv, or 'tab' (,).")
	private @Nullable String delimiter;

	/**
	 * Creates a reader of the format.
	 * @param now the current time
	 * @return the reader
	 * @throws IllegalArgumentException if the options don't go together, or one has a
	 * value that it can't have
	 */
	public PointReader reader(Instant now) {
		boolean hasColumns = this.keyColumn != null || this.valueColumn != null || this.timeColumn != null || this.wide
				|| this.delimiter != null;
		if (hasColumns && this.format != ImportFormat.csv) {
			throw new IllegalArgumentException(
					"--key-column, --value-column, --time-column, --wide and --delimiter are for --format csv");
		}
		if (this.format == ImportFormat.text) {
			if (this.time != null || this.timeFormat != null || this.zone != null || this.blank != null) {
				throw new IllegalArgumentException(
						"--time, --time-format, --zone and --blank are for --format csv, influx or prometheus");
			}
			return new TextReader();
		}
		if (this.wide && (this.keyColumn != null || this.valueColumn != null)) {
			throw new IllegalArgumentException(
					"--wide takes each column for a series, and no --key-column or " + "--value-column");
		}
		if (this.zone != null && this.timeFormat != TimeFormat.iso) {
			throw new IllegalArgumentException("--zone is for --time-format iso");
		}
		return switch (this.format) {
			case influx -> new InfluxReader(times(TimeFormat.ns, now), keys());
			case prometheus -> new PrometheusReader(times(TimeFormat.ms, now), keys());
			default -> new CsvPointReader(csv(), times(TimeFormat.s, now), keys());
		};
	}

	private Times times(TimeFormat usual, Instant now) {
		return new Times((this.timeFormat != null) ? this.timeFormat : usual,
				(this.time != null) ? TimeBound.parse(this.time, now) : null, zone());
	}

	private @Nullable ZoneId zone() {
		try {
			return (this.zone != null) ? ZoneId.of(this.zone) : null;
		}
		catch (DateTimeException ex) {
			throw new IllegalArgumentException(
					"--zone is '" + this.zone + "', not a time zone, such as UTC or Europe/Berlin", ex);
		}
	}

	private Keys keys() {
		if (this.blank == null) {
			return new Keys(null);
		}
		if (this.blank.length() != 1 || this.blank.charAt(0) <= ' ' || this.blank.charAt(0) == 0x7F) {
			throw new IllegalArgumentException("--blank is '" + this.blank + "', not one character, such as _");
		}
		return new Keys(this.blank.charAt(0));
	}

	private CsvColumns.Options csv() {
		return new CsvColumns.Options((this.keyColumn != null) ? this.keyColumn : "key",
				(this.valueColumn != null) ? this.valueColumn : "value", this.timeColumn, this.wide, separator());
	}

	private char separator() {
		String text = (this.delimiter != null) ? this.delimiter : ",";
		if (text.equals("tab")) {
			return '\t';
		}
		if (text.length() != 1 || "\"\r\n".contains(text)) {
			throw new IllegalArgumentException("--delimiter is '" + text + "', not one character, such as ; or tab");
		}
		return text.charAt(0);
	}

}
