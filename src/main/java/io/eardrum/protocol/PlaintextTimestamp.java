package io.eardrum.protocol;

import io.eardrum.protocol.number.NumberReader;

/**
 * Reads a timestamp of Graphite's plaintext protocol: a number of seconds, whose fraction
 * is cut off. Digits are read exactly. A timestamp with an exponent, as awk prints large
 * numbers, is read as a double first. The caller decides what -1 means.
 * <p>
 * Not safe for use by several threads.
 */
public final class PlaintextTimestamp {

	private static final double TWO_TO_THE_63 = 0x1p63;

	private final NumberReader numbers = new NumberReader();

	private long seconds;

	/**
	 * Reads a timestamp.
	 * @param source the array that holds it
	 * @param start where it starts
	 * @param end where it ends
	 * @return whether it is a timestamp
	 */
	public boolean read(byte[] source, int start, int end) {
		int digitsEnd = this.numbers.readTimestamp(source, start, end);
		if (digitsEnd == end || (digitsEnd > 0 && isFraction(source, digitsEnd, end))) {
			this.seconds = this.numbers.timestamp();
			return true;
		}
		if (this.numbers.readValue(source, start, end) != end) {
			return false;
		}
		double number = this.numbers.value();
		if (hasExponent(source, start, end)) {
			this.seconds = (long) number;
			return number >= -TWO_TO_THE_63 && number < TWO_TO_THE_63;
		}
		// Either the digits don't fit, and a double might round them until they do, or
		// there is only a fraction, which a double might round to a whole second.
		this.seconds = 0;
		return Math.abs(number) <= 1;
	}

	/**
	 * Returns the timestamp that was read last.
	 * @return whole seconds
	 */
	public long seconds() {
		return this.seconds;
	}

	private static boolean hasExponent(byte[] source, int from, int end) {
		for (int position = from; position < end; position++) {
			if (source[position] == 'e' || source[position] == 'E') {
				return true;
			}
		}
		return false;
	}

	private static boolean isFraction(byte[] source, int from, int end) {
		if (source[from] != '.') {
			return false;
		}
		int position = from + 1;
		while (position < end && source[position] >= '0' && source[position] <= '9') {
			position++;
		}
		return position == end;
	}

}
