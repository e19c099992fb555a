package io.eardrum.web.graphite.query;

import java.nio.charset.StandardCharsets;

import io.eardrum.web.fixture.TargetText;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A target for the fuzzer: {@link TargetParser} reads any text or refuses it with a
 * {@link QueryException}; what it has read stands where it says, is not nested deeper
 * than the limit, and is read the same once more when it is written out in full.
 */
public final class TargetParserFuzz {

	private TargetParserFuzz() {
	}

	/**
	 * Tries one input: a target.
	 * @param data the input, in UTF-8
	 */
	public static void fuzzerTestOneInput(byte[] data) {
		String target = new String(data, StandardCharsets.UTF_8);
		Expression expression;
		try {
			expression = TargetParser.parse(target);
		}
		catch (QueryException ex) {
			assertThat(ex.getMessage()).isNotBlank();
			return;
		}
		check(expression, target, 0);
		TargetText text = TargetText.of(expression);
		if (text.isFaithful() && text.toString().length() <= TargetParser.MAX_LENGTH) {
			Expression again = TargetParser.parse(text.toString());
			assertThat(TargetText.of(again)).hasToString(text.toString());
		}
	}

	private static void check(Expression expression, String target, int depth) {
		assertThat(depth).isLessThanOrEqualTo(TargetParser.MAX_DEPTH);
		assertThat(expression.position()).isBetween(1, target.length());
		if (expression instanceof Expression.Call call) {
			call.arguments().forEach((argument) -> check(argument, target, depth + 1));
			call.named().values().forEach((argument) -> check(argument, target, depth + 1));
		}
		else if (expression instanceof Expression.Path path) {
			assertThat(path.pattern()).isNotEmpty();
		}
	}

}
