package io.eardrum.protocol.number;

import java.nio.charset.StandardCharsets;

/**
 * Writes the numbers of the protocol as bytes. A value is written as the shortest decimal
 * that reads back as the same double, and as the nearest one if there are several. A
 * timestamp is written as a plain integer.
 * <p>
 * A value has no exponent, and at least one digit after the point, if 1e-4 &le; |v| &lt;
 * 1e16 or v is zero. Otherwise it is {@code d[.ddd]e±XX} with two exponent digits or
 * more. Python's {@code repr} prints the same. {@link Double#toString(double)} does not:
 * it prints {@code 1.0E7}, and before JDK 19 it does not always print the shortest
 * decimal.
 * <p>
 * Safe for any thread. It allocates nothing and touches no byte outside the number.
 */
public final class NumberWriter {

	/**
	 * The longest text of a value in bytes, such as {@code -1.7976931348623157e+308}.
	 */
	public static final int MAX_VALUE_LENGTH = 24;

	/**
	 * The longest text of a timestamp in bytes, that of -2<sup>63</sup>.
	 */
	public static final int MAX_TIMESTAMP_LENGTH = 20;

	/**
	 * The largest number of digits before the point in a plain value.
	 */
	private static final int MAX_PLAIN_DIGITS = 16;

	/**
	 * The largest number of zeros that follow the point in a plain value.
	 */
	private static final int MAX_PLAIN_ZEROS = 3;

	/**
	 * All integers up to this one are doubles.
	 */
	private static final double MAX_INTEGER = 1L << 53;

	private static final double MAX_FEW_DIGITS = 1e15;

	private static final byte[] MIN_TIMESTAMP = Long.toString(Long.MIN_VALUE).getBytes(StandardCharsets.US_ASCII);

	/**
	 * The numbers 00 to 99, two bytes each.
	 */
	private static final byte[] PAIRS = new byte[200];

	static {
		for (int number = 0; number < 100; number++) {
			PAIRS[2 * number] = (byte) ('0' + number / 10);
			PAIRS[2 * number + 1] = (byte) ('0' + number % 10);
		}
	}

	private NumberWriter() {
	}

	/**
	 * Writes a value.
	 * @param v the value, finite
	 * @param target the array, with room for the text, of which {@link #MAX_VALUE_LENGTH}
	 * bytes are always enough
	 * @param offset where the first byte goes
	 * @return the offset after the last byte
	 */
	public static int writeValue(double v, byte[] target, int offset) {
		int position = offset;
		long bits = Double.doubleToRawLongBits(v);
		if (bits < 0) {
			target[position++] = '-';
		}
		double magnitude = Math.abs(v);
		if (magnitude < MAX_INTEGER) {
			// An integer below 2^53 is itself the shortest. A shorter decimal would be an
			// integer as well, but doubles here are at most 1 apart, so it would be
			// another double.
			long integer = (long) magnitude;
			if (integer == magnitude) {
				position = writeDigits(integer, target, position, length(integer));
				target[position++] = '.';
				target[position++] = '0';
				return position;
			}
			// Decimals of up to 15 digits are distinct as doubles: near x, neighbouring
			// decimals of 15 digits are more than x / 10^15 apart, and neighbouring
			// doubles at most x / 2^52, which is less. So if n / 10^k reads back as v (a
			// division of exact numbers rounds as reading does), no other decimal of up
			// to 15 digits does, and n without its trailing zeros is the shortest.
			long n = fewDecimals(magnitude, 3);
			if (n >= 0) {
				return writeDecimal(n, -3, target, position);
			}
			n = fewDecimals(magnitude, 6);
			if (n >= 0) {
				return writeDecimal(n, -6, target, position);
			}
		}
		bits &= Long.MAX_VALUE;
		int exponent = ShortestDecimal.exponent(bits);
		return writeDecimal(ShortestDecimal.digits(bits, exponent), exponent, target, position);
	}

	/**
	 * Writes a timestamp.
	 * @param v the timestamp
	 * @param target the array, with room for the text, of which
	 * {@link #MAX_TIMESTAMP_LENGTH} bytes are always enough
	 * @param offset where the first byte goes
	 * @return the offset after the last byte
	 */
	public static int writeTimestamp(long v, byte[] target, int offset) {
		if (v == Long.MIN_VALUE) {
			System.arraycopy(MIN_TIMESTAMP, 0, target, offset, MIN_TIMESTAMP.length);
			return offset + MIN_TIMESTAMP.length;
		}
		int position = offset;
		long magnitude = v;
		if (v < 0) {
			target[position++] = '-';
			magnitude = -v;
		}
		return writeDigits(magnitude, target, position, length(magnitude));
	}

	private static long fewDecimals(double magnitude, int decimals) {
		double power = PowersOfTen.exactDouble(decimals);
		double scaled = magnitude * power + 0.5;
		if (scaled < MAX_FEW_DIGITS) {
			long n = (long) scaled;
			if (n / power == magnitude) {
				return n;
			}
		}
		return -1;
	}

	private static int writeDecimal(long digits, int exponent, byte[] target, int offset) {
		long stripped = digits;
		int scale = exponent;
		long tenth = stripped / 10;
		while (tenth * 10 == stripped) {
			stripped = tenth;
			scale++;
			tenth = stripped / 10;
		}
		int length = length(stripped);
		int point = length + scale;
		if (point < -MAX_PLAIN_ZEROS || point > MAX_PLAIN_DIGITS) {
			int position = writePointed(stripped, length, 1, target, offset);
			return writeExponent(point - 1, target, position);
		}
		if (point <= 0) {
			target[offset] = '0';
			target[offset + 1] = '.';
			int position = writeZeros(-point, target, offset + 2);
			return writeDigits(stripped, target, position, length);
		}
		if (point >= length) {
			int position = writeDigits(stripped, target, offset, length);
			position = writeZeros(point - length, target, position);
			target[position++] = '.';
			target[position++] = '0';
			return position;
		}
		return writePointed(stripped, length, point, target, offset);
	}

	private static int writePointed(long digits, int length, int point, byte[] target, int offset) {
		// Writes digits with a point after some of them, or without a point if that is
		// after all of them.
		if (point == length) {
			return writeDigits(digits, target, offset, length);
		}
		int end = writeDigits(digits, target, offset + 1, length);
		for (int i = 0; i < point; i++) {
			target[offset + i] = target[offset + i + 1];
		}
		target[offset + point] = '.';
		return end;
	}

	private static int writeExponent(int exponent, byte[] target, int offset) {
		int position = offset;
		target[position++] = 'e';
		target[position++] = (byte) ((exponent < 0) ? '-' : '+');
		int magnitude = Math.abs(exponent);
		return writeDigits(magnitude, target, position, (magnitude < 100) ? 2 : 3);
	}

	private static int writeZeros(int count, byte[] target, int offset) {
		for (int i = 0; i < count; i++) {
			target[offset + i] = '0';
		}
		return offset + count;
	}

	private static int writeDigits(long number, byte[] target, int offset, int length) {
		int end = offset + length;
		int position = end;
		long rest = number;
		while (position - offset >= 2) {
			long hundredth = rest / 100;
			int pair = 2 * (int) (rest - hundredth * 100);
			position -= 2;
			target[position] = PAIRS[pair];
			target[position + 1] = PAIRS[pair + 1];
			rest = hundredth;
		}
		if (position > offset) {
			target[offset] = (byte) ('0' + rest);
		}
		return end;
	}

	private static int length(long number) {
		// Returns the number of decimal digits.
		// 1233 / 2^12 is about log10(2), so this is the length, or one less.
		int length = ((64 - Long.numberOfLeadingZeros(number | 1)) * 1233) >> 12;
		return (number < PowersOfTen.integer(length)) ? Math.max(length, 1) : length + 1;
	}

}
