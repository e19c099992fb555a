package io.eardrum.web.http;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import io.eardrum.metric.SeriesKey;
import io.eardrum.protocol.CsvKey;
import io.eardrum.web.http.body.MinimumDataRate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNoException;

/**
 * Tests for {@link TextReply}.
 */
class TextReplyTests {

	private final ByteArrayOutputStream target = new ByteArrayOutputStream();

	private final TextReply text = new TextReply(this.target, new MinimumDataRate(() -> 0));

	@ParameterizedTest
	@CsvSource(delimiter = ' ', quoteCharacter = '|', value = { "1.0 1.0", "-0.0 -0.0", "1e16 1e+16", "1.5e-5 1.5e-05",
			"0.1 0.1", "1.7976931348623157e308 1.7976931348623157e+308", "4.9e-324 5e-324" })
	void valuesHaveTheTextOfTheTcpPort(double value, String expected) throws IOException {
		this.text.value(value);
		assertThat(sent()).isEqualTo(expected);
	}

	@Test
	void jsonStringsAreEscaped() throws IOException {
		this.text.jsonString(SeriesKey.of("a\"\\\u0001\u001f/\u00fc\ud83d\ude00\u007f"));
		assertThat(sent()).isEqualTo("\"a\\\"\\\\\\u0001\\u001f/\u00fc\ud83d\ude00\u007f\"");
	}

	@Test
	void csvFieldsAreQuotedWhereTheyHaveTo() throws IOException {
		for (String name : new String[] { "palm.cpu", "a,b", "a\"b", "a;b'", "a\nb", "a\rb", "a\tb", "=a" }) {
			this.text.csvField(name).ascii("|");
		}
		assertThat(sent()).isEqualTo("palm.cpu|\"a,b\"|\"a\"\"b\"|\"a;b'\"|\"a\nb\"|\"a\rb\"|\"a\tb\"|=a|");
	}

	@ParameterizedTest
	@ValueSource(strings = { "palm.cpu", "=cmd()", "+1", "-a", "@SUM(A1)", "'=1", "\uFF1Da", "\uFF0Ba", "\uFF0Da",
			"\uFF20a", "\uFF1Ca", "gr\u00f6\u00dfe", "\u00fc", "\uFF1D", "a,b", "=a,\"b" })
	void keysInCsvAreThoseOfTheCommandLine(String key) throws IOException {
		this.text.csvKey(SeriesKey.of(key));
		assertThat(sent()).isEqualTo(CsvKey.of(key));
	}

	@Test
	void labelValuesAreEscaped() throws IOException {
		this.text.labelValue(SeriesKey.of("a\"\\\nb{c}=\u00fc"));
		assertThat(sent()).isEqualTo("\"a\\\"\\\\\\nb{c}=\u00fc\"");
	}

	@Test
	void textIsWrittenAsItIs() throws IOException {
		String longer = "\u00fc\"\\".repeat(1_000);
		this.text.text("\u00fc\"\\").text("").text(longer);
		assertThat(sent()).isEqualTo("\u00fc\"\\" + longer);
	}

	@Test
	void nothingIsSentOfNothing() throws IOException {
		OutputStream unused = new OutputStream() {

			@Override
			public void write(int value) {
				throw new AssertionError();
			}

		};
		TextReply nothing = new TextReply(unused, new MinimumDataRate(() -> 0));
		assertThatNoException().isThrownBy(nothing::flush);
	}

	@Test
	void textsOfJsonAreEscaped() throws IOException {
		this.text.jsonString("\u00fc\"\n");
		assertThat(sent()).isEqualTo("\"\u00fc\\\"\\u000a\"");
	}

	@Test
	void longTextLeavesInPieces() throws IOException {
		String key = "x".repeat(1_000);
		StringBuilder expected = new StringBuilder();
		for (int i = 0; i < 100; i++) {
			this.text.jsonString(SeriesKey.of(key)).integer(Long.MIN_VALUE);
			expected.append('"').append(key).append('"').append(Long.MIN_VALUE);
			assertThat(expected.length() - this.target.size()).isLessThanOrEqualTo(TextReply.BUFFER_BYTES);
		}
		assertThat(sent()).isEqualTo(expected.toString());
	}

	private String sent() throws IOException {
		this.text.flush();
		return this.target.toString(StandardCharsets.UTF_8);
	}

}
