package io.eardrum.protocol.number;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link NumberWriter}.
 */
class NumberWriterTests {

	@ParameterizedTest
	@ValueSource(strings = { "40.0", "4200000.0", "0.0001", "1e+16", "1.5e-05", "5e-324", "-5e-324", "0.0", "-0.0",
			"23.7", "-23.7", "0.1", "0.30000000000000004", "1e+23", "2e-323", "1e-323", "1.5e-323", "2e+23", "9e-05",
			"9.999999999999999e-05", "0.00010000000000000002", "9999999999999998.0", "1.0000000000000002e+16",
			"123456789012345.0", "1234567890123456.8", "9007199254740991.0", "9007199254740992.0", "1e+100", "1e-100",
			"1.7976931348623157e+308", "-1.7976931348623157e+308", "2.2250738585072014e-308", "2.225073858507201e-308",
			"0.001", "0.0015", "100.0", "1e+22", "1e-07", "999999.999999", "1150864247.0", "1503319739.25",
			"9.5367431640625e-07", "5.684341886080802e-14", "2e-44", "1.2345e+20", "12.345678", "0.000123456",
			"999999999999.999", "99999999999999.98" })
	void valueIsWrittenAsTheShortestDecimal(String text) {
		assertThat(write(Double.parseDouble(text))).isEqualTo(text);
	}

	@ParameterizedTest
	@CsvSource({ "40, 40.0", "4200000, 4200000.0", "1e16, 1e+16", "1.5e-5, 1.5e-05", "1e15, 1000000000000000.0",
			"4.9e-324, 5e-324", "9.9e-324, 1e-323", "9.999999999999999e22, 1e+23", "0.00001, 1e-05" })
	void otherSpellingsAreWrittenTheOneWay(String spelling, String text) {
		assertThat(write(Double.parseDouble(spelling))).isEqualTo(text);
	}

	@Test
	void longestValueHasTheStatedLength() {
		assertThat(write(-Double.MAX_VALUE)).hasSize(NumberWriter.MAX_VALUE_LENGTH);
		assertThat(write(-2.2250738585072014e-308)).hasSize(NumberWriter.MAX_VALUE_LENGTH);
		assertThat(write(-0.00012345678901234567)).hasSize(23);
	}

	@ParameterizedTest
	@ValueSource(longs = { 0, 5, -5, 9, 10, 99, 100, 1150864247, 1503319740, Long.MAX_VALUE, Long.MIN_VALUE,
			Long.MIN_VALUE + 1, 999999999999999999L, 1000000000000000000L, -1000000000000000000L })
	void timestampIsAPlainInteger(long timestamp) {
		byte[] expected = Long.toString(timestamp).getBytes(StandardCharsets.US_ASCII);
		byte[] target = new byte[expected.length];
		assertThat(NumberWriter.writeTimestamp(timestamp, target, 0)).isEqualTo(expected.length);
		assertThat(target).isEqualTo(expected);
		assertThat(expected).hasSizeLessThanOrEqualTo(NumberWriter.MAX_TIMESTAMP_LENGTH);
	}

	@Test
	void timestampsAtEveryChangeOfLengthAreWritten() {
		byte[] target = new byte[NumberWriter.MAX_TIMESTAMP_LENGTH];
		for (int bits = 0; bits < 64; bits++) {
			for (long near = -2; near <= 2; near++) {
				assertTimestamp((1L << bits) + near, target);
			}
		}
		for (long power = 1; power <= Long.MAX_VALUE / 10; power *= 10) {
			for (long near = -2; near <= 2; near++) {
				assertTimestamp(power + near, target);
				assertTimestamp(-power + near, target);
			}
		}
	}

	@Test
	void nothingAroundTheNumberIsTouched() {
		for (double value : new double[] { 0, -23.7, 1e16, 1.5e-5, 0.0001, 1234567.5, 1e15, 0.1 + 0.2,
				Double.MIN_VALUE }) {
			String text = write(value);
			byte[] target = new byte[40];
			Arrays.fill(target, (byte) '#');
			int end = NumberWriter.writeValue(value, target, 7);
			assertThat(new String(target, StandardCharsets.US_ASCII))
				.isEqualTo("#".repeat(7) + text + "#".repeat(33 - text.length()));
			assertThat(end).isEqualTo(7 + text.length());
			byte[] exact = new byte[text.length()];
			assertThat(NumberWriter.writeValue(value, exact, 0)).isEqualTo(exact.length);
		}
		byte[] target = "#######".getBytes(StandardCharsets.US_ASCII);
		assertThat(NumberWriter.writeTimestamp(-123, target, 2)).isEqualTo(6);
		assertThat(new String(target, StandardCharsets.US_ASCII)).isEqualTo("##-123#");
	}

	private static void assertTimestamp(long timestamp, byte[] target) {
		int end = NumberWriter.writeTimestamp(timestamp, target, 0);
		assertThat(new String(target, 0, end, StandardCharsets.US_ASCII)).isEqualTo(Long.toString(timestamp));
	}

	private static String write(double value) {
		byte[] target = new byte[NumberWriter.MAX_VALUE_LENGTH];
		int end = NumberWriter.writeValue(value, target, 0);
		return new String(target, 0, end, StandardCharsets.US_ASCII);
	}

}
