package io.eardrum.web.graphite.query;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Targets, and what is said about those that are none.
 */
class TargetParserTests {

	@ParameterizedTest
	@ValueSource(strings = { "palm", "palm.cpu", "palm.*.cpu", "palm.{cpu,mem}", "palm.[a-c]?", "a-b.c_d:e/f", "100",
			"palm.{a,b}x{c,d}", "palm.{a,{b,c}x}.y", "palm.{{a,b}}", "größe.µs", "cpu=1;host=a", "1e5.x", "true.x" })
	void pathIsTakenAsItIs(String target) {
		assertThat(TargetParser.parse(target)).isEqualTo(new Expression.Path(target, 1));
	}

	@Test
	void backslashStaysOnlyWhereAPatternNeedsIt() {
		assertThat(TargetParser.parse("a\\(b\\).c\\*\\|d")).isEqualTo(new Expression.Path("a(b).c\\*|d", 1));
	}

	@ParameterizedTest
	@CsvSource(delimiterString = "->", quoteCharacter = '~', textBlock = """
			f()                            -> f()
			f(a.b)                         -> f(path a.b)
			f( a.b , 1 )                   -> f(path a.b, whole 1.0)
			f(-2.5,1e3,0.5E-2,inf)         -> f(number -2.5, number 1000.0, number 0.005, number Infinity)
			f(true,False,none)             -> f(true, false, none)
			f('it''s')                     -> error
			f("say 'x'",'say "y"')         -> f(text say 'x', text say "y")
			f('\\1 \\d',"a\\"b")           -> f(text \\1 \\d, text a"b)
			f(a,natural=true,n=3)          -> f(path a; n=whole 3.0, natural=true)
			f(a, n = -1)                   -> f(path a; n=whole -1.0)
			f(g(h(a.*)),'x')               -> f(g(h(path a.*)), text x)
			f(1m,5min)                     -> f(path 1m, path 5min)
			f(a.{b,c},d)                   -> f(path a.{b,c}, path d)
			a.b|f(2)|g('x')                -> g(f(path a.b, whole 2.0), text x)
			f(a|g(1),b)                    -> f(g(path a, whole 1.0), path b)
			""")
	void callIsTakenApart(String target, String expected) {
		String found;
		try {
			found = text(TargetParser.parse(target));
		}
		catch (QueryException ex) {
			found = "error";
		}
		assertThat(found).isEqualTo(expected);
	}

	private static String text(Expression expression) {
		if (expression instanceof Expression.Path path) {
			return "path " + path.pattern();
		}
		if (expression instanceof Expression.Text text) {
			return "text " + text.value();
		}
		if (expression instanceof Expression.Numeral number) {
			return (number.whole() ? "whole " : "number ") + number.value();
		}
		if (expression instanceof Expression.Flag flag) {
			return Boolean.toString(flag.value());
		}
		if (expression instanceof Expression.Call call) {
			String arguments = String.join(", ", call.arguments().stream().map(TargetParserTests::text).toList());
			String named = String.join(", ",
					call.named()
						.entrySet()
						.stream()
						.map((entry) -> entry.getKey() + "=" + text(entry.getValue()))
						.sorted()
						.toList());
			return call.function() + "(" + arguments + (named.isEmpty() ? "" : "; " + named) + ")";
		}
		return "none";
	}

	@Test
	void everyPartKnowsWhereItStands() {
		Expression.Call call = (Expression.Call) TargetParser.parse("f( a.b, g('x'))");
		assertThat(call.position()).isEqualTo(1);
		assertThat(call.arguments().get(0).position()).isEqualTo(4);
		Expression.Call inner = (Expression.Call) call.arguments().get(1);
		assertThat(inner.position()).isEqualTo(9);
		assertThat(inner.arguments().get(0).position()).isEqualTo(11);
	}

	@ParameterizedTest
	@CsvSource(delimiterString = "->", quoteCharacter = '~',
			textBlock = """
					f(a           -> Character 4 of target 'f(a' has to be ',' or ')', but is the end.
					a)            -> Character 2 of target 'a)' has to be nothing more, or '|', but is ')'.
					a.{b,{c}      -> Character 9 of target 'a.{b,{c}' has to be '}', but is the end.
					f(a,)         -> Character 5 of target 'f(a,)' has to be a key, a pattern or a function, but is ')'.
					f(,a)         -> Character 3 of target 'f(,a)' has to be a key, a pattern or a function, but is ','.
					a b           -> Character 3 of target 'a b' has to be nothing more, or '|', but is 'b'.
					f('a)         -> The quote at character 3 of target 'f('a)' has no end.
					a.{b,c        -> Character 7 of target 'a.{b,c' has to be '}', but is the end.
					f(n=1,a)      -> Character 7 of target 'f(n=1,a)' has to be a parameter with a name, as the one before, but is 'a'.
					f(n=1,n=2)    -> Parameter 'n' is given twice before character 10 of target 'f(n=1,n=2)'.
					a.b(c)        -> 'a.b' at character 1 of target 'a.b(c)' is not the name of a function.
					a|b           -> Character 4 of target 'a|b' has to be '(', but is the end.
					'x'           -> Character 1 of target ''x'' has to be a key, a pattern or a function, but is '''.
					""")
	void errorTellsWhereAndWhy(String target, String message) {
		assertThatExceptionOfType(QueryException.class).isThrownBy(() -> TargetParser.parse(target))
			.withMessage(message);
	}

	@Test
	void depthIsBounded() {
		assertThat(TargetParser.parse("f(".repeat(64) + "a" + ")".repeat(64))).isNotNull();
		assertThatExceptionOfType(QueryException.class)
			.isThrownBy(() -> TargetParser.parse("f(".repeat(5000) + "a" + ")".repeat(5000)))
			.withMessageContaining("64 deep");
	}

	@Test
	void pipedCallsStandInEachOtherToo() {
		assertThat(TargetParser.parse("a" + "|f()".repeat(64))).isInstanceOf(Expression.Call.class);
		for (String target : new String[] { "a" + "|f()".repeat(65),
				"f(".repeat(33) + "a" + "|f()".repeat(32) + ")".repeat(33),
				"f(".repeat(33) + "a" + ")".repeat(33) + "|f()".repeat(32),
				"f(b,x=" + "a" + "|f()".repeat(64) + ")" }) {
			assertThatExceptionOfType(QueryException.class).isThrownBy(() -> TargetParser.parse(target))
				.withMessageContaining("64 deep");
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "f(a).select metric", "f(a))", "f(a) b", "f(a),g(b)", "f(a)'" })
	void textBehindTheLastBracketIsIgnored(String target) {
		assertThat(text(TargetParser.parse(target))).isEqualTo("f(path a)");
	}

	@Test
	void lengthIsBounded() {
		assertThat(TargetParser.parse("a".repeat(512 * 1024))).isNotNull();
		assertThatExceptionOfType(QueryException.class).isThrownBy(() -> TargetParser.parse("a".repeat(512 * 1024 + 1)))
			.withMessageContaining("524288 characters");
	}

}
