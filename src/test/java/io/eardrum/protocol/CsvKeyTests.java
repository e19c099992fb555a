package io.eardrum.protocol;

import java.nio.charset.StandardCharsets;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

class CsvKeyTests {

	@ParameterizedTest
	@ValueSource(strings = { "palm.cpu", "a=1", "a'b", "größe", "1", "#", "a b" })
	void plainKeysStayAsTheyAre(String key) {
		assertThat(CsvKey.of(key)).isEqualTo(key);
	}

	@ParameterizedTest
	@ValueSource(strings = { "=cmd()", "+1", "-a", "@SUM(A1)", "'=1", "\uFF1Da", "\uFF0Ba", "\uFF0Da", "\uFF20a" })
	void formulasHaveAnApostropheInFront(String key) {
		assertThat(CsvKey.of(key)).isEqualTo("'" + key);
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "a", "=", "'", "\u00fc", "\u3042", "\uF900", "\uFF1C", "\uFF1D", "\uFF20" })
	void bytesAndTextAreTakenForTheSame(String key) {
		byte[] bytes = key.getBytes(StandardCharsets.UTF_8);
		assertThat(CsvKey.looksLikeFormula(bytes, bytes.length)).isEqualTo(CsvKey.of(key).startsWith("'"));
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', quoteCharacter = '`',
			value = { "a,b|\"a,b\"", "a\"b|\"a\"\"b\"", "a;=1|\"a;=1\"", "=a,b|\"'=a,b\"", "=\"a\"|\"'=\"\"a\"\"\"" })
	void whatSeparatesIsQuoted(String key, String field) {
		assertThat(CsvKey.of(key)).isEqualTo(field);
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "a", "=", "'", "''", "'=", "'a'", "\uFF1Da", "+1", "a b" })
	void keysAreReadBack(String key) {
		assertThat(CsvKey.read(CsvKey.of(key))).isEqualTo(key);
	}

	@ParameterizedTest
	@ValueSource(strings = { "'a", "'", "a'", "=a" })
	void fieldsOfOtherProgramsStayAsTheyAre(String field) {
		assertThat(CsvKey.read(field)).isEqualTo(field);
	}

}
