package io.eardrum.web.graphite.function.transform;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Random;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import io.eardrum.fixture.TestSeed;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Rounding, beside that of {@link BigDecimal}, which is exact.
 */
class RoundedValueTests {

	private static void assertRoundedExactly(double value, int digits) {
		double expected = new BigDecimal(value).setScale(digits, RoundingMode.HALF_EVEN).doubleValue();
		// Equal to the last bit, which tells -0 from 0 as well.
		assertThat(Double.doubleToRawLongBits(TransformFunctions.rounded(value, digits)))
			.as("%s to %d digits", value, digits)
			.isEqualTo(Double.doubleToRawLongBits(expected));
	}

	@Test
	void isExactForValuesOfAnySize() {
		Random random = new Random(TestSeed.value());
		for (int i = 0; i < 20_000; i++) {
			double value = (random.nextDouble() - 0.5) * Math.pow(10, random.nextInt(40) - 20);
			assertRoundedExactly(value, random.nextInt(20) - 3);
		}
	}

	@Test
	void isExactNextToHalves() {
		Random random = new Random(TestSeed.value());
		for (int i = 0; i < 20_000; i++) {
			int digits = random.nextInt(14);
			double half = (random.nextInt(2_000_000) - 1_000_000 + 0.5) / Math.pow(10, digits);
			assertRoundedExactly(half, digits);
			assertRoundedExactly(Math.nextUp(half), digits);
			assertRoundedExactly(Math.nextDown(half), digits);
		}
	}

	@ParameterizedTest
	@ValueSource(doubles = { 0.0, -0.0, -1e-9, 0.5, 1.5, 2.5, -0.5, 1e300, Double.MIN_VALUE, 0x1p43, 0x1p52 + 0.5 })
	void isExactAtTheEdges(double value) {
		for (int digits = -2; digits < 16; digits++) {
			assertRoundedExactly(value, digits);
		}
	}

	@ParameterizedTest
	@ValueSource(doubles = { Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY })
	void whatIsNoNumberStaysAsItIs(double value) {
		assertThat(TransformFunctions.rounded(value, 6)).isEqualTo(Double.valueOf(value));
	}

}
