package io.eardrum.metric;

import java.util.Random;
import java.util.regex.Pattern;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import io.eardrum.TestSeed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * Tests for {@link KeyPattern}.
 */
class KeyPatternTests {

	@ParameterizedTest
	@CsvSource(delimiter = ' ', quoteCharacter = '"',
			value = { "palm.cpu palm.cpu", "palm.* palm.cpu", "*.cpu palm.cpu", "*.* palm.cpu", "p*m.c*u palm.cpu",
					"*a*.cpu palm.cpu", "palm* palm", "*palm palm", "** palm", "pa?m.c?? palm.cpu", "? \u00fc",
					"? \ud83d\ude00", "[\u00e4-\u00fc] \u00fc", "[\u3042-\u3093] \u3053",
					"[\ud83d\ude00-\ud83d\ude05] \ud83d\ude01", "[a-z]alm palm", "[!a]alm palm", "[]x]a ]a", "[!]]a xa",
					"[a-]b -b", "[-a]b -b", "[a!]b !b", "[*?]b *b", "[{,}]b ,b", "{palm,oak}.cpu oak.cpu",
					"{p*,oak}.c{pu,ores} palm.cores", "x{,y}z xz", "x{,y}z xyz", "{a,b{c,d{e,f}}}g bdfg", "{[a,b],c} b",
					"a,b a,b", "a} a}", "a] a]", "\\*.\\{a \"*.{a\"", "{a\\,b,c} a,b", "*.b .b", "a..b a..b",
					"a.*.b a..b", "* \ud83d\ude00\u00fc", "[!a] \u20ac" })
	void matches(String pattern, String key) {
		assertThat(KeyPattern.of(pattern).matches(key)).isTrue();
		assertThat(KeyPattern.of(pattern).matches(SeriesKey.of(key))).isTrue();
	}

	@ParameterizedTest
	@CsvSource(delimiter = ' ', quoteCharacter = '"',
			value = { "palm.cpu palm.cpU", "palm palm.cpu", "palm.* palm", "palm.* palm.cpu.user", "* palm.cpu",
					"*.*.* palm.cpu", "p*u palm.cpu", "palm?cpu palm.cpu", "palm[!a]cpu palm.cpu", "? ab", "?? a",
					"? \u00fc\u00fc", "[b-z]alm aalm", "[!a]alm aalm", "[*]b xb", "{palm,oak}.cpu ash.cpu", "{a,b}c c",
					"x{,y}z xyyz", "a\\*b axb", "[a-c] \u00e1", "palm. palm", ".palm palm", "a* b", "*a ab" })
	void doesNotMatch(String pattern, String key) {
		assertThat(KeyPattern.of(pattern).matches(key)).isFalse();
		assertThat(KeyPattern.of(pattern).matches(SeriesKey.of(key))).isFalse();
	}

	@ParameterizedTest
	@CsvSource(delimiter = ';', quoteCharacter = '"',
			value = { "a[b; a '[' has no ']'", "a[; a '[' has no ']'", "[!; a '[' has no ']'", "[]; a '[' has no ']'",
					"{a,b; a '{' has no '}'", "{; a '{' has no '}'", "{a.b,c}; a dot stands between '{' and '}'",
					"[a.b]; a dot stands between '[' and ']'", "[z-a]; 'z-a' is no range of characters",
					"a\\; it ends with a backslash",
					"{{{{{{{{{{{{{{{{{a}}}}}}}}}}}}}}}}}; it has more than 16 braces in one another" })
	void saysWhatIsWrong(String pattern, String problem) {
		assertThatIllegalArgumentException().isThrownBy(() -> KeyPattern.of(pattern))
			.withMessage("'" + pattern + "' is no pattern: " + problem);
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "\ud83d" })
	void refusesWhatIsNoText(String pattern) {
		assertThatIllegalArgumentException().isThrownBy(() -> KeyPattern.of(pattern));
	}

	@Test
	void refusesWhatIsTooLong() {
		assertThat(KeyPattern.of("a".repeat(KeyPattern.MAX_LENGTH)).isLiteral()).isTrue();
		assertThatIllegalArgumentException().isThrownBy(() -> KeyPattern.of("a".repeat(KeyPattern.MAX_LENGTH + 1)))
			.withMessage("a pattern has at most 8192 characters");
	}

	@Test
	void choicesAreReadDownToTheirLimit() {
		assertThat(KeyPattern.of("{".repeat(16) + "a" + "}".repeat(16)).matches("a")).isTrue();
	}

	@Test
	void lastCharacterOfTheBasicPlaneIsOneCharacterOfClass() {
		assertThat(KeyPattern.of("[\uffff]").matches("\uffff")).isTrue();
	}

	@Test
	void keyThatEndsWithinCharacterDoesNoHarm() {
		SeriesKey cut = SeriesKey.of(new byte[] { 'a', (byte) 0xE2 }, 0, 2);
		assertThat(KeyPattern.of("a*").matches(cut)).isTrue();
		assertThat(KeyPattern.of("*b").matches(cut)).isFalse();
	}

	@Test
	void tellsTheOnlyKeyOfLiteralPattern() {
		assertThat(KeyPattern.of("palm.c\\*u").isLiteral()).isTrue();
		assertThat(KeyPattern.of("palm.c\\*u").literalKey()).isEqualTo(SeriesKey.of("palm.c*u"));
		assertThat(KeyPattern.of("palm.c*u").isLiteral()).isFalse();
		assertThatIllegalStateException().isThrownBy(() -> KeyPattern.of("palm.c*u").literalKey());
	}

	@Test
	void splitsIntoNodes() {
		KeyPattern pattern = KeyPattern.of("palm.{cpu,m*}.\\?");
		assertThat(pattern.nodes()).extracting(NodePattern::toString).containsExactly("palm", "{cpu,m*}", "\\?");
		assertThat(pattern.nodes()).extracting(NodePattern::isLiteral).containsExactly(true, false, true);
		assertThat(pattern.nodes().get(2).literal()).isEqualTo("?");
		assertThat(pattern.nodes().get(1).matches("mem")).isTrue();
		assertThat(pattern.nodes().get(1).matches("cpus")).isFalse();
		assertThat(pattern).hasToString("palm.{cpu,m*}.\\?");
	}

	@Test
	void matchesLikeTheSameRegularExpression() {
		long seed = TestSeed.value();
		Random random = new Random(seed);
		String[] parts = { "a", "b", "ab", "*", "?", "[ab]", "[!a]", "{a,b}", "{ab,*b,}", "{a,{b,?a}}", "." };
		String[] expressions = { "a", "b", "ab", "[^.]*", "[^.]", "[ab]", "[^a.]", "(a|b)", "(ab|[^.]*b|)",
				"(a|(b|[^.]a))", "\\." };
		for (int i = 0; i < 2_000; i++) {
			StringBuilder text = new StringBuilder();
			StringBuilder expression = new StringBuilder();
			for (int part = 0; part <= random.nextInt(6); part++) {
				int chosen = random.nextInt(parts.length);
				text.append(parts[chosen]);
				expression.append(expressions[chosen]);
			}
			KeyPattern pattern = KeyPattern.of(text.toString());
			Pattern expected = Pattern.compile(expression.toString());
			for (int j = 0; j < 20; j++) {
				StringBuilder key = new StringBuilder();
				for (int length = random.nextInt(6); length >= 0; length--) {
					key.append("ab.c".charAt(random.nextInt(4)));
				}
				assertThat(pattern.matches(key.toString())).as("seed %d: '%s' and '%s'", seed, pattern, key)
					.isEqualTo(expected.matcher(key).matches());
			}
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*b", "{*a,*aa,*aaa}{*a,*aa,*aaa}{*a,*aa,*aaa}b",
			"*a???????????????????????????????????????????b", "{{{{a*,a*},{a*,a*}}*,{{a*,a*},{a*,a*}}*}*b,*a*a*a*b}" })
	@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
	void hostilePatternsTakeBoundedTime(String pattern) {
		// Backtracking would need longer than anybody waits: the bound is generous.
		Random random = new Random(42);
		byte[] key = new byte[512];
		KeyPattern hostile = KeyPattern.of(pattern);
		for (int i = 0; i < 200; i++) {
			for (int j = 0; j < key.length; j++) {
				key[j] = (byte) ((random.nextInt(8) == 0) ? 'c' : 'a');
			}
			key[511] = 'a';
			assertThat(hostile.matches(SeriesKey.of(key, 0, key.length))).isFalse();
		}
	}

	@Test
	void longestPatternsAreRead() {
		assertThat(KeyPattern.of("*".repeat(KeyPattern.MAX_LENGTH)).matches("a".repeat(512))).isTrue();
		assertThat(KeyPattern.of("{}".repeat(KeyPattern.MAX_LENGTH / 2)).matches("a")).isFalse();
		assertThat(KeyPattern.of("*.".repeat(200) + "*").matches("a.".repeat(200) + "a")).isTrue();
		String choice = "{" + "*a,".repeat(2_000) + "*b}";
		assertThat(KeyPattern.of(choice).matches("a".repeat(511) + "b")).isTrue();
	}

	@Test
	void remembersBoundedNumberOfSteps() {
		GlobAutomaton.Builder builder = new GlobAutomaton.Builder();
		GlobAutomaton.State current = builder.add();
		current.accept((codePoint) -> true, current);
		GlobAutomaton.State next = builder.add();
		current.skipTo(next);
		for (int i = 0; i < 40; i++) {
			current = next;
			next = builder.add();
			int first = i;
			current.accept((codePoint) -> first > 0 || codePoint == 'a', next);
		}
		GlobAutomaton automaton = builder.build(next);
		Random random = new Random(42);
		byte[] key = new byte[512];
		for (int i = 0; i < 100; i++) {
			for (int j = 0; j < key.length; j++) {
				key[j] = (byte) (random.nextBoolean() ? 'a' : 'b');
			}
			assertThat(automaton.matches(key, 0, key.length)).isEqualTo(key[key.length - 40] == 'a');
		}
		assertThat(automaton.remembered()).isBetween(GlobAutomaton.MAX_REMEMBERED / 2, GlobAutomaton.MAX_REMEMBERED);
	}

}
