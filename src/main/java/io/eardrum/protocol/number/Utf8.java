package io.eardrum.protocol.number;

/**
 * Checks whether bytes are well-formed UTF-8, as defined by table 3-7 of the Unicode
 * standard: no overlong forms, no surrogates, nothing above U+10FFFF.
 */
public final class Utf8 {

	private Utf8() {
	}

	/**
	 * Returns whether a range of bytes is well-formed.
	 * @param source the array that holds them
	 * @param from the offset of the first byte
	 * @param to the offset after the last byte
	 * @return whether all of them are well-formed
	 */
	public static boolean isWellFormed(byte[] source, int from, int to) {
		int position = from;
		while (position < to) {
			if (source[position] >= 0) {
				position++;
			}
			else {
				int length = sequenceLength(source, position, to);
				if (length == 0) {
					return false;
				}
				position += length;
			}
		}
		return true;
	}

	// Returns the length of the multi-byte sequence at a position, or 0 if it is
	// ill-formed.
	private static int sequenceLength(byte[] source, int position, int to) {
		int lead = source[position] & 0xFF;
		if (lead >= 0xC2 && lead <= 0xDF) {
			return continues(source, position, to, 1) ? 2 : 0;
		}
		if (lead >= 0xE0 && lead <= 0xEF) {
			int lowest = (lead == 0xE0) ? 0xA0 : 0x80;
			int highest = (lead == 0xED) ? 0x9F : 0xBF;
			return (continues(source, position, to, 2) && isSecond(source, position, lowest, highest)) ? 3 : 0;
		}
		if (lead >= 0xF0 && lead <= 0xF4) {
			int lowest = (lead == 0xF0) ? 0x90 : 0x80;
			int highest = (lead == 0xF4) ? 0x8F : 0xBF;
			return (continues(source, position, to, 3) && isSecond(source, position, lowest, highest)) ? 4 : 0;
		}
		return 0;
	}

	private static boolean continues(byte[] source, int position, int to, int count) {
		if (position + count >= to) {
			return false;
		}
		for (int i = 1; i <= count; i++) {
			if ((source[position + i] & 0xC0) != 0x80) {
				return false;
			}
		}
		return true;
	}

	private static boolean isSecond(byte[] source, int position, int lowest, int highest) {
		int second = source[position + 1] & 0xFF;
		return second >= lowest && second <= highest;
	}

}
