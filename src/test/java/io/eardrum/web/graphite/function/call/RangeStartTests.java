package io.eardrum.web.graphite.function.call;

import java.time.Instant;
import java.time.ZoneId;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import io.eardrum.storage.memory.MemoryMetricRepository;
import io.eardrum.web.fixture.TestAccounts;
import io.eardrum.web.graphite.function.Evaluation;
import io.eardrum.web.graphite.series.ValueBudget;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Where units of time begin, on a Tuesday in a zone that is not a whole number of hours
 * away.
 */
class RangeStartTests {

	private static final String FROM = "2026-12-01T10:20:30Z";

	private static Scope scope(String from, String zone) {
		long seconds = Instant.parse(from).getEpochSecond();
		return Evaluation.of(new MemoryMetricRepository(), TestAccounts.open(new ValueBudget(10_000)), List.of(),
				new Evaluation.Range(seconds, seconds + 60, ZoneId.of(zone)), 1);
	}

	@ParameterizedTest
	@CsvSource({ "seconds, 2026-12-01T10:20:30Z", "s, 2026-12-01T10:20:30Z", "minutes, 2026-12-01T10:20:00Z",
			"min, 2026-12-01T10:20:00Z", "hours, 2026-12-01T10:15:00Z", "days, 2026-11-30T18:15:00Z",
			"weeks, 2026-11-29T18:15:00Z", "weeks1, 2026-11-29T18:15:00Z", "w2, 2026-11-30T18:15:00Z",
			"weeks3, 2026-11-24T18:15:00Z", "weeks7, 2026-11-28T18:15:00Z", "months, 2026-11-30T18:15:00Z",
			"years, 2025-12-31T18:15:00Z" })
	void unitBeginsInTheZoneOfTheRequest(String unit, String start) {
		assertThat(RangeStart.isUnit(unit)).isTrue();
		assertThat(Instant.ofEpochSecond(RangeStart.of(scope(FROM, "Asia/Kathmandu"), unit))).hasToString(start);
	}

	@Test
	void dayBeginsWithItsOwnOffset() {
		Scope scope = scope("2026-10-25T12:00:00Z", "Europe/Vienna");
		assertThat(Instant.ofEpochSecond(RangeStart.of(scope, "days"))).hasToString("2026-10-24T22:00:00Z");
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "1d", "m", "weeks0", "weeks8", "days3", "x", "true", "Days" })
	void otherTextsAreNoUnits(String text) {
		assertThat(RangeStart.isUnit(text)).isFalse();
	}

}
