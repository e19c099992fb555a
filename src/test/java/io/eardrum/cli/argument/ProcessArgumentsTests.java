package io.eardrum.cli.argument;

import java.io.ByteArrayOutputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class ProcessArgumentsTests {

	@Test
	void bytesAreReadAsUtf8WhateverTheLocaleHasMadeOfThem() {
		byte[] line = line(StandardCharsets.UTF_8, "java", "-jar", "x.jar", "put", "loc.tür", "1");
		ProcessArguments expected = new ProcessArguments(List.of("put", "loc.tür", "1"), true);
		assertThat(ProcessArguments.of(line, "put", "loc.t\uFFFD\uFFFDr", "1")).isEqualTo(expected);
		assertThat(ProcessArguments.of(line, "put", "loc.t??r", "1")).isEqualTo(expected);
		assertThat(ProcessArguments.of(line, "put", "loc.tÃ¼r", "1")).isEqualTo(expected);
		assertThat(ProcessArguments.of(line, "put", "loc.tür", "1")).isEqualTo(expected);
	}

	@Test
	void emptyWordsCount() {
		byte[] line = line(StandardCharsets.UTF_8, "java", "put", "", "ü", "");
		assertThat(ProcessArguments.of(line, "put", "", "\uFFFD\uFFFD", "").words()).containsExactly("put", "", "ü",
				"");
		assertThat(ProcessArguments.of(line).words()).isEmpty();
	}

	@Test
	void replacementCharacterThatSomebodyTypedIsKept() {
		byte[] line = line(StandardCharsets.UTF_8, "java", "get", "a\uFFFD");
		assertThat(ProcessArguments.of(line, "get", "a\uFFFD").words()).containsExactly("get", "a\uFFFD");
	}

	@Test
	void otherBytesAreTextIfTheLocaleSaysSo() {
		byte[] line = line(StandardCharsets.ISO_8859_1, "java", "get", "tür");
		assertThat(ProcessArguments.of(line, "get", "tür"))
			.isEqualTo(new ProcessArguments(List.of("get", "tür"), false));
	}

	@Test
	void whatNobodyCanReadIsRefusedWithTheRemedy() {
		byte[] line = line(StandardCharsets.ISO_8859_1, "java", "get", "tür");
		assertThatIllegalArgumentException().isThrownBy(() -> ProcessArguments.of(line, "get", "t\uFFFDr"))
			.withMessageStartingWith("argument 2, 't\uFFFDr', ")
			.withMessageContaining("LC_ALL=C.UTF-8");
	}

	@Test
	void bytesOfAnotherCommandLineAreNotTaken() {
		// Java took its arguments from a file.
		byte[] line = line(StandardCharsets.UTF_8, "java", "@file", "größe");
		assertThat(ProcessArguments.of(line, "put", "a", "1"))
			.isEqualTo(new ProcessArguments(List.of("put", "a", "1"), false));
		assertThat(ProcessArguments.of(new byte[0], "put", "a", "1").words()).containsExactly("put", "a", "1");
		assertThatIllegalArgumentException().isThrownBy(() -> ProcessArguments.of(line, "put", "\uFFFD", "1"));
		assertThatIllegalArgumentException().isThrownBy(() -> ProcessArguments.of(new byte[0], "put", "\uFFFD"));
	}

	@Test
	void variablesThatCannotBeReadAreNamed() {
		assertThatIllegalArgumentException()
			.isThrownBy(() -> ProcessArguments.requireReadable(Map.of("EARDRUM_CA", "t\uFFFDr.pem")))
			.withMessageStartingWith("the variable EARDRUM_CA ");
		assertThatCode(() -> ProcessArguments.requireReadable(Map.of("EARDRUM_HOST", "ü", "OTHER", "\uFFFD")))
			.doesNotThrowAnyException();
	}

	private static byte[] line(Charset charset, String... words) {
		ByteArrayOutputStream line = new ByteArrayOutputStream();
		for (String word : words) {
			line.writeBytes(word.getBytes(charset));
			line.write(0);
		}
		return line.toByteArray();
	}

}
