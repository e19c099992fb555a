package io.eardrum.web.graphite.function.regex;

import java.util.Random;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import io.eardrum.budget.RequestEndedException;
import io.eardrum.fixture.TestSeed;
import io.eardrum.web.fixture.TestAccounts;
import io.eardrum.web.graphite.query.QueryException;
import io.eardrum.web.graphite.series.ValueBudget;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for {@link NameRegex}.
 */
class NameRegexTests {

	private final ValueBudget budget = new ValueBudget(1_000_000);

	private NameRegex regex(String regex) {
		return new NameRegex(regex, TestAccounts.open(this.budget));
	}

	@ParameterizedTest
	@CsvSource(delimiterString = " -> ", quoteCharacter = '~', textBlock = """
			^palm\\.(\\w+)\\.cpu\\d$ -> palm.web.cpu7 -> \\1 -> web
			(?i)PALM\\.(?P<host>.*) -> palm.web -> \\g<host>! -> web!
			(?<host>p.*m) -> palm.web -> [\\g<host>] -> [palm].web
			(\\d+)(ms)? -> 17 -> \\1\\2 -> 17
			m\\Z -> palm -> n -> paln
			\\bb\\b -> a.b.bb -> c -> a.c.bb
			[^.]*$ -> a.b -> x -> a.xx
			a|b -> abc -> \\\\ -> \\\\c
			(a)(b)(c)(d)(e)(f)(g)(h)(i)(j)(k) -> abcdefghijk -> \\11\\1 -> ka
			^a{,2} -> aaa -> x -> xa
			[{,2}[]+ -> a{[,2}b -> x -> axb
			[]Z-]+ -> a]Z-b -> x -> axb
			é{2}.? -> caféé! -> e -> cafe
			""")
	void expressionsOfPythonReplaceWhatTheyMatch(String regex, String name, String replacement, String replaced) {
		assertThat(regex(regex).isIn(name)).isTrue();
		assertThat(regex(regex).replaceIn(name, replacement)).isEqualTo(replaced);
	}

	@ParameterizedTest
	@CsvSource(delimiterString = " -> ", quoteCharacter = '~', textBlock = """
			^(?!web) -> a lookahead, '(?!'
			web(?=01) -> a lookahead, '(?='
			(?<!web)01 -> a lookbehind, '(?<!'
			\\\\(?<=web)01 -> a lookbehind, '(?<='
			(a)\\1 -> a reference to a group, '\\1'
			(?P<x>a)(?P=x) -> a reference to a group, '(?P='
			(a)?(?(1)b|c) -> a condition, '(?('
			""")
	void whatHasToGoBackIsRefusedByItsName(String regex, String needed) {
		assertThatExceptionOfType(QueryException.class).isThrownBy(() -> regex(regex))
			.withMessage("'" + regex + "' has " + needed + ", which is not supported, because its time has no limit.");
	}

	@ParameterizedTest
	@ValueSource(strings = { "(?:(?:(?:){2000000000}){2000000000}){2000000000}", "((a{1000}){1000}){1000}",
			"(?:(?:){1000}){1000}", "((((a{9}){9}){9}){9}){9}", "a{1000}b{1000}c{1000}d{1000}e{1000}f{1000}",
			"\\Q[\\E(?:(?:a{1000}){1000}){1000}]", "[]](?:(?:a{1000}){1000}){1000}]", "[^]](?:a{1000}){1000}",
			"[[:alpha:]](?:a{1000}){1000}[[:alpha:]]", "\\[(?:a{1000}){1000}", "(?:\\pL{1000}){1000}",
			"(((((a{0,99}){0,99})))){0,99}", "(x{1000,}){999,}", "a{1000}(?i){1000}(?s){1000}", "a{1000}?\\Q\\E{1000}",
			"(a{1000})*(?i){1000}", "(", "[", "*", "\\", "a{2,1}", "(?P<x>a)(?P<x>b)", "a++" })
	void whatIsTooLargeOrNoExpressionIsRefusedBeforeItIsMade(String regex) {
		assertThatExceptionOfType(QueryException.class).isThrownBy(() -> regex(regex))
			.withMessageMatching("(?s)'.*' is (too large: .*|not a valid regular expression: .*)");
	}

	@Test
	void longExpressionsAreRefused() {
		assertThat(regex("a".repeat(1000)).isIn("a".repeat(1000))).isTrue();
		assertThat(regex("(".repeat(499) + "a" + ")".repeat(499)).isIn("a")).isTrue();
		assertThatExceptionOfType(QueryException.class).isThrownBy(() -> regex("a".repeat(1001)))
			.withMessageContaining("at most 1000 characters");
	}

	@Test
	void sizeIsNeverEstimatedTooLow() {
		Random random = new Random(TestSeed.value());
		String[] parts = { "a", "b", ".", "(", "(?:", "(?P<x>", ")", "*", "+", "?", "{2}", "{3,}", "{0,4}", "{,5}", "|",
				"[", "]", "[^]", "[a-c]", "[[:alpha:]", "\\d", "\\pL", "\\p{Greek}", "\\Q", "\\E", "{", "}", "^", "$",
				"\\b", "(?i)", "é", "\\x{10}", "-", "\\]", "\\(", "*?", "{7}?", "{9}", "\\Q\\E", "(?s)", "(?-i)",
				"(?i:", "(?:)", "()", "{20}" };
		int valid = 0;
		for (int i = 0; i < 60_000; i++) {
			StringBuilder text = new StringBuilder();
			for (int part = random.nextInt(9); part >= 0; part--) {
				text.append(parts[random.nextInt(parts.length)]);
			}
			long size = RegexSize.of(text.toString());
			if (size < 10_000) {
				try {
					assertThat(size).as("size of %s", text)
						.isGreaterThanOrEqualTo(Pattern.compile(text.toString()).programSize());
					valid++;
				}
				catch (PatternSyntaxException ex) {
					// The estimate of what is none does not matter.
				}
			}
		}
		assertThat(valid).isGreaterThan(5_000);
	}

	@Test
	void usualExpressionsAreNotTooLarge() {
		assertThat(RegexSize.of("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")).isLessThan(150);
		assertThat(RegexSize.of("^(\\d{1,3}\\.){3}\\d{1,3}$")).isLessThan(100);
	}

	@Test
	void eachMatchIsCounted() {
		NameRegex counted = new NameRegex("(a.*b|a)", TestAccounts.open(this.budget, TestAccounts.work(20_000_000)));
		String name = "a".repeat(3000);
		assertThatExceptionOfType(RequestEndedException.class).isThrownBy(() -> counted.replaceIn(name, "x"));
		NameRegex regex = new NameRegex("(a.*b|a)", TestAccounts.open(this.budget, TestAccounts.work(20_000_000)));
		assertThat(regex.replaceIn("a".repeat(300), "x")).isEqualTo("x".repeat(300));
	}

	@Test
	void oneMatchCanNotTakeLong() {
		NameRegex regex = regex("(x+x+)+y{400}");
		assertThat(regex.isIn("x".repeat(1000))).isFalse();
		assertThatExceptionOfType(QueryException.class).isThrownBy(() -> regex.isIn("x".repeat(16_000)))
			.withMessage("'(x+x+)+y{400}' takes too long on a name of 16000 characters. Write a shorter one.");
	}

	@Test
	void memoryForTheProgramIsTakenBeforeItIsMade() {
		ValueBudget small = new ValueBudget(10_000);
		assertThatExceptionOfType(QueryException.class)
			.isThrownBy(() -> new NameRegex("a{1000}", TestAccounts.open(small)))
			.withMessageContaining("10000 values");
	}

}
