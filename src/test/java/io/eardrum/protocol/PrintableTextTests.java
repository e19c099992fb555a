package io.eardrum.protocol;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

class PrintableTextTests {

	@ParameterizedTest
	@ValueSource(strings = { "", "palm.cpu", "größe", "温度", "a\\b", "\uD83D\uDE00", "e\u0301", "~", "\u180A", "\u1810",
			"\uFDFD", "\uFE10", "\uFFEE", "\uFFFD", "\uDB7F\uDFFD", "\uDB84\uDC00", "\uDB80\uDC00" })
	void whatATerminalShowsStaysAsItIs(String text) {
		assertThat(PrintableText.of(text)).isSameAs(text);
	}

	// C0, DEL, C1, direction, no width, line ends of Unicode, half of a pair, fillers,
	// variations, tags.
	@ParameterizedTest
	@ValueSource(ints = { 0, 7, '\n', '\r', '\t', 0x1B, 0x7F, 0x80, 0x85, 0x9B, 0x9F, 0xAD, 0x34F, 0x61C, 0x180B,
			0x180E, 0x180F, 0x200B, 0x200C, 0x200D, 0x200E, 0x200F, 0x2028, 0x2029, 0x202A, 0x202E, 0x2060, 0x2066,
			0x2069, 0x3164, 0xD800, 0xFE00, 0xFE0F, 0xFEFF, 0xFFA0, 0xFFF0, 0xFFF8, 0xFFF9, 0xE0000, 0xE0001, 0xE0100,
			0xE0FFF })
	void whatATerminalObeysOrHidesIsWrittenOut(int codePoint) {
		String text = "a" + Character.toString(codePoint) + "b";
		assertThat(PrintableText.of(text)).isEqualTo("a\\u{" + Integer.toHexString(codePoint) + "}b");
	}

	@Test
	void textThatIsTooLongEndsInAnEllipsisAndNeverAmidACharacter() {
		assertThat(PrintableText.of("abcdef", 6)).isEqualTo("abcdef");
		assertThat(PrintableText.of("abcdef", 5)).isEqualTo("abcde…");
		assertThat(PrintableText.of("ab\u001bcd", 5)).isEqualTo("ab…");
		assertThat(PrintableText.of("a\uD83D\uDE00b", 2)).isEqualTo("a…");
	}

}
