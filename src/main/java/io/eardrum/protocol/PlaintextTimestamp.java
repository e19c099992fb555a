package io.eardrum.protocol;

import io.eardrum.protocol.number.NumberReader;

/**
 * Reads a timestamp as Graphite's plaintext protocol has it: a number of seconds, whose
 * fraction is cut off. Digits are exact; with an exponent, as awk prints large numbers, a
 * timestamp is a double first. What -1 means is for the caller to know.
 * <p>
 * Not safe for use by several threads.
 */
public final class PlaintextTimestamp {

	private static final double TWO_TO_THE_63 = 0x1p63;

	private final NumberReader numbers = new NumberReader();

	private long seconds;

	/**
	 * Reads a timestamp.
	 * @param source the array in which it stands
	 * @param start where it starts
	 * @param end where it ends
	 * @return whether it is one
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
		// Digits that don't fit, which a double might round until they do, or a fraction
		// and nothing else, which it might round to a whole second.
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
