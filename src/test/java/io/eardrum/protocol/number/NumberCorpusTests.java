package io.eardrum.protocol.number;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests {@link NumberReader} and {@link NumberWriter} against what Python's {@code repr}
 * printed: the lines of {@code doubles.txt}, made by {@code doubles.py}.
 */
class NumberCorpusTests {

	@Test
	void everyLineIsWrittenAsPythonPrintsIt() throws IOException {
		byte[] target = new byte[NumberWriter.MAX_VALUE_LENGTH];
		for (String line : lines()) {
			int end = NumberWriter.writeValue(Double.longBitsToDouble(bits(line)), target, 0);
			assertThat(new String(target, 0, end, StandardCharsets.US_ASCII)).as(line).isEqualTo(text(line));
		}
	}

	@Test
	void everyLineIsReadAsTheDoubleItCameFrom() throws IOException {
		NumberReader reader = new NumberReader();
		for (String line : lines()) {
			byte[] source = text(line).getBytes(StandardCharsets.US_ASCII);
			assertThat(reader.readValue(source, 0, source.length)).as(line).isEqualTo(source.length);
			assertThat(Double.doubleToRawLongBits(reader.value())).as(line).isEqualTo(bits(line));
		}
	}

	private static long bits(String line) {
		return Long.parseUnsignedLong(line.substring(0, 16), 16);
	}

	private static String text(String line) {
		return line.substring(17);
	}

	private static List<String> lines() throws IOException {
		try (InputStream corpus = NumberCorpusTests.class.getResourceAsStream("doubles.txt")) {
			assertThat(corpus).isNotNull();
			List<String> lines = new String(corpus.readAllBytes(), StandardCharsets.US_ASCII).lines().toList();
			assertThat(lines).hasSizeGreaterThan(5000);
			return lines;
		}
	}

}
