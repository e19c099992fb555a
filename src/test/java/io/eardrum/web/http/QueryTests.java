package io.eardrum.web.http;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.mock.web.MockHttpServletRequest;

import io.eardrum.budget.HeapBudget;
import io.eardrum.budget.RequestBudget;
import io.eardrum.metric.SeriesKey;
import io.eardrum.metric.TimeRange;
import io.eardrum.metric.pattern.KeyPattern;
import io.eardrum.web.http.admission.RequestMemory;
import io.eardrum.web.http.body.MinimumDataRate;
import io.eardrum.web.http.problem.RequestProblem;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNoException;

/**
 * Tests for {@link Query}, {@link TimeText} and {@link RequestProblem}.
 */
class QueryTests {

	private static final Instant NOW = Instant.ofEpochSecond(1_800_000_000);

	@ParameterizedTest
	@CsvSource({ "0,0", "-5,-5", "9223372036854775807,9223372036854775807", "-9223372036854775808,-9223372036854775808",
			"now,1800000000", "-90s,1799999910", "-5min,1799999700", "-5m,1799999700", "-1h,1799996400",
			"-7d,1799395200", "-2w,1798790400", "-1y,1768464000", "+1h,1800003600", "2006-06-21T04:30:47Z,1150864247",
			"2006-06-21T06:30:47+02:00,1150864247", "2006-06-21T06:30:47 02:00,1150864247",
			"2006-06-21T04:30:47.9Z,1150864247" })
	void readsTimes(String text, long seconds) {
		assertThat(TimeText.parse(text, NOW)).isEqualTo(seconds);
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "yesterday", "1.5", "9223372036854775808", "1h", "-1month", "-h", "-1H",
			"2006-06-21T04:30:47", "2006-06-21", "\u0661", "-9999999999s", "0x1" })
	void refusesWhatIsNoTime(String text) {
		assertThatIllegalArgumentException().isThrownBy(() -> TimeText.parse(text, NOW))
			.withMessageStartingWith("'" + text + "' is not a time such as ");
	}

	@Test
	void readsDurations() {
		assertThat(TimeText.parseDuration("90s")).isEqualTo(Duration.ofSeconds(90));
		assertThat(TimeText.parseDuration("5m")).isEqualTo(Duration.ofMinutes(5));
		assertThat(TimeText.parseDuration("2w")).isEqualTo(Duration.ofDays(14));
		for (String text : new String[] { "", "0s", "-5m", "5", "5 m", "m", "1.5h" }) {
			assertThatIllegalArgumentException().isThrownBy(() -> TimeText.parseDuration(text));
		}
	}

	@Test
	void missingParametersHaveTheirDefaults() {
		Query query = query(Map.of("empty", new String[] { "" }));
		assertThat(query.optional("empty")).isNull();
		assertThat(query.pattern("a", RequestMemory.of(HeapBudget.unlimited()))).isNull();
		assertThat(query.number("a", 7, 1, 10)).isEqualTo(7);
		assertThat(query.range("a", "b", NOW)).isEqualTo(TimeRange.ALL);
		assertThat(query.duration("a", Duration.ofDays(1))).isEqualTo(Duration.ofDays(1));
	}

	@ParameterizedTest
	@ValueSource(strings = { "0", "11", "x", "1.0", " 1", "99999999999", "-1" })
	void numbersHaveTheirBounds(String text) {
		Query query = query(Map.of("a", new String[] { text }));
		assertThatExceptionOfType(RequestProblem.class).isThrownBy(() -> query.number("a", 1, 1, 10))
			.withMessage("It must be a whole number from 1 to 10.")
			.satisfies((problem) -> assertThat(problem.toJson()).contains("\"parameter\":\"a\""));
	}

	@Test
	void unknownAndRepeatedParametersAreWrong() {
		assertThatExceptionOfType(RequestProblem.class).isThrownBy(() -> query(Map.of("limits", new String[] { "1" })))
			.withMessage("There is no such parameter here; there are a, b, empty.");
		Query query = query(Map.of("a", new String[] { "1", "2" }));
		assertThatExceptionOfType(RequestProblem.class).isThrownBy(() -> query.optional("a"))
			.withMessage("This parameter can be given only once.");
	}

	@Test
	void thereMayBeNoParametersAtAll() {
		assertThatExceptionOfType(RequestProblem.class)
			.isThrownBy(() -> Query.of(Map.of("a", new String[] { "1" }), Set.of()))
			.withMessage("There are no parameters here.");
		assertThatNoException().isThrownBy(() -> Query.of(Map.of(), Set.of()));
	}

	@Test
	void parametersThatTheContainerCannotReadAreNotWellFormed() {
		HttpServletRequest request = new HttpServletRequestWrapper(new MockHttpServletRequest()) {

			@Override
			public Map<String, String[]> getParameterMap() {
				throw new IllegalStateException("on purpose");
			}

		};
		RequestMemory memory = RequestMemory.of(HeapBudget.unlimited());
		for (ThrowingCallable read : List.<ThrowingCallable>of(() -> Query.of(request, Set.of("a")),
				() -> Query.lenient(request, new MinimumDataRate(() -> 0), memory, RequestBudget.unlimited()))) {
			assertThatExceptionOfType(RequestProblem.class).isThrownBy(read)
				.withMessage("The parameters of the request are not well-formed.");
		}
	}

	@Test
	void numbersAndDurationsAndPatternsAreRead() {
		Query query = query(
				Map.of("a", new String[] { "10" }, "b", new String[] { "90s" }, "empty", new String[] { "palm.*" }));
		assertThat(query.number("a", 1, 1, 10)).isEqualTo(10);
		assertThat(query.number("a", 1, 10, 20)).isEqualTo(10);
		assertThat(query.duration("b", Duration.ZERO)).isEqualTo(Duration.ofSeconds(90));
		RequestMemory memory = RequestMemory.of(HeapBudget.unlimited());
		KeyPattern pattern = Objects.requireNonNull(query.pattern("empty", memory));
		assertThat(pattern.matches("palm.cpu")).isTrue();
		assertThat(memory.held()).isPositive();
	}

	@Test
	void whatIsWrongIsToldInASentence() {
		Query query = query(Map.of("a", new String[] { "{" }, "b", new String[] { "soon" }));
		RequestMemory memory = RequestMemory.of(HeapBudget.unlimited());
		assertThatExceptionOfType(RequestProblem.class).isThrownBy(() -> query.pattern("a", memory))
			.withMessageMatching("'\\{' is not a pattern: .*\\.")
			.satisfies((problem) -> assertThat(problem.toJson()).contains("\"parameter\":\"a\""));
		assertThatExceptionOfType(RequestProblem.class).isThrownBy(() -> query.range("b", "empty", NOW))
			.withMessageMatching("'soon' is not a time such as .*\\.");
		assertThatExceptionOfType(RequestProblem.class).isThrownBy(() -> query.duration("b", Duration.ZERO))
			.withMessageMatching("'soon' is not a duration such as .*\\.");
	}

	@Test
	void keysAreGivenOnceEach() {
		assertThat(query(Map.of("a", new String[] { "k", "l" })).keys("a", 2)).containsExactly(SeriesKey.of("k"),
				SeriesKey.of("l"));
		assertThatKeysAreRefused("This parameter is missing.");
		assertThatKeysAreRefused("It can be given 2 times at most.", "k", "l", "m");
		assertThatKeysAreRefused("Each key can be given only once.", "k", "k");
		assertThatExceptionOfType(RequestProblem.class)
			.isThrownBy(() -> query(Map.of("a", new String[] { "" })).keys("a", 2))
			.satisfies((problem) -> assertThat(problem.getMessage()).matches("\\p{Lu}.*\\."));
	}

	private static void assertThatKeysAreRefused(String message, String... keys) {
		Query query = (keys.length > 0) ? query(Map.of("a", keys)) : query(Map.of());
		assertThatExceptionOfType(RequestProblem.class).isThrownBy(() -> query.keys("a", 2))
			.withMessage(message)
			.satisfies((problem) -> assertThat(problem.toJson()).contains("\"status\":400", "\"parameter\":\"a\""));
	}

	@Test
	void rangeThatEndsBeforeItBeginsIsWrong() {
		Query query = query(Map.of("a", new String[] { "now" }, "b", new String[] { "-1h" }));
		assertThatExceptionOfType(RequestProblem.class).isThrownBy(() -> query.range("a", "b", NOW))
			.withMessage("'a' is after 'b'.");
	}

	@Test
	void detailsOfProblemsAreJson() {
		String json = RequestProblem.parameter("\"\\\n", "\u00fc\ud83d\ude00\ud83d").toJson();
		assertThat(json).isEqualTo("{\"type\":\"about:blank\",\"title\":\"Bad Request\",\"status\":400,"
				+ "\"detail\":\"\u00fc\\ud83d\\ude00\\ud83d\",\"parameter\":\"\\\"\\\\\\n\"}");
	}

	@Test
	void problemsQuoteLittle() {
		String json = RequestProblem.parameter("\u0001".repeat(500_000), "x".repeat(498) + "\ud83d\ude00".repeat(9))
			.toJson();
		assertThat(json).contains("\"" + "x".repeat(498) + "\u2026\"")
			.contains("\\u0001".repeat(499) + "\u2026")
			.hasSizeLessThan(5_000);
		assertThat(RequestProblem.cut("y".repeat(500))).isEqualTo("y".repeat(500));
		assertThat(RequestProblem.cut("y".repeat(501))).isEqualTo("y".repeat(499) + '\u2026');
	}

	private static Query query(Map<String, String[]> parameters) {
		return Query.of(parameters, Set.of("a", "b", "empty"));
	}

}
