package io.eardrum.protocol.number;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.nio.charset.StandardCharsets;
import java.util.SplittableRandom;

import org.junit.jupiter.api.Test;

import io.eardrum.fixture.TestSeed;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests {@link NumberReader} and {@link NumberWriter} with random numbers, against the
 * JDK's own parser. A failure names the seed; put it in place of {@link #SEED} to see it
 * again.
 */
class NumberRoundTripTests {

	private static final long SEED = TestSeed.value();

	private final SplittableRandom random = new SplittableRandom(SEED);

	private final NumberReader reader = new NumberReader();

	private final byte[] target = new byte[NumberWriter.MAX_VALUE_LENGTH];

	@Test
	void randomDoublesComeBackAsTheyWere() {
		for (int i = 0; i < 1_000_000; i++) {
			double value = randomDouble();
			int end = NumberWriter.writeValue(value, this.target, 0);
			if (this.reader.readValue(this.target, 0, end) != end || !same(this.reader.value(), value)) {
				fail(value);
			}
			if (i % 16 == 0 && !same(Double.parseDouble(text(end)), value)) {
				fail(value);
			}
		}
	}

	@Test
	void randomDecimalsAreReadAsTheNearestDouble() {
		for (int i = 0; i < 150_000; i++) {
			assertRead(randomDecimal());
		}
	}

	@Test
	void decimalsNextToAHalfwayPointAreReadAsTheNearestDouble() {
		for (int i = 0; i < 20_000; i++) {
			double value = Math.abs(randomDouble());
			if (value < Double.MAX_VALUE) {
				BigDecimal half = new BigDecimal(value).add(new BigDecimal(Math.nextUp(value)))
					.divide(BigDecimal.valueOf(2));
				MathContext precision = new MathContext(this.random.nextInt(15, 40),
						this.random.nextBoolean() ? RoundingMode.FLOOR : RoundingMode.CEILING);
				assertRead(half.round(precision).toString());
			}
		}
	}

	private void assertRead(String text) {
		double expected = Double.parseDouble(text);
		byte[] source = text.getBytes(StandardCharsets.US_ASCII);
		int end = this.reader.readValue(source, 0, source.length);
		boolean right = Double.isInfinite(expected) ? end == -1
				: end == source.length && same(this.reader.value(), expected);
		assertThat(right).as("%s, read as %s, seed %d", text, this.reader.value(), SEED).isTrue();
	}

	private double randomDouble() {
		double value;
		do {
			value = Double.longBitsToDouble(this.random.nextLong());
		}
		while (!Double.isFinite(value));
		return value;
	}

	private String randomDecimal() {
		StringBuilder text = new StringBuilder();
		int length = this.random.nextInt(1, 41);
		int point = this.random.nextInt(0, 2 * length);
		for (int i = 0; i < length; i++) {
			if (i == point) {
				text.append('.');
			}
			text.append((char) ('0' + this.random.nextInt(10)));
		}
		switch (this.random.nextInt(4)) {
			case 0 -> text.append('e').append(this.random.nextInt(-360, 320));
			case 1 -> text.append("E+").append(this.random.nextInt(0, 40));
			case 2 -> text.append("e-0").append(this.random.nextInt(0, 40));
			default -> {
			}
		}
		return this.random.nextBoolean() ? "-" + text : text.toString();
	}

	private static boolean same(double one, double other) {
		return Double.doubleToRawLongBits(one) == Double.doubleToRawLongBits(other);
	}

	private String text(int end) {
		return new String(this.target, 0, end, StandardCharsets.US_ASCII);
	}

	private void fail(double value) {
		int end = NumberWriter.writeValue(value, this.target, 0);
		throw new AssertionError(
				"%s (%x) written as %s, seed %d".formatted(value, Double.doubleToRawLongBits(value), text(end), SEED));
	}

}
