package io.eardrum.protocol.number;

import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link NumberReader}.
 */
class NumberReaderTests {

	private final NumberReader reader = new NumberReader();

	@ParameterizedTest
	@CsvSource({ "40, 40", "12.0, 12", "23.7, 23.7", "0.0001, 1e-4", "4200000, 4.2e6", "1e16, 1e16", "1.5e-5, 1.5e-5",
			"5e-324, 5e-324", "1e23, 1e23", "+5, 5", "-5, -5", "5., 5", ".5, 0.5", "-.5, -0.5", "+.5E1, 5", "5.e0, 5",
			"1E+05, 1e5", "007, 7", "00.50, 0.5", "1e-0, 1", "1503319740, 1503319740",
			"9007199254740993, 9007199254740992", "9007199254740992.5, 9007199254740992",
			"9007199254740993.0000000000000000000001, 9007199254740994", "9223372036854775808, 9223372036854775808",
			"18446744073709551615, 18446744073709551616", "10000000000000000000, 1e19",
			"0.30000000000000004, 0.30000000000000004" })
	void valueIsReadAsTheNearestDouble(String text, double expected) {
		assertThat(read(text)).isEqualTo(expected);
	}

	@ParameterizedTest
	@ValueSource(strings = { "nan", "NaN", "inf", "Infinity", "-inf", "", ".", "-", "+", "-.", "+.", "e5", ".e5", "-e5",
			"1e", "1e+", "1E-", "1.e", "1e 5", "1e+-5", "--1", "+-1", " 1", "\t1", "x1", "_1", ",5", "１", "٣", "１.5",
			"1e５", "1e400", "-1e400", "1e309", "1.8e308", "17976931348623159e292", "1e99999999999",
			"1e9223372036854775808", "1e99999999999999999999999999" })
	void whatIsNoFiniteValueIsRefused(String text) {
		byte[] source = text.getBytes(StandardCharsets.UTF_8);
		assertThat(this.reader.readValue(source, 0, source.length)).isEqualTo(-1);
	}

	@ParameterizedTest
	@CsvSource({ "1f, 1, 1", "1d, 1, 1", "0x1p3, 1, 0", "1_000, 1, 1", "'1,5', 1, 1", "1.5.2, 3, 1.5", "1..2, 2, 1",
			"1-2, 1, 1", "1e5.5, 3, 1e5", "1e5e5, 3, 1e5", "'1 ', 1, 1", "1５, 1, 1", "5.٣, 2, 5", "1L, 1, 1",
			"1e5f, 3, 1e5", "1\u0000, 1, 1", "1/, 1, 1", "1:, 1, 1" })
	void readingStopsBehindTheLongestValue(String text, int end, double expected) {
		byte[] source = text.getBytes(StandardCharsets.UTF_8);
		assertThat(this.reader.readValue(source, 0, source.length)).isEqualTo(end);
		assertThat(this.reader.value()).isEqualTo(expected);
	}

	@Test
	void bytesOutsideTheRangeAreNotRead() {
		byte[] source = "99-1.25e29".getBytes(StandardCharsets.US_ASCII);
		assertThat(this.reader.readValue(source, 2, 9)).isEqualTo(9);
		assertThat(this.reader.value()).isEqualTo(-125);
		assertThat(this.reader.readValue(source, 2, 8)).isEqualTo(-1);
		assertThat(this.reader.readValue(source, 2, 7)).isEqualTo(7);
		assertThat(this.reader.readValue(source, 2, 5)).isEqualTo(5);
		assertThat(this.reader.readValue(source, 2, 3)).isEqualTo(-1);
		assertThat(this.reader.readValue(source, 2, 2)).isEqualTo(-1);
		assertThat(this.reader.readValue(source, 10, 10)).isEqualTo(-1);
		assertThat(this.reader.readTimestamp(source, 0, 1)).isEqualTo(1);
		assertThat(this.reader.timestamp()).isEqualTo(9);
		assertThat(this.reader.readTimestamp(source, 2, 3)).isEqualTo(-1);
		assertThat(this.reader.readTimestamp(source, 10, 10)).isEqualTo(-1);
	}

	@ParameterizedTest
	@ValueSource(strings = { "0", "0.0", ".0", "0.", "0e99999999999", "0e-99999999999", "0.000e400", "1e-400", "2e-324",
			"2.4703282292062327e-324", "1e-99999999999", "1e-9223372036854775809", "000000000000000000000000000000" })
	void zeroKeepsItsSign(String text) {
		assertThat(read(text)).isEqualTo(0.0);
		assertThat(read("+" + text)).isEqualTo(0.0);
		assertThat(read("-" + text)).isEqualTo(-0.0);
	}

	@Test
	void digitsAndExponentCompensateEachOther() {
		assertThat(read("0." + "0".repeat(400) + "1e401")).isEqualTo(1);
		assertThat(read("0." + "0".repeat(400) + "e400")).isEqualTo(0);
		assertThat(read("1" + "0".repeat(4000) + "e-4000")).isEqualTo(1);
		assertThat(read("0".repeat(4000) + "1e3")).isEqualTo(1000);
		assertThat(read("123." + "0".repeat(4000))).isEqualTo(123);
		assertThat(read("0." + "0".repeat(4000) + "12345678901234567890123e3990")).isEqualTo(1.2345678901234568e-11);
		assertThat(read("5e-" + "0".repeat(4000) + "1")).isEqualTo(0.5);
		assertThat(read("9".repeat(308) + ".9e0")).isEqualTo(1e308);
		byte[] tooLarge = ("9".repeat(309) + ".9").getBytes(StandardCharsets.US_ASCII);
		assertThat(this.reader.readValue(tooLarge, 0, tooLarge.length)).isEqualTo(-1);
	}

	@Test
	void largestDoubleEndsHalfwayToTheNextPower() {
		BigDecimal limit = new BigDecimal(Double.MAX_VALUE).add(new BigDecimal(Math.ulp(Double.MAX_VALUE) / 2));
		byte[] refused = limit.toPlainString().getBytes(StandardCharsets.US_ASCII);
		assertThat(this.reader.readValue(refused, 0, refused.length)).isEqualTo(-1);
		assertThat(read(limit.subtract(BigDecimal.ONE).toPlainString())).isEqualTo(Double.MAX_VALUE);
		assertThat(read("1.7976931348623158e308")).isEqualTo(Double.MAX_VALUE);
	}

	@Test
	void powersOfTenAndTheirNeighboursAreRead() {
		for (int power = -345; power <= 308; power++) {
			for (String digits : new String[] { "1", "9.999999999999999999", "1.000000000000000000000001",
					"9.9999999999999999999999999", "12345678901234567891", "9999999999999999999", "5" }) {
				String text = digits + "e" + (power - digits.length());
				assertThat(read(text)).as(text).isEqualTo(new BigDecimal(text).doubleValue());
			}
		}
	}

	@Test
	void hardHalfwayCasesAreRoundedToEven() {
		for (int exponent = -1074; exponent <= 1023; exponent += 7) {
			double power = Math.scalb(1.0, exponent);
			for (double lower : new double[] { power, Math.nextUp(power), Math.nextDown(power), 1.75 * power,
					Math.PI * power }) {
				if (lower < Double.MAX_VALUE) {
					assertRoundedAtHalf(lower, Math.nextUp(lower));
				}
			}
		}
		assertRoundedAtHalf(0, Double.MIN_VALUE);
		assertRoundedAtHalf(Math.nextDown(Double.MIN_NORMAL), Double.MIN_NORMAL);
		assertRoundedAtHalf(Math.nextDown(Double.MAX_VALUE), Double.MAX_VALUE);
	}

	@ParameterizedTest
	@CsvSource({ "0, 0", "-0, 0", "005, 5", "+5, 5", "-5, -5", "1150864247, 1150864247",
			"9223372036854775807, 9223372036854775807", "+9223372036854775807, 9223372036854775807",
			"-9223372036854775808, -9223372036854775808", "-00009223372036854775808, -9223372036854775808",
			"0000000000000000000000000000000000000001, 1", "00000000000000000000, 0" })
	void timestampIsAnySigned64BitInteger(String text, long expected) {
		byte[] source = text.getBytes(StandardCharsets.US_ASCII);
		assertThat(this.reader.readTimestamp(source, 0, source.length)).isEqualTo(source.length);
		assertThat(this.reader.timestamp()).isEqualTo(expected);
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "-", "+", "--1", "+-1", " 1", ".5", "e3", "x", "９", "٣", "9223372036854775808",
			"-9223372036854775809", "9999999999999999999", "-9999999999999999999", "10000000000000000000",
			"18446744073709551616", "18446744073709551617", "-18446744073709551617", "100000000000000000000000000" })
	void whatIsNo64BitIntegerIsRefused(String text) {
		byte[] source = text.getBytes(StandardCharsets.UTF_8);
		assertThat(this.reader.readTimestamp(source, 0, source.length)).isEqualTo(-1);
	}

	@ParameterizedTest
	@CsvSource({ "5.0, 1", "1e3, 1", "1_000, 1", "15 , 2", "12L, 2", "1３, 1" })
	void readingStopsBehindTheLongestTimestamp(String text, int end) {
		byte[] source = text.getBytes(StandardCharsets.UTF_8);
		assertThat(this.reader.readTimestamp(source, 0, source.length)).isEqualTo(end);
	}

	private void assertRoundedAtHalf(double lower, double upper) {
		BigDecimal half = new BigDecimal(lower).add(new BigDecimal(upper)).divide(BigDecimal.valueOf(2));
		double even = ((Double.doubleToRawLongBits(lower) & 1) == 0) ? lower : upper;
		BigDecimal little = half.ulp().scaleByPowerOfTen(-1);
		for (String zeros : new String[] { "", "0", "0".repeat(500) }) {
			assertThat(read(digits(half) + zeros + exponent(half, zeros.length()))).isEqualTo(even);
			assertThat(read(digits(half) + zeros + "1" + exponent(half, zeros.length() + 1))).isEqualTo(upper);
		}
		assertThat(read(half.subtract(little).toString())).isEqualTo(lower);
		assertThat(read(new BigDecimal(lower).toString())).isEqualTo(lower);
		assertThat(read(new BigDecimal(upper).toPlainString())).isEqualTo(upper);
	}

	private static String digits(BigDecimal number) {
		return number.unscaledValue().toString();
	}

	private static String exponent(BigDecimal number, int moreDigits) {
		return "e" + (-number.scale() - moreDigits);
	}

	private double read(String text) {
		byte[] source = text.getBytes(StandardCharsets.US_ASCII);
		assertThat(this.reader.readValue(source, 0, source.length)).as(text).isEqualTo(source.length);
		return this.reader.value();
	}

}
