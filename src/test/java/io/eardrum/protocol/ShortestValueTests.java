package io.eardrum.protocol;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.nio.charset.StandardCharsets;
import java.util.SplittableRandom;

import org.junit.jupiter.api.Test;

import io.eardrum.fixture.TestSeed;
import io.eardrum.protocol.number.NumberWriter;

/**
 * Tests that {@link NumberWriter} writes the shortest decimal, and of several the nearest
 * one, against the exact arithmetic of {@link BigDecimal}. A failure names the seed; put
 * it in place of {@link #SEED} to see it again.
 */
class ShortestValueTests {

	private static final long SEED = TestSeed.value();

	private final SplittableRandom random = new SplittableRandom(SEED);

	private final byte[] target = new byte[NumberWriter.MAX_VALUE_LENGTH];

	@Test
	void everyPowerOfTwoAndItsNeighboursAreShortest() {
		for (int exponent = -1074; exponent <= 1023; exponent++) {
			double power = Math.scalb(1.0, exponent);
			assertShortest(power);
			assertShortest(Math.nextUp(power));
			assertShortest(Math.nextDown(power));
		}
	}

	@Test
	void everyPowerOfTenAndItsNeighboursAreShortest() {
		for (int exponent = -323; exponent <= 308; exponent++) {
			double power = Double.parseDouble("1e" + exponent);
			assertShortest(power);
			assertShortest(Math.nextUp(power));
			assertShortest(Math.nextDown(power));
		}
	}

	@Test
	void smallestDoublesAreShortest() {
		for (long bits = 1; bits <= 2000; bits++) {
			assertShortest(Double.longBitsToDouble(bits));
			assertShortest(Double.longBitsToDouble(Double.doubleToRawLongBits(Double.MIN_NORMAL) - 1000 + bits));
		}
	}

	@Test
	void randomDoublesAreShortest() {
		for (int i = 0; i < 10_000; i++) {
			assertShortest(randomDouble());
		}
	}

	@Test
	void whatIsMeasuredIsShortest() {
		double sum = 0;
		for (int i = 0; i < 30_000; i++) {
			double decimals = Math.rint(Math.pow(10, this.random.nextInt(8)));
			double value = Math.rint(this.random.nextDouble() * 1000 * decimals) / decimals;
			sum = (sum < 1e6) ? sum + value : 0;
			assertShortest(value);
			assertShortest(sum);
			assertShortest(value / 7);
		}
	}

	/**
	 * Checks that the text lies in the interval of all decimals that read back as the
	 * value, that no text with one digit less does, and that no other with as many digits
	 * is nearer. The next shorter decimals around the value are enough for that: whatever
	 * is shorter still is one of their kind and further away.
	 */
	private void assertShortest(double value) {
		if (value == 0) {
			return;
		}
		double magnitude = Math.abs(value);
		int end = NumberWriter.writeValue(magnitude, this.target, 0);
		BigDecimal text = new BigDecimal(new String(this.target, 0, end, StandardCharsets.US_ASCII))
			.stripTrailingZeros();
		BigDecimal exact = new BigDecimal(magnitude);
		BigDecimal unitBelow = exact.subtract(new BigDecimal(Math.nextDown(magnitude)));
		BigDecimal unitAbove = new BigDecimal(Math.ulp(magnitude));
		BigDecimal half = new BigDecimal("0.5");
		BigDecimal lower = exact.subtract(unitBelow.multiply(half));
		BigDecimal upper = exact.add(unitAbove.multiply(half));
		boolean closed = (Double.doubleToRawLongBits(magnitude) & 1) == 0;
		if (!within(text, lower, upper, closed)) {
			fail(value);
		}
		int digits = text.precision();
		for (RoundingMode mode : new RoundingMode[] { RoundingMode.FLOOR, RoundingMode.CEILING }) {
			if (digits > 1 && within(exact.round(new MathContext(digits - 1, mode)), lower, upper, closed)) {
				fail(value);
			}
			BigDecimal other = exact.round(new MathContext(digits, mode));
			if (within(other, lower, upper, closed)
					&& exact.subtract(other).abs().compareTo(exact.subtract(text).abs()) < 0) {
				fail(value);
			}
		}
	}

	private static boolean within(BigDecimal number, BigDecimal lower, BigDecimal upper, boolean closed) {
		int atLeast = closed ? 0 : 1;
		return number.compareTo(lower) >= atLeast && upper.compareTo(number) >= atLeast;
	}

	private double randomDouble() {
		double value;
		do {
			value = Double.longBitsToDouble(this.random.nextLong());
		}
		while (!Double.isFinite(value));
		return value;
	}

	private void fail(double value) {
		int end = NumberWriter.writeValue(value, this.target, 0);
		throw new AssertionError("%s (%x) written as %s, seed %d".formatted(value, Double.doubleToRawLongBits(value),
				new String(this.target, 0, end, StandardCharsets.US_ASCII), SEED));
	}

}
