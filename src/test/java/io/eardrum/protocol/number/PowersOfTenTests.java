package io.eardrum.protocol.number;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link PowersOfTen}.
 */
class PowersOfTenTests {

	@Test
	void integersAndExactDoublesArePowersOfTen() {
		for (int power = 0; power <= 18; power++) {
			assertThat(PowersOfTen.integer(power)).isEqualTo(BigInteger.TEN.pow(power).longValueExact());
		}
		for (int power = 0; power <= 22; power++) {
			assertThat(new BigDecimal(PowersOfTen.exactDouble(power))).isEqualByComparingTo(BigDecimal.TEN.pow(power));
		}
	}

	@Test
	void everyPowerHasItsFirst128Bits() {
		for (int power = PowersOfTen.MIN; power <= PowersOfTen.MAX; power++) {
			BigInteger word = unsigned(PowersOfTen.high(power)).shiftLeft(64).add(unsigned(PowersOfTen.low(power)));
			BigDecimal exact = scaled(power, 127 - PowersOfTen.exponent(power));
			BigDecimal floor = exact.setScale(0, RoundingMode.FLOOR);
			assertThat(new BigDecimal(word)).as("10^%d", power).isEqualByComparingTo(floor);
			assertThat(word.bitLength()).as("10^%d", power).isEqualTo(128);
			assertThat(PowersOfTen.isExact(power)).as("10^%d", power).isEqualTo(exact.compareTo(floor) == 0);
		}
	}

	@Test
	void oneMoreUnitNeverCarriesIntoTheUpperWord() {
		for (int power = PowersOfTen.MIN; power <= PowersOfTen.MAX; power++) {
			assertThat(PowersOfTen.low(power)).as("10^%d", power).isNotEqualTo(-1);
		}
	}

	@Test
	void multiplyHighIsUnsigned() {
		long[] words = { 0, 1, 2, Long.MAX_VALUE, Long.MIN_VALUE, -1, -2, 0x123456789ABCDEFL, 0xFEDCBA9876543210L };
		for (long x : words) {
			for (long y : words) {
				assertThat(PowersOfTen.multiplyHigh(x, y))
					.isEqualTo(unsigned(x).multiply(unsigned(y)).shiftRight(64).longValue());
			}
		}
	}

	private static BigInteger unsigned(long word) {
		return new BigInteger(Long.toUnsignedString(word));
	}

	/**
	 * 10^power * 2^shift, exactly.
	 */
	private static BigDecimal scaled(int power, int shift) {
		BigDecimal two = (shift < 0) ? new BigDecimal("0.5") : BigDecimal.valueOf(2);
		return two.pow(Math.abs(shift)).scaleByPowerOfTen(power);
	}

}
