package io.eardrum.protocol.number;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.regex.Pattern;

import io.eardrum.fuzz.FuzzInput;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A target for the fuzzer: {@link NumberWriter} writes any number in the form that the
 * protocol wants, so that it reads back as the same one, with no digit that could be
 * missing, and touches no byte beside it.
 */
public final class NumberWriterFuzz {

	private static final Pattern PLAIN = Pattern.compile("-?(0|[1-9][0-9]{0,15})\\.([0-9]*[1-9]|0)");

	private static final Pattern SCIENTIFIC = Pattern.compile("-?[1-9](\\.[0-9]*[1-9])?e[+-][0-9]{2,3}");

	private static final byte UNTOUCHED = '#';

	private NumberWriterFuzz() {
	}

	/**
	 * Tries one input: eight bytes for each number.
	 * @param data the input
	 */
	public static void fuzzerTestOneInput(byte[] data) {
		FuzzInput input = new FuzzInput(data);
		do {
			long bits = input.nextLong();
			checkTimestamp(bits);
			double value = Double.longBitsToDouble(bits);
			if (Double.isFinite(value)) {
				checkValue(value);
			}
			// Decimals are what clients send, and few bit patterns are one.
			checkValue((double) (bits >> 16) / Math.pow(10, (int) (bits & 0xF)));
		}
		while (input.hasMore());
	}

	private static void checkTimestamp(long timestamp) {
		byte[] target = new byte[NumberWriter.MAX_TIMESTAMP_LENGTH + 8];
		Arrays.fill(target, UNTOUCHED);
		int end = NumberWriter.writeTimestamp(timestamp, target, 4);
		assertThat(written(target, end)).isEqualTo(Long.toString(timestamp));
	}

	private static void checkValue(double value) {
		byte[] target = new byte[NumberWriter.MAX_VALUE_LENGTH + 8];
		Arrays.fill(target, UNTOUCHED);
		String text = written(target, NumberWriter.writeValue(value, target, 4));
		assertThat(Double.doubleToRawLongBits(Double.parseDouble(text))).as(text)
			.isEqualTo(Double.doubleToRawLongBits(value));
		double magnitude = Math.abs(value);
		boolean plain = magnitude == 0 || (magnitude >= 1e-4 && magnitude < 1e16);
		assertThat(text).matches(plain ? PLAIN : SCIENTIFIC);
		if (magnitude != 0) {
			checkShortest(new BigDecimal(text).stripTrailingZeros(), value);
		}
		NumberReader reader = new NumberReader();
		byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
		assertThat(reader.readValue(bytes, 0, bytes.length)).isEqualTo(bytes.length);
		assertThat(Double.doubleToRawLongBits(reader.value())).isEqualTo(Double.doubleToRawLongBits(value));
	}

	private static void checkShortest(BigDecimal decimal, double value) {
		BigDecimal exact = new BigDecimal(value);
		int digits = decimal.precision();
		if (digits > 1) {
			for (RoundingMode mode : new RoundingMode[] { RoundingMode.FLOOR, RoundingMode.CEILING }) {
				BigDecimal shorter = exact.round(new MathContext(digits - 1, mode));
				assertThat(shorter.doubleValue()).as("%s is shorter than %s", shorter, decimal).isNotEqualTo(value);
			}
		}
		BigDecimal error = exact.subtract(decimal).abs();
		for (int step : new int[] { 1, -1 }) {
			BigDecimal other = decimal.add(decimal.ulp().multiply(BigDecimal.valueOf(step)));
			if (other.doubleValue() == value) {
				assertThat(error).as("%s is nearer than %s", other, decimal)
					.isLessThanOrEqualTo(exact.subtract(other).abs());
			}
		}
	}

	private static String written(byte[] target, int end) {
		for (int i = 0; i < target.length; i++) {
			assertThat(target[i] == UNTOUCHED).isEqualTo(i < 4 || i >= end);
		}
		return new String(target, 4, end - 4, StandardCharsets.US_ASCII);
	}

}
