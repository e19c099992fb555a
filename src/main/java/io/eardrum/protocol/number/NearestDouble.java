package io.eardrum.protocol.number;

/**
 * Finds the double nearest to w &middot; 10<sup>q</sup>, ties to even, for a w of 64
 * bits, by the method of Eisel and Lemire, with one product of 64 by 128 bits.
 * <p>
 * The power is (T + ε) &middot; 2<sup>s</sup> with 0 &le; ε &lt; 1 (see
 * {@link PowersOfTen}), so the true product lies between wT and wT + w, and w is less
 * than one unit of the second of the product's three words. The answer is certain unless
 * a number halfway between two doubles lies in that gap. In that case there is no answer.
 */
final class NearestDouble {

	/**
	 * What {@link #bits(long, int)} returns if 128 bits of the power do not decide.
	 */
	static final long UNDECIDED = -1;

	private static final int FRACTION_BITS = 52;

	private static final int BIAS = 1023;

	private static final int MAX_BIASED = 2046;

	private static final long INFINITY = 0x7FFL << FRACTION_BITS;

	private NearestDouble() {
	}

	/**
	 * Returns the nearest double.
	 * @param w the significand, unsigned, at most 10<sup>19</sup>
	 * @param q the power of ten, any
	 * @return the bits of a double that is 0, positive, or infinity, or
	 * {@link #UNDECIDED}
	 */
	static long bits(long w, int q) {
		if (w == 0 || q < PowersOfTen.MIN) {
			return 0;
		}
		if (q > 308) {
			return INFINITY;
		}
		int leading = Long.numberOfLeadingZeros(w);
		long factor = w << leading;
		long power = PowersOfTen.low(q);
		long low = factor * power;
		long middle = PowersOfTen.multiplyHigh(factor, power);
		power = PowersOfTen.high(q);
		long product = factor * power;
		long high = PowersOfTen.multiplyHigh(factor, power);
		middle += product;
		if (Long.compareUnsigned(middle, product) < 0) {
			high++;
		}
		int top = (int) (high >>> 63);
		int biased = PowersOfTen.exponent(q) + 63 - leading + top + BIAS;
		if (biased > MAX_BIASED) {
			return INFINITY;
		}
		int shift = 10 + top;
		if (biased <= 0) {
			// Subnormal: the exponent stays, the significand loses bits.
			shift += 1 - biased;
			biased = 1;
		}
		if (shift > 63) {
			// At 66 the product is below a quarter of the smallest double.
			return (shift > 65) ? 0 : UNDECIDED;
		}
		return round(high, middle, low, shift, PowersOfTen.isExact(q), biased);
	}

	private static long round(long high, long middle, long low, int shift, boolean exact, int biased) {
		long half = 1L << (shift - 1);
		if (!exact && middle == -1 && ((high + 1) & (2 * half - 1)) == half) {
			return UNDECIDED;
		}
		long significand = high >>> shift;
		if ((high & half) != 0) {
			boolean above = !exact || ((high & (half - 1)) | middle | low) != 0;
			if (above || (significand & 1) != 0) {
				significand++;
			}
		}
		// The leading bit of a normal significand, and a carry from rounding, each add
		// one to the exponent, to infinity if necessary.
		return ((biased - 1L) << FRACTION_BITS) + significand;
	}

}
