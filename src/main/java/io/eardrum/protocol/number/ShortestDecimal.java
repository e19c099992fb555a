package io.eardrum.protocol.number;

/**
 * Finds the shortest decimal that reads back as a double, and of several the one nearest
 * to it. This is Schubfach, as Raffaello Giulietti described it in "The Schubfach way to
 * render doubles", without the second digit that the JDK requires.
 * <p>
 * All decimals that read back as v form an interval around it. Let k be such that
 * 10<sup>k</sup> is not wider than the interval and 10<sup>k+1</sup> is. Then the
 * interval holds at least one multiple of 10<sup>k</sup> and at most one of
 * 10<sup>k+1</sup>. If there is one of the latter, it is the shortest. If not, the
 * multiples of 10<sup>k</sup> in the interval are equally long, and the nearest is next
 * to v. v and the interval's ends are compared in quarters of 10<sup>k</sup>, in which
 * all multiples are integers.
 */
final class ShortestDecimal {

	private static final int FRACTION_BITS = 52;

	private static final long FRACTION_MASK = (1L << FRACTION_BITS) - 1;

	private static final int BIAS = 1023 + FRACTION_BITS;

	private ShortestDecimal() {
	}

	/**
	 * Returns the power of ten that is the unit of {@link #digits(long, int)}.
	 * @param bits the bits of a double that is positive and finite
	 * @return k, -324 to 292
	 */
	static int exponent(long bits) {
		// floor(log10(2^q)), and floor(log10(3/4 2^q)) where the interval is narrower:
		// 315653 / 2^20 is about log10(2), and 2^17 / 2^20 about log10(4/3), close enough
		// for every q.
		return (binaryExponent(bits) * 315653 - (isNarrowBelow(bits) ? 1 << 17 : 0)) >> 20;
	}

	/**
	 * Returns the significand of the shortest decimal, which may have trailing zeros.
	 * @param bits the bits of a double that is positive and finite
	 * @param k what {@link #exponent(long)} returns
	 * @return the digits, in units of 10<sup>k</sup>; less than 10<sup>18</sup>
	 */
	static long digits(long bits, int k) {
		long fraction = bits & FRACTION_MASK;
		long quarters = ((bits >>> FRACTION_BITS == 0) ? fraction : fraction | (FRACTION_MASK + 1)) << 2;
		int shift = binaryExponent(bits) + PowersOfTen.exponent(-k) + 1;
		long high = PowersOfTen.high(-k);
		long low = PowersOfTen.low(-k) + 1;
		long lower = scale(high, low, (quarters - (isNarrowBelow(bits) ? 1 : 2)) << shift);
		long exact = scale(high, low, quarters << shift);
		long upper = scale(high, low, (quarters + 2) << shift);
		// An odd significand does not include the ends of its interval, because ties go
		// to even.
		long open = fraction & 1;
		lower += open;
		upper -= open;
		long floor = exact >> 2;
		long tens = floor / 10 * 10;
		boolean tensBelow = lower <= tens << 2;
		boolean tensAbove = (tens + 10) << 2 <= upper;
		if (tensBelow != tensAbove) {
			return tensBelow ? tens : tens + 10;
		}
		boolean below = lower <= floor << 2;
		boolean above = (floor + 1) << 2 <= upper;
		if (below != above) {
			return below ? floor : floor + 1;
		}
		long beyondMiddle = exact - (4 * floor + 2);
		return (beyondMiddle < 0 || (beyondMiddle == 0 && (floor & 1) == 0)) ? floor : floor + 1;
	}

	private static long scale(long powerHigh, long powerLow, long factor) {
		// Rounds to odd: down to an integer, whose lowest bit is set if anything was cut
		// off. Then every comparison with an even integer stays correct.
		//
		// The power is too large by at most one unit, which is 2^-128 here, and the
		// factor below 2^60, so the product is too large by less than 2^-68. For no
		// double and no end of its interval does the true product lie closer than 2^-66
		// to an integer without being one: a test walks through the continued fractions.
		// So what is below 2^-66 is the error of the power, and nothing was cut off.
		long low = factor * powerLow;
		long middle = PowersOfTen.multiplyHigh(factor, powerLow);
		long product = factor * powerHigh;
		long integer = PowersOfTen.multiplyHigh(factor, powerHigh);
		middle += product;
		if (Long.compareUnsigned(middle, product) < 0) {
			integer++;
		}
		return ((middle | (low >>> 62)) != 0) ? integer | 1 : integer;
	}

	private static int binaryExponent(long bits) {
		return Math.max((int) (bits >>> FRACTION_BITS), 1) - BIAS;
	}

	private static boolean isNarrowBelow(long bits) {
		// Returns whether the next double below is at half the distance of the one above.
		return (bits & FRACTION_MASK) == 0 && bits >>> FRACTION_BITS > 1;
	}

}
