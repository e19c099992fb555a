package io.eardrum.cli.format;

import java.io.IOException;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link TextReader}, by what an import puts.
 */
@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class TextReaderTests {

	@Test
	void byteOrderMarkWithinTheTextIsToldOnce() throws IOException {
		FormatRun run = FormatRun.of("\uFEFFa 1 1\n\uFEFFb 2 2\n\uFEFFc 3 3\n", "--format text");
		assertThat(run.err())
			.isEqualTo("line 2: begins with a byte order mark (U+FEFF), which counts as part of its key; "
					+ "further such lines are not reported\n3 points acknowledged, 0 lines rejected\n");
		assertThat(run.puts()).containsExactly("a 1.0 1", "\uFEFFb 2.0 2", "\uFEFFc 3.0 3");
		assertThat(run.status()).isZero();
	}

	@Test
	void otherCommandsAreRejected() throws IOException {
		FormatRun.of("put a 1 1\ngot b 2 2\nput c 3 3 3\n", "--format text")
			.assertRejects(2, "line 2: neither 'key value timestamp' nor 'put", "line 3: neither");
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			key,timestamp,value             | --format csv
			Time;cpu load;mem               | --format csv --delimiter ';'
			# HELP up Whether it is up.     | --format prometheus
			up{job="a"} 1                   | --format prometheus
			cpu,host=a value=1 1150864247   | --format influx
			cpu value=1,idle=2              | --format influx
			""")
	void formatOfAFileThatLooksLikeAnotherIsSaidOnce(String line, String format) throws IOException {
		FormatRun run = FormatRun.of("\n" + line + "\n" + line + "\na 1 1\n", "--format text");
		assertThat(run.err()).containsOnlyOnce("line 2: looks like what " + format + " reads, which was not given\n")
			.endsWith("1 points acknowledged, 2 lines rejected\n");
		assertThat(run.status()).isEqualTo(1);
	}

	@Test
	void noLineTakesLongToGuessAt() throws IOException {
		for (String part : new String[] { ",a=b", "{}", " a=", "a{" }) {
			assertThat(FormatRun.of("a" + part.repeat(1000) + "\n", "--format text").status()).isEqualTo(1);
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "a 1 1\nkey,timestamp,value\n", "nonsense\n", "a b c d\n" })
	void nothingIsGuessedAfterAPointOrFromWords(String text) throws IOException {
		assertThat(FormatRun.of(text, "--format text").err()).doesNotContain("looks like");
	}

}
