package io.eardrum.protocol.number;

import java.math.BigInteger;

/**
 * Powers of ten as the number grammar needs them: the small ones exactly, and all that
 * are needed for doubles to 128 bits.
 * <p>
 * A power 10<sup>p</sup> with p from {@value #MIN} to {@value #MAX} is (T + ε) &middot;
 * 2<sup>{@link #exponent(int) e} - 127</sup>, where T is an integer of exactly 128 bits,
 * kept in two words, and 0 &le; ε &lt; 1. ε is 0 for the powers that
 * {@link #isExact(int)} names. The table is computed when the class is initialised.
 */
final class PowersOfTen {

	/**
	 * The smallest power. Any number of 19 digits times the next smaller power is nearer
	 * to 0 than to the smallest double.
	 */
	static final int MIN = -342;

	/**
	 * The largest power, which scales the smallest double to an integer.
	 */
	static final int MAX = 324;

	private static final int EXACT_MAX = 55;

	private static final long[] INTEGERS = new long[19];

	private static final double[] DOUBLES = new double[23];

	private static final long[] HIGH = new long[MAX - MIN + 1];

	private static final long[] LOW = new long[MAX - MIN + 1];

	static {
		long integer = 1;
		for (int power = 0; power < INTEGERS.length; power++) {
			INTEGERS[power] = integer;
			integer *= 10;
		}
		// Each one is exact, because 5^22 is the last power of five below 2^53.
		double exact = 1;
		for (int power = 0; power < DOUBLES.length; power++) {
			DOUBLES[power] = exact;
			exact *= 10;
		}
		// 10^p and 5^p have the same leading bits.
		BigInteger five = BigInteger.valueOf(5);
		BigInteger fives = BigInteger.ONE;
		for (int power = 0; power <= -MIN; power++) {
			int bits = fives.bitLength();
			if (power <= MAX) {
				set(power, fives.shiftLeft(128).shiftRight(bits));
			}
			if (power > 0) {
				set(-power, BigInteger.ONE.shiftLeft(127 + bits).divide(fives));
			}
			fives = fives.multiply(five);
		}
	}

	private PowersOfTen() {
	}

	private static void set(int power, BigInteger word) {
		HIGH[power - MIN] = word.shiftRight(64).longValue();
		LOW[power - MIN] = word.longValue();
	}

	/**
	 * Returns a power as an integer.
	 * @param power 0 to 18
	 * @return the power
	 */
	static long integer(int power) {
		return INTEGERS[power];
	}

	/**
	 * Returns a power that a double holds exactly.
	 * @param power 0 to 22
	 * @return the power
	 */
	static double exactDouble(int power) {
		return DOUBLES[power];
	}

	/**
	 * Returns the upper 64 bits of T; the topmost one is set.
	 * @param power {@value #MIN} to {@value #MAX}
	 * @return an unsigned word
	 */
	static long high(int power) {
		return HIGH[power - MIN];
	}

	/**
	 * Returns the lower 64 bits of T. They are never all ones.
	 * @param power {@value #MIN} to {@value #MAX}
	 * @return an unsigned word
	 */
	static long low(int power) {
		return LOW[power - MIN];
	}

	/**
	 * Returns whether T has no error: the power is an integer whose odd part fits in 128
	 * bits.
	 * @param power {@value #MIN} to {@value #MAX}
	 * @return whether ε is 0
	 */
	static boolean isExact(int power) {
		return power >= 0 && power <= EXACT_MAX;
	}

	/**
	 * Returns the binary exponent of a power, which is the largest e with 2<sup>e</sup>
	 * &le; 10<sup>p</sup>.
	 * @param power {@value #MIN} to {@value #MAX}
	 * @return the exponent
	 */
	static int exponent(int power) {
		// 217706 / 2^16 is about log2(10), close enough for every power in the table.
		return (power * 217706) >> 16;
	}

	/**
	 * Returns the upper half of the product of two unsigned words.
	 * {@link Math#multiplyHigh(long, long)} would treat them as signed.
	 * @param x an unsigned word
	 * @param y an unsigned word
	 * @return bits 64 to 127 of the product
	 */
	static long multiplyHigh(long x, long y) {
		return Math.multiplyHigh(x, y) + ((x >> 63) & y) + ((y >> 63) & x);
	}

}
