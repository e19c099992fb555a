package io.eardrum.protocol.number;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link Utf8}, against the JDK's decoder.
 */
class Utf8Tests {

	/** The second bytes at which the table of the standard makes a difference. */
	private static final int[] SECOND = { 'a', 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xFF };

	private static final int[] OTHER = { 'a', 0x7F, 0x80, 0xBF, 0xC0 };

	@Test
	void everySequenceIsJudgedAsTheJdkDoes() {
		byte[] source = new byte[4];
		for (int lead = 0; lead < 256; lead++) {
			source[0] = (byte) lead;
			for (int second : SECOND) {
				source[1] = (byte) second;
				for (int third : OTHER) {
					source[2] = (byte) third;
					for (int fourth : OTHER) {
						source[3] = (byte) fourth;
						assertJudged(source, 0, 4);
					}
				}
			}
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "ü", "€", "🌴" })
	void characterThatIsCutOffIsIllFormed(String character) {
		byte[] source = ("a" + character + "b").getBytes(StandardCharsets.UTF_8);
		for (int to = 1; to <= source.length; to++) {
			assertJudged(source, 0, to);
			assertJudged(source, to - 1, source.length);
		}
	}

	private static void assertJudged(byte[] source, int from, int to) {
		assertThat(Utf8.isWellFormed(source, from, to)).as(() -> HexFormat.of().formatHex(source, from, to))
			.isEqualTo(isDecoded(source, from, to));
	}

	private static boolean isDecoded(byte[] source, int from, int to) {
		try {
			StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(source, from, to - from));
			return true;
		}
		catch (CharacterCodingException ex) {
			return false;
		}
	}

}
