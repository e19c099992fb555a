package io.eardrum.protocol.number;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A target for the fuzzer: {@link NumberReader} takes as much of any bytes as the grammar
 * says, and what it reads is the double that exact arithmetic finds to be the nearest.
 */
public final class NumberReaderFuzz {

	private static final Pattern DIGITS = Pattern.compile("[+-]?([0-9]+(\\.[0-9]*)?|\\.[0-9]+)");

	private static final Pattern EXPONENT = Pattern.compile("[eE]([+-]?[0-9]+)");

	private static final Pattern INTEGER = Pattern.compile("[+-]?[0-9]+");

	/** Beyond these, a decimal is infinite or zero, and exact arithmetic never ends. */
	private static final BigInteger MAX_EXPONENT = BigInteger.valueOf(5_000);

	/** Halfway between the largest double and what would be the next one. */
	private static final BigDecimal OVERFLOW = new BigDecimal(Double.MAX_VALUE)
		.add(new BigDecimal(Math.ulp(Double.MAX_VALUE)).divide(BigDecimal.valueOf(2)));

	private NumberReaderFuzz() {
	}

	/**
	 * Tries one input: the bytes of the number, and whatever stands behind it.
	 * @param data the input
	 */
	public static void fuzzerTestOneInput(byte[] data) {
		String text = new String(data, StandardCharsets.ISO_8859_1);
		// What lies outside the range must not count.
		byte[] source = ("-1" + text + "1e5").getBytes(StandardCharsets.ISO_8859_1);
		NumberReader reader = new NumberReader();
		int end = reader.readValue(source, 2, 2 + data.length);
		checkValue(text, (end < 0) ? -1 : end - 2, reader);
		end = reader.readTimestamp(source, 2, 2 + data.length);
		checkTimestamp(text, (end < 0) ? -1 : end - 2, reader);
	}

	private static void checkValue(String text, int end, NumberReader reader) {
		Matcher digits = DIGITS.matcher(text);
		if (!digits.lookingAt()) {
			assertThat(end).isEqualTo(-1);
			return;
		}
		BigInteger exponent = BigInteger.ZERO;
		int expectedEnd = digits.end();
		if (expectedEnd < text.length() && (text.charAt(expectedEnd) == 'e' || text.charAt(expectedEnd) == 'E')) {
			Matcher mark = EXPONENT.matcher(text).region(expectedEnd, text.length());
			if (!mark.lookingAt()) {
				assertThat(end).isEqualTo(-1);
				return;
			}
			exponent = new BigInteger(mark.group(1));
			expectedEnd = mark.end();
		}
		BigDecimal significand = new BigDecimal(digits.group());
		BigDecimal exact = scaled(significand, exponent, text.length());
		if (exact.abs().compareTo(OVERFLOW) >= 0) {
			assertThat(end).isEqualTo(-1);
			return;
		}
		assertThat(end).isEqualTo(expectedEnd);
		assertNearest(exact, reader.value());
		assertThat(1 / Math.copySign(1, reader.value()) < 0).isEqualTo(text.startsWith("-"));
	}

	// Cuts an exponent off where it makes no difference any more.
	private static BigDecimal scaled(BigDecimal significand, BigInteger exponent, int digits) {
		if (significand.signum() == 0) {
			return BigDecimal.ZERO;
		}
		BigInteger limit = MAX_EXPONENT.add(BigInteger.valueOf(digits));
		return significand.scaleByPowerOfTen(exponent.max(limit.negate()).min(limit).intValueExact());
	}

	private static void assertNearest(BigDecimal exact, double value) {
		assertThat(value).isFinite();
		BigDecimal error = exact.subtract(new BigDecimal(value)).abs();
		for (double neighbour : new double[] { Math.nextUp(value), Math.nextDown(value) }) {
			BigDecimal other = Double.isFinite(neighbour) ? new BigDecimal(neighbour)
					: new BigDecimal(value).multiply(BigDecimal.valueOf(2)).subtract(new BigDecimal(before(value)));
			int order = error.compareTo(exact.subtract(other).abs());
			boolean even = (Double.doubleToRawLongBits(value) & 1) == 0;
			assertThat(order < 0 || (order == 0 && even)).as("%s read as %s, with a neighbour %s", exact, value, other)
				.isTrue();
		}
	}

	private static double before(double value) {
		return Math.copySign(Math.nextDown(Math.abs(value)), value);
	}

	private static void checkTimestamp(String text, int end, NumberReader reader) {
		Matcher integer = INTEGER.matcher(text);
		if (!integer.lookingAt()) {
			assertThat(end).isEqualTo(-1);
			return;
		}
		BigInteger exact = new BigInteger(integer.group());
		if (exact.bitLength() >= Long.SIZE) {
			assertThat(end).isEqualTo(-1);
			return;
		}
		assertThat(end).isEqualTo(integer.end());
		assertThat(BigInteger.valueOf(reader.timestamp())).isEqualTo(exact);
	}

}
