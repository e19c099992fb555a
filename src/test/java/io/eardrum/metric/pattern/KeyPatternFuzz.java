package io.eardrum.metric.pattern;

import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;

import io.eardrum.metric.fixture.GlobModel;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A target for the fuzzer: {@link KeyPattern} takes the patterns that {@link GlobModel}
 * takes, and they match the keys that its regular expressions match.
 */
public final class KeyPatternFuzz {

	/** The regular expressions go back and try again, which takes exponentially long. */
	private static final int MAX_LENGTH = 24;

	private static final int MAX_COMPARED_STARS = 4;

	private KeyPatternFuzz() {
	}

	/**
	 * Tries one input: a pattern, a line end, and keys with line ends between them.
	 * @param data the input, in UTF-8
	 */
	public static void fuzzerTestOneInput(byte[] data) {
		String[] texts = new String(data, StandardCharsets.UTF_8).split("\n", -1);
		String text = texts[0];
		if (text.isEmpty() || text.length() > MAX_LENGTH) {
			return;
		}
		Pattern expected = expected(text);
		KeyPattern pattern;
		try {
			pattern = KeyPattern.of(text);
		}
		catch (IllegalArgumentException ex) {
			assertThat(expected).as("%s: %s", text, ex.getMessage()).isNull();
			return;
		}
		assertThat(expected).as("%s is a pattern", text).isNotNull();
		if (expected == null) {
			return;
		}
		// A regular expression with many of them takes for ever; the pattern must not.
		boolean comparable = text.chars().filter((character) -> character == '*').count() <= MAX_COMPARED_STARS;
		for (int i = 1; i < texts.length; i++) {
			String key = texts[i];
			if (key.length() <= MAX_LENGTH && !comparable) {
				boolean matches = pattern.matches(key);
				assertThat(pattern.matches(key)).isEqualTo(matches);
			}
			else if (key.length() <= MAX_LENGTH) {
				boolean matches = expected.matcher(key).matches();
				assertThat(pattern.matches(key)).as("%s matches %s", text, key).isEqualTo(matches);
				// A second time, with what was remembered.
				assertThat(pattern.matches(key)).isEqualTo(matches);
				assertThat(!pattern.isLiteral() || !matches || pattern.literalKey().toString().equals(key)).isTrue();
			}
		}
	}

	private static @Nullable Pattern expected(String text) {
		try {
			return GlobModel.regex(text);
		}
		catch (IllegalArgumentException ex) {
			return null;
		}
	}

}
