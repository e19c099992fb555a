package io.eardrum.metric;

import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Set;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Tests for {@link SeriesKey}.
 */
class SeriesKeyTests {

	@Test
	void keysWithTheSameBytesAreEqual() {
		byte[] source = "put palm.cpu 1".getBytes(StandardCharsets.UTF_8);
		SeriesKey key = SeriesKey.of(source, 4, 8);
		assertThat(key).isEqualTo(SeriesKey.of("palm.cpu")).hasSameHashCodeAs(SeriesKey.of("palm.cpu"));
		assertThat(key).isNotEqualTo(SeriesKey.of("palm.cpU"))
			.isNotEqualTo(SeriesKey.of("palm.cp"))
			.isNotEqualTo("palm.cpu");
		assertThat(key).hasToString("palm.cpu");
	}

	@Test
	void bytesAreCopied() {
		byte[] source = { 'a', 'b' };
		SeriesKey key = SeriesKey.of(source, 0, 2);
		source[0] = 'x';
		assertThat(key).hasToString("ab");
	}

	@Test
	void emptyKeyIsRefused() {
		assertThatIllegalArgumentException().isThrownBy(() -> SeriesKey.of(""));
		assertThatIllegalArgumentException().isThrownBy(() -> SeriesKey.of(new byte[3], 1, 0));
	}

	@Test
	void bytesAreComparedWhereTheyStand() {
		SeriesKey key = SeriesKey.of("b\u00fc");
		byte[] bytes = "ab\u00fcc".getBytes(StandardCharsets.UTF_8);
		assertThat(key.length()).isEqualTo(3);
		assertThat(key.matches(bytes, 1, 3)).isTrue();
		assertThat(key.matches(bytes, 1, 4)).isFalse();
		assertThat(key.matches(bytes, 0, 3)).isFalse();
		assertThat(SeriesKey.hash(bytes, 1, 3)).isEqualTo(key.hashCode());
	}

	@Test
	void bytesAreCopiedToAnOffset() {
		byte[] target = new byte[5];
		assertThat(SeriesKey.of("abc").copyTo(target, 1)).isEqualTo(4);
		assertThat(target).containsExactly(0, 'a', 'b', 'c', 0);
	}

	@Test
	void hashesSpread() {
		Set<Integer> hashes = new HashSet<>();
		Set<Integer> slots = new HashSet<>();
		for (int i = 0; i < 10_000; i++) {
			int hash = SeriesKey.of("palm.host" + i + ".cpu.user").hashCode();
			hashes.add(hash);
			slots.add(hash & 0xFFFF);
		}
		assertThat(hashes).hasSizeGreaterThan(9_990);
		// 9276 of 65536 slots would be taken by perfectly random hashes.
		assertThat(slots).hasSizeGreaterThan(8_900);
	}

	@Test
	void keysOfZeroBytesDifferByLength() {
		Set<Integer> hashes = new HashSet<>();
		for (int length = 1; length <= 64; length++) {
			hashes.add(SeriesKey.hash(new byte[64], 0, length));
		}
		assertThat(hashes).hasSize(64);
	}

	@ParameterizedTest
	@ValueSource(ints = { 1, 2, 8, 9, 15 })
	void keysThatDifferInOneByteHaveDifferentHashes(int length) {
		byte[] key = new byte[length];
		for (int place = 0; place < length; place++) {
			Set<Integer> hashes = new HashSet<>();
			for (int value = 0; value < 256; value++) {
				key[place] = (byte) value;
				hashes.add(SeriesKey.hash(key, 0, length));
			}
			// Two of 256 random ones are the same once in 130,000 times.
			assertThat(hashes).as("byte %d", place).hasSizeGreaterThan(254);
		}
	}

}
