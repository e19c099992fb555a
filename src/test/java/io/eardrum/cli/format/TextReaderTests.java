package io.eardrum.cli.format;

import java.io.IOException;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

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

}
