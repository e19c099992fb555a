package io.eardrum.metric;

import java.time.Instant;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Tests for {@link KeyedPoint}.
 */
class KeyedPointTests {

	private static final KeyedPoint POINT = KeyedPoint.of("palm.cpu", 23.9).at(1_150_864_257);

	@Test
	void pointHasWhatItIsMadeOf() {
		assertThat(POINT.key()).isEqualTo(SeriesKey.of("palm.cpu"));
		assertThat(POINT.value()).isEqualTo(23.9);
		assertThat(POINT.timestamp()).isEqualTo(1_150_864_257);
		assertThat(KeyedPoint.of(SeriesKey.of("palm.cpu"), 23.9).at(1_150_864_257)).isEqualTo(POINT);
		assertThat(POINT).hasToString("palm.cpu 23.9 1150864257");
	}

	@Test
	void timeIsTheWholeSecondThatItLiesIn() {
		assertThat(KeyedPoint.of("a", 1).at(Instant.ofEpochMilli(1_999)).timestamp()).isEqualTo(1);
		assertThat(KeyedPoint.of("a", 1).at(Instant.ofEpochMilli(-1)).timestamp()).isEqualTo(-1);
		assertThat(KeyedPoint.of("a", 1).at(Long.MIN_VALUE).timestamp()).isEqualTo(Long.MIN_VALUE);
	}

	@Test
	void pointsAreEqualIfAllOfThemIs() {
		assertThat(POINT).isEqualTo(KeyedPoint.of("palm.cpu", 23.9).at(1_150_864_257))
			.hasSameHashCodeAs(KeyedPoint.of("palm.cpu", 23.9).at(1_150_864_257))
			.isNotEqualTo(KeyedPoint.of("palm.mem", 23.9).at(1_150_864_257))
			.isNotEqualTo(KeyedPoint.of("palm.cpu", 23.8).at(1_150_864_257))
			.isNotEqualTo(KeyedPoint.of("palm.cpu", 23.9).at(1_150_864_258))
			.isNotEqualTo(new Point(1_150_864_257, 23.9));
	}

	@Test
	void keyIsAnyTextThatUtf8CanCarry() {
		assertThat(KeyedPoint.of("größe", 1).at(5).key()).hasToString("größe");
		assertThatIllegalArgumentException().isThrownBy(() -> KeyedPoint.of("\udc00", 1));
	}

}
