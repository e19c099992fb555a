package io.eardrum.storage.embedded.head;

import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import io.eardrum.metric.Point;
import io.eardrum.metric.SeriesKey;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link HeadArena} and for heads whose blocks lie in many arrays.
 */
class HeadArenaTests {

	@ParameterizedTest
	@CsvSource({ "64, 1", "256, 1", "2048, 1", "2049, 2", "4096, 2", "16384, 8", "65536, 8" })
	void arrayIsAsLargeAsRegionOfG1(long heapMebibytes, long arrayMebibytes) {
		assertThat(HeadArena.arrayBytes(heapMebibytes << 20)).isEqualTo(arrayMebibytes << 20);
	}

	@Test
	void blocksOfAnArrayLieOneBehindTheOtherAndFillIt() {
		HeadArena memory = new HeadArena(16 + 20 * 16);
		HeadBlock first = memory.take(0, 10, 4);
		HeadBlock second = memory.take(10, 10, 4);
		HeadBlock third = memory.take(20, 10, 4);
		assertThat(first.cells()).hasSize(40).isSameAs(second.cells()).isNotSameAs(third.cells());
		assertThat(first.offset()).isZero();
		assertThat(second.offset()).isEqualTo(20);
		assertThat(third.offset()).isZero();
		assertThat(third.start()).isEqualTo(20);
		assertThat(third.end()).isEqualTo(30);
	}

	@Test
	void blockIsSmallerWhereAnArrayEndsUnlessItWouldBeTooSmall() {
		HeadArena memory = new HeadArena(16 + 20 * 16);
		memory.take(0, 13, 4);
		HeadBlock rest = memory.take(0, 10, 4);
		assertThat(rest.capacity()).isEqualTo(7);
		memory.take(0, 17, 4);
		assertThat(memory.take(0, 10, 4).offset()).isZero();
	}

	@Test
	void headsThatTakeTurnsKeepTheirOwnPoints() {
		HeadArena memory = new HeadArena(4096);
		List<Head> heads = new ArrayList<>();
		long[] bytes = new long[5];
		for (int number = 0; number < 5; number++) {
			heads.add(new Head(0, null, memory));
			bytes[number] = heads.get(number).bytes();
		}
		for (int i = 0; i < 5000; i++) {
			for (int number = 0; number < 5; number++) {
				bytes[number] += heads.get(number).append(i, number * 1e6 + i, memory);
			}
		}
		for (int number = 0; number < 5; number++) {
			HeadSnapshot snapshot = HeadSnapshot.of(heads.get(number));
			for (int i = 0; i < 5000; i++) {
				assertThat(snapshot.hasNext()).isTrue();
				assertThat(snapshot.timestamp()).isEqualTo(i);
				assertThat(snapshot.value()).isEqualTo(number * 1e6 + i);
				snapshot.advance();
			}
			assertThat(snapshot.hasNext()).isFalse();
			assertThat(heads.get(number).last()).isEqualTo(new Point(4999, number * 1e6 + 4999));
			assertThat(bytes[number]).isBetween(16L * 5000, 24L * 5000);
		}
	}

	@Test
	void snapshotHasThePointsOfTheEpochBeforeToo() {
		HeadArena memory = new HeadArena(4096);
		Head previous = new Head(0, null, memory);
		Head head = new Head(1, previous, memory);
		append(previous, memory, 1, 3, 7);
		append(head, memory, 2, 3);
		assertThat(timestamps(HeadSnapshot.of(head))).containsExactly(1L, 2L, 3L, 7L);
		head.forgetPrevious();
		assertThat(timestamps(HeadSnapshot.of(head))).containsExactly(2L, 3L);
	}

	@Test
	void snapshotTakesTheMemoryThatWasForetold() {
		HeadArena memory = new HeadArena(4096);
		Head head = new Head(0, null, memory);
		append(head, memory, 1, 2, 3);
		assertThat(bytesToTake(head)).isEqualTo(3 * 16);
		assertThat(HeadSnapshot.of(head).bytes()).isEqualTo(3 * 16);
		// So it is with what follows on the epoch before in time.
		Head following = new Head(1, head, memory);
		append(following, memory, 4, 5);
		assertThat(bytesToTake(following)).isEqualTo((3 + 2) * 16);
		assertThat(HeadSnapshot.of(following).bytes()).isEqualTo((3 + 2) * 16);
		assertThat(timestamps(HeadSnapshot.of(following))).containsExactly(1L, 2L, 3L, 4L, 5L);
		// What has to be sorted is copied once more, and its runs are noted.
		append(head, memory, 2);
		assertThat(bytesToTake(head)).isEqualTo(4 * (2 * 16 + 8));
		assertThat(HeadSnapshot.of(head).bytes()).isEqualTo(4 * 16);
		Head next = new Head(1, head, memory);
		append(next, memory, 5, 6);
		assertThat(bytesToTake(next)).isEqualTo((4 + 2) * (2 * 16 + 8));
	}

	@Test
	void pointWithTheTimestampOfTheOneBeforeTakesItsPlace() {
		HeadArena memory = new HeadArena(4096);
		Head head = new Head(0, null, memory);
		append(head, memory, 1, 2);
		long bytes = head.bytes();
		for (int i = 0; i < 100_000; i++) {
			assertThat(head.append(2, i, memory)).isZero();
		}
		assertThat(head.bytes()).isEqualTo(bytes);
		assertThat(head.size()).isEqualTo(2);
		assertThat(head.isAscending()).isTrue();
		assertThat(head.last()).isEqualTo(new Point(2, 99_999));
		// A late one as well, and the newest stays the newest.
		append(head, memory, 1);
		for (int i = 0; i < 1000; i++) {
			assertThat(head.append(1, i, memory)).isZero();
		}
		assertThat(head.size()).isEqualTo(3);
		assertThat(head.last()).isEqualTo(new Point(2, 99_999));
		HeadSnapshot snapshot = HeadSnapshot.of(head);
		assertThat(snapshot.hasNext() && snapshot.timestamp() == 1 && snapshot.value() == 999).isTrue();
		assertThat(timestamps(snapshot)).containsExactly(1L, 2L);
	}

	@Test
	void pointsOfAnEndedEpochKeepTheirValues() {
		Heads heads = new Heads();
		Series series = new Series(SeriesKey.of("a"), 0, 0);
		heads.append(series, 1, 1);
		Heads.Epoch ended = heads.freeze(5);
		heads.append(series, 1, 2);
		HeadSnapshot frozen = HeadSnapshot.of(series.frozenHead(ended.number()));
		assertThat(frozen.hasNext() && frozen.value() == 1).isTrue();
		HeadSnapshot all = HeadSnapshot.of(series.head());
		assertThat(all.hasNext() && all.value() == 2).isTrue();
	}

	@Test
	void headGrowsByLittleWhileMemoryIsTight() {
		HeadArena memory = new HeadArena(1 << 20);
		Head previous = new Head(0, null, memory);
		for (int i = 0; i < 5000; i++) {
			previous.append(i, i, memory);
		}
		assertThat(new Head(1, previous, memory).bytes()).isGreaterThan(Head.MIN_BYTES);
		memory.tight(true);
		assertThat(new Head(1, previous, memory).bytes()).isEqualTo(Head.MIN_BYTES);
		for (int i = 5000; i < 10_000; i++) {
			assertThat(previous.append(i, i, memory)).isLessThanOrEqualTo(Head.MIN_BYTES);
		}
		assertThat(timestamps(HeadSnapshot.of(previous))).hasSize(10_000).isSorted();
	}

	private static long bytesToTake(Head head) {
		return HeadSnapshot.plan(head, Long.MAX_VALUE).bytesToTake();
	}

	@Test
	void endedEpochHasItsOwnPointsOnly() {
		Heads heads = new Heads();
		Series series = new Series(SeriesKey.of("a"), 0, 0);
		Series idle = new Series(SeriesKey.of("b"), 1, 0);
		heads.append(idle, 1, 1);
		heads.append(series, 1, 1);
		Heads.Epoch ended = heads.freeze(5);
		heads.append(series, 2, 1);
		assertThat(ended.sorted()).containsExactly(series, idle);
		assertThat(timestamps(HeadSnapshot.of(series.frozenHead(ended.number())))).containsExactly(1L);
		assertThat(timestamps(HeadSnapshot.of(idle.frozenHead(ended.number())))).containsExactly(1L);
	}

	@Test
	void droppedEpochLeavesNewerPointsOnly() {
		Heads heads = new Heads();
		Series series = new Series(SeriesKey.of("a"), 0, 0);
		Series idle = new Series(SeriesKey.of("b"), 1, 0);
		heads.append(series, 1, 1);
		heads.append(idle, 1, 1);
		Heads.Epoch ended = heads.freeze(5);
		heads.append(series, 2, 1);
		heads.drop(ended);
		assertThat(timestamps(HeadSnapshot.of(series.head()))).containsExactly(2L);
		assertThat(idle.head()).isNull();
	}

	@Test
	void memoryCountsUntilItsEpochIsDropped() {
		Heads heads = new Heads();
		long first = fill(heads, 1000);
		assertThat(first).isBetween(16_000L, 24_500L);
		assertThat(heads.bytes()).isEqualTo(first);
		assertThat(heads.liveBytes()).isEqualTo(first);
		Heads.Epoch ended = heads.freeze(5);
		assertThat(heads.liveBytes()).isZero();
		long second = fill(heads, 10);
		assertThat(heads.bytes()).isEqualTo(first + second);
		heads.drop(ended);
		assertThat(heads.bytes()).isEqualTo(second);
	}

	@Test
	void largestHeadIsThatOfTheEpoch() {
		Heads heads = new Heads();
		fill(heads, 10);
		fill(heads, 1000);
		fill(heads, 10);
		assertThat(heads.largest()).isBetween(500, 1000);
		heads.freeze(5);
		assertThat(heads.largest()).isZero();
	}

	@Test
	void droppedEpochIsAnotherVersion() {
		Heads heads = new Heads();
		fill(heads, 10);
		long before = heads.version();
		Heads.Epoch ended = heads.freeze(5);
		assertThat(heads.version()).isEqualTo(before);
		heads.drop(ended);
		assertThat(heads.version()).isNotEqualTo(before);
	}

	// Returns how much memory the points of a new series took.
	private static long fill(Heads heads, int points) {
		Series series = new Series(SeriesKey.of("a"), 0, 0);
		long taken = 0;
		for (int i = 0; i < points; i++) {
			taken += heads.append(series, i, i);
		}
		heads.grow(taken);
		return taken;
	}

	private static void append(Head head, HeadArena memory, long... timestamps) {
		for (long timestamp : timestamps) {
			head.append(timestamp, 1, memory);
		}
	}

	private static List<Long> timestamps(HeadSnapshot snapshot) {
		List<Long> timestamps = new ArrayList<>();
		for (; snapshot.hasNext(); snapshot.advance()) {
			timestamps.add(snapshot.timestamp());
		}
		return timestamps;
	}

}
