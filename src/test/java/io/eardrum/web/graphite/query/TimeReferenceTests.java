package io.eardrum.web.graphite.query;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Times and spans of time as requests write them.
 */
class TimeReferenceTests {

	private static final ZoneId ZONE = ZoneId.of("Europe/Vienna");

	/** A Wednesday. */
	private static final long NOW = seconds("2026-11-25T10:30:15");

	private static long seconds(String time) {
		return LocalDateTime.parse(time).atZone(ZONE).toEpochSecond();
	}

	@ParameterizedTest
	@CsvSource({ "now, 2026-11-25T10:30:15", "'', 2026-11-25T10:30:15", "-1h, 2026-11-25T09:30:15",
			"now-1h, 2026-11-25T09:30:15", "-24hours, 2026-11-24T10:30:15", "+5min, 2026-11-25T10:35:15",
			"-1h30min, 2026-11-25T09:00:15", "-7d, 2026-11-18T10:30:15", "-2weeks, 2026-11-11T10:30:15",
			"-1mon, 2026-10-26T10:30:15", "-1y, 2025-11-25T10:30:15", "-30seconds, 2026-11-25T10:29:45",
			"today, 2026-11-25T00:00:00", "yesterday, 2026-11-24T00:00:00", "tomorrow, 2026-11-26T00:00:00",
			"midnight, 2026-11-25T00:00:00", "noon, 2026-11-25T12:00:00", "teatime, 2026-11-25T16:00:00",
			"noon_yesterday, 2026-11-24T12:00:00", "17:05, 2026-11-25T17:05:00", "5:05pm, 2026-11-25T17:05:00",
			"6am, 2026-11-25T06:00:00", "12am, 2026-11-25T00:00:00", "12pm, 2026-11-25T12:00:00",
			"12:30am_yesterday, 2026-11-24T00:30:00", "12:30pm, 2026-11-25T12:30:00", "0am, 2026-11-25T00:00:00",
			"6pm_today, 2026-11-25T18:00:00", "20261101, 2026-11-01T00:00:00", "17:05_20261101, 2026-11-01T17:05:00",
			"00:00_20260704, 2026-07-04T00:00:00", "04:00 20110501, 2011-05-01T04:00:00",
			"11/02/26, 2026-11-02T00:00:00", "11/02/2026, 2026-11-02T00:00:00", "12:30_11/02/99, 1999-11-02T12:30:00",
			"jan5, 2026-01-05T00:00:00", "january 15, 2026-01-15T00:00:00", "monday, 2026-11-23T00:00:00",
			"wed, 2026-11-25T00:00:00", "8am_sunday, 2026-11-22T08:00:00", "yesterday-2h, 2026-11-23T22:00:00",
			"20261101+1d, 2026-11-02T00:00:00" })
	void timeIsRead(String text, String expected) {
		assertThat(TimeReference.seconds(text, NOW, ZONE)).isEqualTo(seconds(expected));
	}

	@Test
	void hourThatComesTwiceIsTheSecondOne() {
		assertThat(TimeReference.seconds("02:30_20261025", NOW, ZONE))
			.isEqualTo(Instant.parse("2026-10-25T01:30:00Z").getEpochSecond());
		assertThat(TimeReference.seconds("02:30_20260329", NOW, ZONE))
			.isEqualTo(Instant.parse("2026-03-29T01:30:00Z").getEpochSecond());
	}

	@ParameterizedTest
	@CsvSource({ "utc, UTC", "gmt, GMT", "zulu, Zulu", "etc/utc, Etc/UTC", "europe/berlin, Europe/Berlin",
			"EUROPE/BERLIN, Europe/Berlin", "EST, -05:00", "mst, -07:00", "HST, -10:00", "ROC, Asia/Taipei",
			"EST5EDT, EST5EDT", "US/Eastern, US/Eastern", "CET, CET", "+02:00, +02:00" })
	void zonesAreFoundInAnyCase(String name, String zone) {
		assertThat(ZoneName.zone(name)).isEqualTo(ZoneId.of(zone));
	}

	@Test
	void unknownZoneIsNone() {
		assertThatExceptionOfType(DateTimeException.class).isThrownBy(() -> ZoneName.zone("Nowhere"));
	}

	@ParameterizedTest
	@ValueSource(longs = { 0, 5, 1_150_864_247, 19_001_399, 253_402_300_799L })
	void digitsAreSecondsUnlessTheyAreADay(long seconds) {
		assertThat(TimeReference.seconds(Long.toString(seconds), NOW, ZONE)).isEqualTo(seconds);
	}

	@ParameterizedTest
	@ValueSource(strings = { "soon", "1h", "-1", "-m", "-5m", "-1h-", "25:00", "13pm", "13:05am", "99am", "17:99",
			"20261131", "13/01/26", "jan", "feb30", "1764066600.5", "noon5", "--1h", "17:05_2026", "１７:05" })
	void whatIsNoTimeIsSaidToBeNone(String text) {
		assertThatExceptionOfType(QueryException.class).isThrownBy(() -> TimeReference.seconds(text, NOW, ZONE))
			.withMessageContaining("' is not a ");
	}

	@Test
	void millisecondsAreRefused() {
		assertThatExceptionOfType(QueryException.class)
			.isThrownBy(() -> TimeReference.seconds("1764066600000", NOW, ZONE))
			.withMessageContaining("times are in seconds");
	}

	@ParameterizedTest
	@CsvSource({ "5min, 300", "1h, 3600", "+1h, 3600", "-1d, -86400", "1d12h, 129600", "10s, 10", "2weeks, 1209600",
			"1mon, 2592000", "1year, 31536000", "0s, 0" })
	void spanIsRead(String text, long expected) {
		assertThat(TimeOffset.seconds(text)).isEqualTo(expected);
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "-", "5", "min", "5m", "5 min", "1h5", "99999999999y", "999999999999999999999s",
			"1h-5min" })
	void whatIsNoSpanIsSaidToBeNone(String text) {
		assertThatExceptionOfType(QueryException.class).isThrownBy(() -> TimeOffset.seconds(text));
	}

	@ParameterizedTest
	@CsvSource({ "2, 2, 2.0", "0.1, 0.1, 0.1", "1000000, 1e+06, 1000000.0", "1234567, 1.23457e+06, 1234567.0",
			"123456, 123456, 123456.0", "0.0001, 0.0001, 0.0001", "0.00001, 1e-05, 1e-05", "-2.5, -2.5, -2.5",
			"1e16, 1e+16, 1e+16", "1e300, 1e+300, 1e+300", "0, 0, 0.0", "100, 100, 100.0",
			"0.30000000000000004, 0.3, " + "0.30000000000000004", "999999.5, 1e+06, 999999.5" })
	void numberIsWrittenAsPythonWritesIt(double number, String brief, String exact) {
		assertThat(NumberText.brief(number)).isEqualTo(brief);
		assertThat(NumberText.exact(number)).isEqualTo(exact);
	}

}
