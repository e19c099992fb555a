package io.eardrum.protocol.number;

import java.nio.charset.StandardCharsets;

/**
 * Reads the numbers of the protocol from bytes: values as the nearest IEEE 754 double,
 * ties to even, whatever the number of digits; timestamps as signed 64-bit integers.
 * <p>
 * A value is {@code [+-]?(digits[.[digits]] | .digits)([eE][+-]?digits)?}, a timestamp
 * {@code [+-]?digits}, with ASCII digits. The caller decides whether what follows the
 * number is allowed.
 * <p>
 * Not safe for several threads, so each parser has its own. It allocates nothing, with
 * one exception: if a number has more digits than any double needs, and lies on, or so
 * close to, the middle between two doubles that 128 bits of a power of ten do not decide,
 * the JDK's exact arithmetic decides. Numbers that {@link NumberWriter} or Python's
 * {@code repr} wrote are never among these.
 */
public final class NumberReader {

	/**
	 * This many digits always fit in an unsigned 64-bit integer.
	 */
	private static final int MAX_DIGITS = 19;

	private static final int MAX_EXACT_POWER = 22;

	/**
	 * Exponents are cut off here. It is more than the number of bytes in any array, so no
	 * number of digits can bring such an exponent back into range.
	 */
	private static final long EXPONENT_LIMIT = 100_000_000_000L;

	private double value;

	private long timestamp;

	private long significand;

	private long exponent;

	/**
	 * Reads the longest value that starts at an offset. The result is then in
	 * {@link #value()}.
	 * @param source the bytes
	 * @param from the offset of the first byte
	 * @param to the offset after the last byte that may be read
	 * @return the offset after the value, or -1 if no value starts there, its exponent
	 * mark has no digits, or it is not finite
	 */
	public int readValue(byte[] source, int from, int to) {
		int start = skipSign(source, from, to);
		this.significand = 0;
		int position = readDigits(source, start, to);
		int digits = position - start;
		int decimals = 0;
		if (position < to && source[position] == '.') {
			int point = position;
			position = readDigits(source, point + 1, to);
			decimals = position - point - 1;
			digits += decimals;
		}
		if (digits == 0) {
			return -1;
		}
		int end = position;
		this.exponent = 0;
		if (position < to && (source[position] == 'e' || source[position] == 'E')) {
			position = readExponent(source, position + 1, to);
			if (position < 0) {
				return -1;
			}
		}
		this.exponent -= decimals;
		double magnitude;
		if (digits > MAX_DIGITS) {
			magnitude = nearestToMany(source, start, end, position);
		}
		else {
			magnitude = nearest(source, start, position);
		}
		this.value = (source[from] == '-') ? -magnitude : magnitude;
		return (magnitude <= Double.MAX_VALUE) ? position : -1;
	}

	/**
	 * Returns the value that was read last.
	 * @return the value, undefined if the last {@link #readValue} returned -1
	 */
	public double value() {
		return this.value;
	}

	/**
	 * Reads the longest timestamp that starts at an offset. The result is then in
	 * {@link #timestamp()}.
	 * @param source the bytes
	 * @param from the offset of the first byte
	 * @param to the offset after the last byte that may be read
	 * @return the offset after the timestamp, or -1 if none starts there or it does not
	 * fit in 64 bits
	 */
	public int readTimestamp(byte[] source, int from, int to) {
		int start = skipSign(source, from, to);
		this.significand = 0;
		int position = readDigits(source, start, to);
		if (position == start) {
			return -1;
		}
		if (position - start > MAX_DIGITS) {
			while (position - start > MAX_DIGITS && source[start] == '0') {
				start++;
			}
			if (position - start > MAX_DIGITS) {
				return -1;
			}
		}
		// At most 19 digits are left, so the unsigned integer has not overflowed.
		long magnitude = this.significand;
		boolean negative = source[from] == '-';
		if (magnitude < 0 && !(negative && magnitude == Long.MIN_VALUE)) {
			return -1;
		}
		this.timestamp = negative ? -magnitude : magnitude;
		return position;
	}

	/**
	 * Returns the timestamp that was read last.
	 * @return the timestamp, undefined if the last {@link #readTimestamp} returned -1
	 */
	public long timestamp() {
		return this.timestamp;
	}

	private static int skipSign(byte[] source, int from, int to) {
		return (from < to && (source[from] == '-' || source[from] == '+')) ? from + 1 : from;
	}

	private int readDigits(byte[] source, int from, int to) {
		long number = this.significand;
		int position = from;
		while (position < to) {
			int digit = source[position] - '0';
			if (digit < 0 || digit > 9) {
				break;
			}
			number = number * 10 + digit;
			position++;
		}
		this.significand = number;
		return position;
	}

	private int readExponent(byte[] source, int from, int to) {
		int start = skipSign(source, from, to);
		int position = start;
		long number = 0;
		while (position < to) {
			int digit = source[position] - '0';
			if (digit < 0 || digit > 9) {
				break;
			}
			if (number < EXPONENT_LIMIT) {
				number = number * 10 + digit;
			}
			position++;
		}
		if (position == start) {
			return -1;
		}
		this.exponent = (source[from] == '-') ? -number : number;
		return position;
	}

	private double nearest(byte[] source, int start, int end) {
		long w = this.significand;
		long q = this.exponent;
		if (w >>> 53 == 0 && q >= -MAX_EXACT_POWER && q <= MAX_EXACT_POWER) {
			// Clinger's fast path: both operands are exact, so one operation rounds once.
			return (q < 0) ? w / PowersOfTen.exactDouble((int) -q) : w * PowersOfTen.exactDouble((int) q);
		}
		long bits = NearestDouble.bits(w, clamp(q));
		return (bits != NearestDouble.UNDECIDED) ? Double.longBitsToDouble(bits) : exactly(source, start, end);
	}

	private double nearestToMany(byte[] source, int start, int digitsEnd, int end) {
		// Reads again a number that was too long for {@link #readDigits}: more than 19
		// digits, leading and trailing zeros included.
		long w = 0;
		int kept = 0;
		int dropped = 0;
		boolean cut = false;
		for (int position = start; position < digitsEnd; position++) {
			int digit = source[position] - '0';
			if (source[position] == '.' || (digit == 0 && kept == 0)) {
				continue;
			}
			if (kept < MAX_DIGITS) {
				w = w * 10 + digit;
				kept++;
			}
			else {
				dropped++;
				cut |= digit != 0;
			}
		}
		this.significand = w;
		this.exponent += dropped;
		if (!cut) {
			return nearest(source, start, end);
		}
		// The value lies between w and w + 1, and so does its double.
		int q = clamp(this.exponent);
		long bits = NearestDouble.bits(w, q);
		if (bits == NearestDouble.UNDECIDED || bits != NearestDouble.bits(w + 1, q)) {
			return exactly(source, start, end);
		}
		return Double.longBitsToDouble(bits);
	}

	private static int clamp(long exponent) {
		// Keeps an exponent in the range of an int. Beyond these limits every result is 0
		// or infinity.
		return (int) Math.max(-1000, Math.min(1000, exponent));
	}

	private static double exactly(byte[] source, int start, int end) {
		return Double.parseDouble(new String(source, start, end - start, StandardCharsets.ISO_8859_1));
	}

}
