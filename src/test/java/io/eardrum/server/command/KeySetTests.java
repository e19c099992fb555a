package io.eardrum.server.command;

import java.util.HashSet;
import java.util.Random;
import java.util.Set;

import org.junit.jupiter.api.Test;

import io.eardrum.fixture.TestSeed;
import io.eardrum.metric.SeriesKey;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link KeySet}.
 */
class KeySetTests {

	private final KeySet keys = new KeySet();

	@Test
	void knowsWhatWasAddedAndNothingElse() {
		Random random = new Random(TestSeed.value());
		Set<SeriesKey> added = new HashSet<>();
		for (int i = 0; i < 1000; i++) {
			SeriesKey key = key(random.nextInt(1_000_000));
			added.add(key);
			this.keys.add(key.hashCode());
		}
		assertThat(added).allMatch(this.keys::mayContain);
		int wrong = 0;
		for (int i = 1_000_000; i < 1_010_000; i++) {
			wrong += this.keys.mayContain(key(i)) ? 1 : 0;
		}
		assertThat(wrong).isLessThan(10);
		this.keys.clear();
		assertThat(added).noneMatch(this.keys::mayContain);
	}

	@Test
	void forgetsNoKeyIfHashesCrowdTogether() {
		int step = inverseOfTheSpread();
		for (int i = 1; i < 100; i++) {
			this.keys.add(i * step);
		}
		assertThat(this.keys.mayContain(key(7))).isTrue();
		this.keys.clear();
		assertThat(this.keys.mayContain(key(7))).isFalse();
	}

	// Hashes that are multiples of it stand in the first place of each table.
	private static int inverseOfTheSpread() {
		int inverse = 1;
		for (int i = 0; i < 5; i++) {
			inverse *= 2 - 0x9E3779B9 * inverse;
		}
		return inverse;
	}

	private static SeriesKey key(int number) {
		return SeriesKey.of("key." + number);
	}

}
