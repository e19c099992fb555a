package io.eardrum.web.graphite.query;

import java.math.BigDecimal;
import java.math.MathContext;
import java.nio.charset.StandardCharsets;

import io.eardrum.protocol.number.NumberWriter;

/**
 * Writes numbers as Graphite does in the names of series and in plain text.
 */
public final class NumberText {

	private static final int SIGNIFICANT_DIGITS = 6;

	private static final int MIN_EXPONENT = -4;

	private NumberText() {
	}

	/**
	 * Writes a number with all of its digits: the shortest text that reads back as the
	 * same number, with a point in it.
	 * @param value the number
	 * @return the text, such as {@code 23.0} or {@code 1e+16}; {@code inf}, {@code -inf}
	 * or {@code nan} if the number is not finite
	 */
	public static String exact(double value) {
		if (Double.isFinite(value)) {
			byte[] bytes = new byte[NumberWriter.MAX_VALUE_LENGTH];
			return new String(bytes, 0, NumberWriter.writeValue(value, bytes, 0), StandardCharsets.US_ASCII);
		}
		return notFinite(value);
	}

	/**
	 * Writes a number with at most six significant digits, as {@code %g} does in C.
	 * @param value the number
	 * @return the text, such as {@code 23}, {@code 0.1} or {@code 1e+06}
	 */
	public static String brief(double value) {
		if (!Double.isFinite(value)) {
			return notFinite(value);
		}
		if (value == 0) {
			return (1 / value < 0) ? "-0" : "0";
		}
		BigDecimal rounded = new BigDecimal(value).round(new MathContext(SIGNIFICANT_DIGITS)).stripTrailingZeros();
		int exponent = rounded.precision() - rounded.scale() - 1;
		if (exponent >= MIN_EXPONENT && exponent < SIGNIFICANT_DIGITS) {
			return rounded.toPlainString();
		}
		int digits = Math.abs(exponent);
		return rounded.scaleByPowerOfTen(-exponent).toPlainString() + ((exponent < 0) ? "e-" : "e+")
				+ ((digits < 10) ? "0" : "") + digits;
	}

	private static String notFinite(double value) {
		return Double.isNaN(value) ? "nan" : (value > 0) ? "inf" : "-inf";
	}

}
