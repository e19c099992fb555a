package io.eardrum.metric.pattern;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import io.eardrum.fixture.TestSeed;
import io.eardrum.metric.SeriesKey;
import io.eardrum.metric.fixture.GlobModel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * Tests for {@link KeyPattern}.
 */
class KeyPatternTests {

	@ParameterizedTest
	@CsvSource(delimiter = ' ', quoteCharacter = '"', value = { "palm.cpu palm.cpu", "palm.* palm.cpu",
			"*.cpu palm.cpu", "*.* palm.cpu", "p*m.c*u palm.cpu", "*a*.cpu palm.cpu", "palm* palm", "*palm palm",
			"** palm", "pa?m.c?? palm.cpu", "? \u00fc", "? \ud83d\ude00", "[\u00e4-\u00fc] \u00fc",
			"[\u3042-\u3093] \u3053", "[\ud83d\ude00-\ud83d\ude05] \ud83d\ude01", "[a-z]alm palm", "[!a]alm palm",
			"[]x]a ]a", "[!]]a xa", "[a-]b -b", "[-a]b -b", "[a!]b !b", "[*?]b *b", "[{,}]b ,b",
			"{palm,oak}.cpu oak.cpu", "{p*,oak}.c{pu,ores} palm.cores", "x{,y}z xz", "x{,y}z xyz",
			"{a,b{c,d{e,f}}}g bdfg", "{[a,b],c} b", "a,b a,b", "a} a}", "a] a]", "\\*.\\{a \"*.{a\"", "{a\\,b,c} a,b",
			"*.b .b", "a..b a..b", "a.*.b a..b", "** palm", "** palm.cpu.user", "palm.** palm.cpu",
			"palm.** palm.cpu.user", "**.cpu cpu", "**.cpu palm.cpu", "**.cpu a.b.cpu", "a.**.b a.b", "a.**.b a.x.y.b",
			"a.**.b.**.c a.b.b.c.c", "**.** a", "a.**.b a.b.b", "a.**.? a.bb.c", "a.** a..", "a.x**.b a.xy.b",
			"a.***.b a.x.b", "\\*\\* **", "**.*a*.b x.y.cab.b", "* \ud83d\ude00\u00fc", "[!a] \u20ac", "?\\*? a*b",
			"?\\.b a.b", "a\\.b a.b", "a{\\*,?} a*", "[!a-cb-d]x ex", "[!\ud83d\ude00-\udbff\udfff]x ax" })
	void matches(String pattern, String key) {
		assertThat(KeyPattern.of(pattern).matches(key)).isTrue();
		assertThat(KeyPattern.of(pattern).matches(SeriesKey.of(key))).isTrue();
	}

	@ParameterizedTest
	@CsvSource(delimiter = ' ', quoteCharacter = '"',
			value = { "palm.cpu palm.cpU", "palm palm.cpu", "palm.* palm", "palm.* palm.cpu.user", "* palm.cpu",
					"*.*.* palm.cpu", "p*u palm.cpu", "palm?cpu palm.cpu", "palm[!a]cpu palm.cpu", "? ab", "?? a",
					"? \u00fc\u00fc", "[b-z]alm aalm", "[!a]alm aalm", "[*]b xb", "{palm,oak}.cpu ash.cpu", "{a,b}c c",
					"x{,y}z xyyz", "a\\*b axb", "[a-c] \u00e1", "palm. palm", ".palm palm", "a* b", "*a ab",
					"palm.** palm", "palm.** palms.cpu", "**.cpu palm.cpus", "a.**.b a.x.c", "a.**.b a", "a.**.b b",
					"a.***.b a.x.y.b", "a.**.b.**.c a.c.b", "\\*\\* a.b", "a.x**.b a.xy.z.b" })
	void doesNotMatch(String pattern, String key) {
		assertThat(KeyPattern.of(pattern).matches(key)).isFalse();
		assertThat(KeyPattern.of(pattern).matches(SeriesKey.of(key))).isFalse();
	}

	@ParameterizedTest
	@CsvSource(delimiter = ';', quoteCharacter = '"',
			value = { "a[b; a '[' has no ']'", "a[; a '[' has no ']'", "[!; a '[' has no ']'", "[]; a '[' has no ']'",
					"{a,b; a '{' has no '}'", "{; a '{' has no '}'", "{a.b,c}; a dot stands between '{' and '}'",
					"[a.b]; a dot stands between '[' and ']'", "[z-a]; 'z-a' is not a range of characters",
					"a\\; it ends with a backslash", "a*\\; it ends with a backslash",
					"{{{{{{{{{{{{{{{{{a}}}}}}}}}}}}}}}}}; it has braces nested more than 16 deep" })
	void saysWhatIsWrong(String pattern, String problem) {
		assertThatIllegalArgumentException().isThrownBy(() -> KeyPattern.of(pattern))
			.withMessage("'" + pattern + "' is not a pattern: " + problem);
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
	void longPatternsAreNotRepeatedInMessages() {
		assertThatIllegalArgumentException().isThrownBy(() -> KeyPattern.of("[" + "\ud83d\ude00".repeat(300)))
			.withMessage("'[" + "\ud83d\ude00".repeat(74) + "\u2026' is not a pattern: a '[' has no ']'");
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
		String[] parts = { "a", "b", "ab", "*", "?", "[ab]", "[!a]", "{a,b}", "{ab,*b,}", "{a,{b,?a}}", ".", ".",
				".**.", "**" };
		for (int i = 0; i < 4_000; i++) {
			// Some with so many positions that they don't fit into one word.
			int large = (i % 2) * (20 + random.nextInt(25));
			StringBuilder text = new StringBuilder("{x}".repeat(large));
			for (int part = 0; part <= random.nextInt(6); part++) {
				text.append(parts[random.nextInt(parts.length)]);
			}
			KeyPattern pattern = KeyPattern.of(text.toString());
			Pattern expected = GlobModel.regex(text.toString());
			for (int j = 0; j < 20; j++) {
				StringBuilder key = new StringBuilder("x".repeat(large));
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
	void workIsBoundedByTheSizeOfThePattern() {
		SeriesKey key = SeriesKey.of("a".repeat(511));
		assertThat(KeyPattern.of("a*.cpu").work(key)).isEqualTo(512 * 2);
		assertThat(KeyPattern.of("*.cpu").work(key)).isEqualTo(512);
		assertThat(KeyPattern.of("palm.*").work(key)).isEqualTo(1);
		assertThat(KeyPattern.of("*a" + "?".repeat(43) + "b").work(key)).isLessThanOrEqualTo(512 * 3);
		assertThat(KeyPattern.of("*a" + "?".repeat(420) + "b").work(key)).isLessThanOrEqualTo(512 * 9);
		assertThat(KeyPattern.of("**.a*b".repeat(100)).work(key)).isLessThanOrEqualTo(512 * 400);
		assertThat(KeyPattern.of("{" + "*a,".repeat(300) + "*b}").work(key)).isLessThanOrEqualTo(512 * 1100);
	}

	@Test
	void largePatternsAreReadOrRefusedInWords() {
		assertThat(KeyPattern.of("*".repeat(KeyPattern.MAX_LENGTH)).matches("a".repeat(512))).isTrue();
		assertThat(KeyPattern.of("{}".repeat(300)).matches("a")).isFalse();
		assertThat(KeyPattern.of("{}".repeat(300)).matches("")).isTrue();
		assertThat(KeyPattern.of("*.".repeat(200) + "*").matches("a.".repeat(200) + "a")).isTrue();
		assertThat(KeyPattern.of("{" + "*a,".repeat(300) + "*b}").matches("a".repeat(511) + "b")).isTrue();
		assertThat(KeyPattern.of("**.".repeat(400) + "b").matches("a.".repeat(200) + "b")).isTrue();
		String letters = IntStream.range(0, 1000)
			.mapToObj((i) -> Character.toString(0x4E00 + 2 * i))
			.collect(Collectors.joining());
		assertThat(KeyPattern.of("*" + letters).matches("x" + letters)).isTrue();
		assertThat(KeyPattern.of("[" + letters + "]*").matches(letters)).isTrue();
		for (String large : new String[] { "{*a" + ",*a".repeat(2000) + "}", "{a,b}".repeat(1600), "?".repeat(1025),
				"*" + "a".repeat(1025), "**.".repeat(1025) + "b", "**" + ".b".repeat(1025), "?b.".repeat(600) + "b",
				"[" + letters + letters + "]", "[!\u0000-\udbff\udfff]".repeat(1100) }) {
			assertThatIllegalArgumentException().isThrownBy(() -> KeyPattern.of(large))
				.withMessage(
						"the pattern is too large: the nodes with '*', '?', '[' or '{' in them have more than 1024 "
								+ "characters, choices and ranges");
		}
	}

	@ParameterizedTest
	@CsvSource(delimiter = ';',
			value = { "palm.{cpu,mem}; palm.cpu,palm.mem", "{a,b}.{c,d}; a.c,a.d,b.c,b.d",
					"web{01,02}-x.cpu; web01-x.cpu,web02-x.cpu", "{a,{b,c}d}e; ae,bde,cde", "{a,a}b; ab",
					"{a,b}{c,d}; ac,ad,bc,bd", "{,a}b; ab,b", "p\\{{\\*,\\,}}s; p{*}s,p{\\,}s", "{a}b}; ab}",
					"{ä,\ud83d\ude00}; ä,\ud83d\ude00", "palm.cpu; palm.cpu" })
	void choiceOfLiteralsIsTheKeysThatItStandsFor(String text, String expected) {
		KeyPattern pattern = KeyPattern.of(text);
		List<String> keys = pattern.keys(100).stream().map(SeriesKey::toString).sorted().toList();
		assertThat(keys).isNotEmpty().allMatch(pattern::matches);
		if (!text.contains("\\")) {
			assertThat(String.join(",", keys)).isEqualTo(expected);
		}
		for (String other : List.of("", "x", "palm.", "palm", "palm.cpux", "palm.xcpu", "e", "web01", "web0-x.cpu")) {
			assertThat(pattern.matches(other)).as(other).isFalse();
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "palm.*", "palm.{a,b*}", "{a,?}", "a[b]{c,d}", "**", "{a,b}[c]", "{}" })
	void otherPatternsStandForNoCertainKeys(String text) {
		assertThat(KeyPattern.of(text).keys(100)).isEmpty();
	}

	@Test
	void choiceOfTooManyKeysIsNotListed() {
		assertThat(KeyPattern.of("{a,b}.{a,b}.{a,b}").keys(8)).hasSize(8);
		assertThat(KeyPattern.of("{a,b}.{a,b}.{a,b}").keys(7)).isEmpty();
	}

	@Test
	void choiceHasAnyNumberOfLiterals() {
		String hosts = IntStream.range(0, 20_000).mapToObj((i) -> "frontend-" + i).collect(Collectors.joining(","));
		KeyPattern pattern = KeyPattern.of("prod.{" + hosts + "}.*", 512 * 1024);
		assertThat(pattern.matches("prod.frontend-0.cpu")).isTrue();
		assertThat(pattern.matches("prod.frontend-19999.cpu")).isTrue();
		assertThat(pattern.matches("prod.frontend-20000.cpu")).isFalse();
		assertThat(pattern.work(SeriesKey.of("prod.frontend-1.cpu"))).isLessThan(100);
		// More texts than the pattern has characters are matched one position after the
		// other.
		assertThat(KeyPattern.of("{a,b}".repeat(20)).matches("ab".repeat(10))).isTrue();
		assertThat(KeyPattern.of("{a,b}" + "x".repeat(900)).matches("a" + "x".repeat(900))).isTrue();
	}

	@Test
	void partsOfAKeyMatch() {
		assertThat(parts("a.*", "a.b.c")).containsExactly(3);
		assertThat(parts("a.b.c", "a.b.c")).containsExactly(5);
		assertThat(parts("a.b.c.d", "a.b.c")).isEmpty();
		assertThat(parts("b", "a.b.c")).isEmpty();
		assertThat(parts("a.**", "a.b.c")).containsExactly(3, 5);
		assertThat(parts("**", "a.b.c")).containsExactly(1, 3, 5);
		assertThat(parts("**.b", "a.b.b.c")).containsExactly(3, 5);
	}

	private static List<Integer> parts(String pattern, String key) {
		List<Integer> lengths = new ArrayList<>();
		KeyPattern.of(pattern).forEachMatch(SeriesKey.of(key), lengths::add);
		return lengths;
	}

	@Test
	void memoryOfAPatternIsKnownBeforeItIsRead() {
		assertThat(KeyPattern.maxBytes("palm.*.cpu")).isBetween(1_000L, 4_000L);
		assertThat(KeyPattern.maxBytes("a".repeat(KeyPattern.MAX_LENGTH))).isBetween(500_000L, 1_000_000L);
	}

}
