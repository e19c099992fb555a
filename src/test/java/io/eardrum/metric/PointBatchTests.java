package io.eardrum.metric;

import java.nio.charset.StandardCharsets;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link PointBatch}.
 */
class PointBatchTests {

	private final PointBatch batch = new PointBatch();

	@Test
	void newBatchIsEmpty() {
		assertThat(this.batch.isEmpty()).isTrue();
		assertThat(this.batch.size()).isZero();
	}

	@Test
	void pointsComeBackInTheirOrder() {
		for (int i = 0; i < 1_000; i++) {
			byte[] line = ("put key" + i + " 1 2").getBytes(StandardCharsets.UTF_8);
			this.batch.add(line, 4, line.length - 8, -i, i / 2.0);
		}
		assertThat(this.batch.size()).isEqualTo(1_000);
		for (int i = 0; i < 1_000; i++) {
			SeriesKey key = SeriesKey.of("key" + i);
			assertThat(this.batch.key(i)).isEqualTo(key);
			assertThat(this.batch.keyHash(i)).isEqualTo(key.hashCode());
			assertThat(key.matches(this.batch.keyBytes(), this.batch.keyOffset(i), this.batch.keyLength(i))).isTrue();
			assertThat(this.batch.timestamp(i)).isEqualTo(-i);
			assertThat(this.batch.value(i)).isEqualTo(i / 2.0);
		}
	}

	@Test
	void keyObjectIsAddedLikeItsBytes() {
		SeriesKey key = SeriesKey.of("x".repeat(512));
		this.batch.add(key, 1, 2);
		this.batch.add(SeriesKey.of("y"), 3, 4);
		assertThat(this.batch.key(0)).isEqualTo(key);
		assertThat(this.batch.keyHash(0)).isEqualTo(key.hashCode());
		assertThat(this.batch.key(1)).isEqualTo(SeriesKey.of("y"));
	}

	@Test
	void keyBytesAreCopied() {
		byte[] source = { 'a' };
		this.batch.add(source, 0, 1, 1, 1);
		source[0] = 'b';
		assertThat(this.batch.key(0)).isEqualTo(SeriesKey.of("a"));
	}

	@Test
	void lastPointsMoveToAnotherBatch() {
		PointBatch target = new PointBatch();
		for (int i = 0; i < 100; i++) {
			this.batch.add(SeriesKey.of("moved.key." + i), i, -i);
		}
		target.add(SeriesKey.of("first"), 1, 1);
		this.batch.moveTo(3, target);
		assertThat(this.batch.size()).isEqualTo(3);
		this.batch.add(SeriesKey.of("next"), 5, 5);
		assertThat(this.batch.key(2)).isEqualTo(SeriesKey.of("moved.key.2"));
		assertThat(this.batch.key(3)).isEqualTo(SeriesKey.of("next"));
		assertThat(target.size()).isEqualTo(98);
		for (int i = 1; i < 98; i++) {
			SeriesKey key = SeriesKey.of("moved.key." + (i + 2));
			assertThat(target.key(i)).isEqualTo(key);
			assertThat(target.keyHash(i)).isEqualTo(key.hashCode());
			assertThat(target.timestamp(i)).isEqualTo(i + 2);
			assertThat(target.value(i)).isEqualTo(-i - 2);
		}
		target.moveTo(0, this.batch);
		assertThat(target.isEmpty()).isTrue();
		assertThat(this.batch.size()).isEqualTo(102);
		assertThat(this.batch.key(4)).isEqualTo(SeriesKey.of("first"));
		assertThat(this.batch.key(101)).isEqualTo(SeriesKey.of("moved.key.99"));
	}

	@Test
	void clearedBatchIsFilledAnew() {
		this.batch.add(SeriesKey.of("first"), 1, 1);
		this.batch.clear();
		assertThat(this.batch.isEmpty()).isTrue();
		this.batch.add(SeriesKey.of("second"), 2, 2);
		assertThat(this.batch.isEmpty()).isFalse();
		assertThat(this.batch.size()).isEqualTo(1);
		assertThat(this.batch.key(0)).isEqualTo(SeriesKey.of("second"));
	}

	@Test
	void onlyRefusedPointIsRefusedAndCountsOnce() {
		fill(3);
		assertThat(this.batch.isRefused(1)).isFalse();
		this.batch.refuse(1, PointBatch.Refusal.TOO_MANY_SERIES);
		this.batch.refuse(1, PointBatch.Refusal.TOO_MANY_SERIES);
		assertThat(this.batch.refusedCount()).isEqualTo(1);
		assertThat(this.batch.isRefused(0)).isFalse();
		assertThat(this.batch.isRefused(1)).isTrue();
		assertThat(this.batch.isRefused(2)).isFalse();
	}

	@Test
	void firstReasonForWhichAPointIsRefusedStays() {
		fill(4);
		this.batch.refuse(1, PointBatch.Refusal.TIMESTAMP_IN_FUTURE);
		this.batch.refuse(1, PointBatch.Refusal.TOO_MANY_SERIES);
		this.batch.refuse(2, PointBatch.Refusal.TOO_MANY_SERIES);
		this.batch.refuse(2, PointBatch.Refusal.TIMESTAMP_IN_FUTURE);
		assertThat(this.batch.refusal(0)).isNull();
		assertThat(this.batch.refusal(1)).isEqualTo(PointBatch.Refusal.TIMESTAMP_IN_FUTURE);
		assertThat(this.batch.refusal(2)).isEqualTo(PointBatch.Refusal.TOO_MANY_SERIES);
		assertThat(this.batch.refusedCount()).isEqualTo(2);
		this.batch.clear();
		fill(4);
		assertThat(this.batch.refusal(1)).isNull();
		this.batch.refuse(1, PointBatch.Refusal.TOO_MANY_SERIES);
		assertThat(this.batch.refusal(1)).isEqualTo(PointBatch.Refusal.TOO_MANY_SERIES);
	}

	@Test
	void clearedBatchHasNoRefusedPoints() {
		fill(2);
		this.batch.refuse(1, PointBatch.Refusal.TOO_MANY_SERIES);
		this.batch.clear();
		fill(2);
		assertThat(this.batch.refusedCount()).isZero();
		this.batch.refuse(0, PointBatch.Refusal.TOO_MANY_SERIES);
		assertThat(this.batch.isRefused(1)).isFalse();
	}

	@Test
	void memoryIsThatOfTheMostPointsEverHeld() {
		fill(1_000);
		// A key has a byte, and a point 24 beside it; room for at most as many again.
		long held = this.batch.heldBytes();
		assertThat(held).isBetween(25_000L, 2 * 25_000L);
		this.batch.clear();
		assertThat(this.batch.heldBytes()).isEqualTo(held);
	}

	private void fill(int count) {
		for (int i = 0; i < count; i++) {
			this.batch.add(SeriesKey.of("k"), i, i);
		}
	}

}
