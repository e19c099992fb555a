package io.eardrum.protocol;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

class TelnetFilterTests {

	@ParameterizedTest
	@CsvSource({ "get a, get a", "FF FB 01 g, g", "g FF FD 03 e, ge", "FF FE 0A g, g", "FF FC 22 g, g", "FF F1 g, g",
			"FF F4 FF FD 06 g, g", "FF FA 18 00 x 0A y FF F0 g, g", "FF FA FF FF FF F0 g, g", "FF FF g, FF g",
			"g FF 0A, g FF 0A", "FF g, FF g", "g FF FF, g FF", "FF FA 01 FF 02 FF F0 g, g", "FF FA 01 F0 x FF F0 g, g",
			"g FF F0 e, ge", "g FF EF e, g FF EF e" })
	void swallowsWhatTelnetDefines(String received, String expected) {
		byte[] source = bytes(received);
		for (int cut = 0; cut <= source.length; cut++) {
			assertThat(filter(source, cut)).as("cut at %d", cut).isEqualTo(bytes(expected));
		}
	}

	@Test
	void givesUpOnASubnegotiationLongerThanALine() {
		byte[] source = new byte[200];
		Arrays.fill(source, (byte) 'x');
		source[0] = (byte) 0xFF;
		source[1] = (byte) 0xFA;
		byte[] filtered = filter(source, 70);
		assertThat(filtered).startsWith(0xFF).hasSize(200 - 2 - 65 + 1);
	}

	@ParameterizedTest
	@CsvSource({ "g, false", "FF, true", "FF FB, true", "FF FB 01, false", "FF FA 01, true", "FF FA 01 FF, true",
			"FF FA 01 FF F0, false" })
	void knowsWhetherCommandHasEnded(String received, boolean midCommand) {
		byte[] source = bytes(received);
		TelnetFilter filter = new TelnetFilter(64);
		filter.filter(source, 0, source.length, 0);
		assertThat(filter.isMidCommand()).isEqualTo(midCommand);
	}

	@Test
	void movesDataToItsTarget() {
		byte[] buffer = bytes("..get a");
		assertThat(new TelnetFilter(64).filter(buffer, 2, buffer.length, 0)).isEqualTo(4);
		assertThat(Arrays.copyOf(buffer, 4)).isEqualTo(bytes("geta"));
	}

	private static byte[] filter(byte[] source, int cut) {
		TelnetFilter filter = new TelnetFilter(64);
		byte[] buffer = new byte[source.length + 1];
		System.arraycopy(source, 0, buffer, 0, cut);
		int end = filter.filter(buffer, 0, cut, 0);
		int start = filter.isMidCommand() ? end + 1 : end;
		System.arraycopy(source, cut, buffer, start, source.length - cut);
		end = filter.filter(buffer, start, start + source.length - cut, end);
		return Arrays.copyOf(buffer, end);
	}

	private static byte[] bytes(String text) {
		byte[] result = new byte[text.length()];
		int length = 0;
		for (String word : text.split(" ", -1)) {
			if (word.matches("[0-9A-F]{2}")) {
				result[length++] = (byte) Integer.parseInt(word, 16);
			}
			else {
				for (byte letter : word.getBytes(StandardCharsets.US_ASCII)) {
					result[length++] = letter;
				}
			}
		}
		return Arrays.copyOf(result, length);
	}

}
