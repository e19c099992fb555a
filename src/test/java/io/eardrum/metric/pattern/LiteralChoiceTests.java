package io.eardrum.metric.pattern;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link LiteralChoice}.
 */
class LiteralChoiceTests {

	@ParameterizedTest
	@CsvSource(delimiter = ' ',
			value = { "{a,b} a|b", "x{a,b}y xay|xby", "{a,a,b} a|b", "{a{b,c},d} ab|ac|d", "{a,b}{c,d} ac|ad|bc|bd",
					"x\\{{a,b} x{a|x{b", "{a\\,b,c} a,b|c", "{a\\{,c} a{|c", "{,a} |a", "{a}\\* a*",
					"{a}b\\\\c ab\\c" })
	void choiceOfLiteralsIsATable(String node, String literals) {
		assertThat(literals(node)).isEqualTo(List.of(literals.split("\\|", -1)));
	}

	@ParameterizedTest
	@ValueSource(strings = { "a*{b,c}", "[a]{b,c}", "{a,*}", "{a,b?}", "{a,b}*", "{a,b}\\", "{a,b", "{a\\", "{a\\}",
			"{a{b,c}", "{a,b}{c", "{a,{b,*}}" })
	void anythingElseIsNone(String node) {
		assertThat(literals(node)).isNull();
	}

	@Test
	void choicesMayBeInOneAnotherToADepth() {
		assertThat(literals("{".repeat(16) + "a" + "}".repeat(16))).containsExactly("a");
		assertThat(literals("{".repeat(17) + "a" + "}".repeat(17))).isNull();
	}

	@Test
	void tableIsNotMuchLargerThanItsText() {
		assertThat(literals("{a,b}".repeat(3))).hasSize(8);
		assertThat(literals("{a,b}".repeat(4))).isNull();
		String choice = "{a,b,c,d,e,f,g,h,i,j,k,l,m,n,o,p,q,r,s,t}";
		assertThat(literals("{x}" + choice)).hasSize(20);
		assertThat(literals("{" + "x".repeat(40) + "}" + choice)).isNull();
	}

	@Test
	void keysAreFoundByTheirMiddle() {
		LiteralChoice choice = Objects.requireNonNull(LiteralChoice.of("web{1,22}x"));
		for (String key : new String[] { "web1x", "web22x" }) {
			assertThat(matches(choice, key)).as(key).isTrue();
		}
		for (String key : new String[] { "web1", "web2x", "web", "wex", "bweb1x", "web1xx", "", "webx", "web221x" }) {
			assertThat(matches(choice, key)).as(key).isFalse();
		}
	}

	private static boolean matches(LiteralChoice choice, String key) {
		byte[] bytes = ("." + key + ".").getBytes(StandardCharsets.UTF_8);
		return choice.matches(bytes, 1, bytes.length - 1);
	}

	private static @Nullable List<String> literals(String node) {
		LiteralChoice choice = LiteralChoice.of(node);
		if (choice == null) {
			return null;
		}
		List<String> literals = new ArrayList<>();
		for (int i = 0; i < choice.size(); i++) {
			literals.add(choice.literal(i));
		}
		return literals;
	}

}
