package io.eardrum.protocol.number;

import java.math.BigDecimal;
import java.math.BigInteger;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link ShortestDecimal}, for what its proof takes for granted.
 */
class ShortestDecimalTests {

	/**
	 * The quarters that are scaled: four times a significand, and up to two more.
	 */
	private static final BigInteger MAX_QUARTERS = BigInteger.ONE.shiftLeft(55).add(BigInteger.TWO);

	@Test
	void unitFitsIntoTheIntervalAndTenOfItDoNot() {
		for (int exponent = 0; exponent <= 2046; exponent++) {
			for (long fraction = 0; fraction <= 1; fraction++) {
				long bits = ((long) exponent << 52) | fraction;
				if (bits != 0) {
					BigDecimal width = width(exponent, fraction);
					int k = ShortestDecimal.exponent(bits);
					assertThat(BigDecimal.ONE.scaleByPowerOfTen(k)).as("%x", bits).isLessThanOrEqualTo(width);
					assertThat(BigDecimal.ONE.scaleByPowerOfTen(k + 1)).as("%x", bits).isGreaterThan(width);
				}
			}
		}
	}

	@Test
	void noScaledValueLiesSoCloseToAnIntegerThatThePowersCannotTell() {
		for (int exponent = 1; exponent <= 2046; exponent++) {
			for (long fraction = 0; fraction <= 1; fraction++) {
				int k = ShortestDecimal.exponent(((long) exponent << 52) | fraction);
				int q = exponent - 1075;
				BigInteger two = BigInteger.TWO.pow(Math.abs(q));
				BigInteger ten = BigInteger.TEN.pow(Math.abs(k));
				BigInteger numerator = ((q >= 0) ? two : BigInteger.ONE).multiply((k < 0) ? ten : BigInteger.ONE);
				BigInteger denominator = ((q < 0) ? two : BigInteger.ONE).multiply((k >= 0) ? ten : BigInteger.ONE);
				BigInteger gcd = numerator.gcd(denominator);
				assertThat(isTellable(numerator.divide(gcd), denominator.divide(gcd))).as("2^%d / 10^%d", q, k)
					.isTrue();
			}
		}
	}

	/**
	 * Tells whether all multiples m * numerator / denominator, m up to the largest
	 * scaled, are integers or further than 2^-66 above one and 2^-68 below one. Walks
	 * through the multiples whose distance to an integer is the smallest so far on their
	 * side: each is the sum of the last one and a multiple of the other side's last.
	 */
	private static boolean isTellable(BigInteger numerator, BigInteger denominator) {
		if (denominator.compareTo(MAX_QUARTERS) <= 0) {
			// The distance of a multiple that is no integer is 1 / denominator or more.
			return true;
		}
		BigInteger aboveAt = BigInteger.ONE;
		BigInteger above = numerator.mod(denominator);
		BigInteger belowAt = BigInteger.ZERO;
		BigInteger below = denominator;
		while (true) {
			boolean shrinkBelow = above.compareTo(below) < 0;
			BigInteger step = shrinkBelow ? above : below;
			BigInteger stepAt = shrinkBelow ? aboveAt : belowAt;
			BigInteger distance = shrinkBelow ? below : above;
			BigInteger at = shrinkBelow ? belowAt : aboveAt;
			BigInteger times = distance.subtract(BigInteger.ONE).divide(step);
			if (stepAt.signum() > 0) {
				times = times.min(MAX_QUARTERS.subtract(at).divide(stepAt));
			}
			if (times.signum() == 0) {
				return above.shiftLeft(66).compareTo(denominator) > 0 && below.shiftLeft(68).compareTo(denominator) > 0;
			}
			distance = distance.subtract(times.multiply(step));
			at = at.add(times.multiply(stepAt));
			if (shrinkBelow) {
				below = distance;
				belowAt = at;
			}
			else {
				above = distance;
				aboveAt = at;
			}
		}
	}

	private static BigDecimal width(int exponent, long fraction) {
		BigDecimal unit = new BigDecimal(Math.scalb(1.0, Math.max(exponent, 1) - 1075));
		return (fraction == 0 && exponent > 1) ? unit.multiply(new BigDecimal("0.75")) : unit;
	}

}
