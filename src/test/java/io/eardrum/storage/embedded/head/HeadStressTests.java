package io.eardrum.storage.embedded.head;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntConsumer;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import io.eardrum.metric.Point;
import io.eardrum.metric.SeriesKey;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What readers see of {@link Head} and {@link Heads} without a lock, while a writer
 * appends and epochs end: never a point in part, never one that comes later without the
 * one before, and always what was there when they began to look.
 */
@Tag("optimized")
@Timeout(value = 120, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class HeadStressTests {

	private static final int ROUNDS = 2000;

	private static final int POINTS = 300;

	private static final int READERS = 2;

	// Small arrays, so that heads go on from one to the next.
	private final HeadArena memory = new HeadArena(4096);

	/** How many points the writer has appended for sure. */
	private volatile int appended;

	private volatile @Nullable Head head;

	@Test
	void snapshotOfPointsInOrderIsAPrefixOfThem() throws InterruptedException {
		stress((head, i) -> head.append(i, i * 3.0, this.memory), () -> {
			Head current = this.head;
			int before = this.appended;
			if (current == null || current != this.head) {
				return;
			}
			HeadSnapshot snapshot = HeadSnapshot.of(current);
			int count = 0;
			while (snapshot.hasNext()) {
				assertThat(snapshot.timestamp() == count && snapshot.value() == count * 3.0).isTrue();
				count++;
				snapshot.advance();
			}
			assertThat(count).isGreaterThanOrEqualTo(before);
		});
	}

	@Test
	void snapshotOfPointsInAnyOrderIsThatOfAPrefix() throws InterruptedException {
		// 7, 0, 15, 1, 23, 2, ...: every second point is late, and each overwrites a
		// mark.
		stress((head, i) -> {
			head.append(((i & 1) == 0) ? 1000 + i : i, i, this.memory);
			head.append(Long.MAX_VALUE, i, this.memory);
		}, () -> {
			Head current = this.head;
			if (current == null) {
				return;
			}
			HeadSnapshot snapshot = HeadSnapshot.of(current);
			long previous = Long.MIN_VALUE;
			int late = 0;
			int early = 0;
			double mark = -1;
			while (snapshot.hasNext()) {
				long timestamp = snapshot.timestamp();
				assertThat(timestamp > previous).isTrue();
				previous = timestamp;
				if (timestamp == Long.MAX_VALUE) {
					mark = snapshot.value();
				}
				else {
					double expected = (timestamp < 1000) ? timestamp : timestamp - 1000;
					assertThat(snapshot.value() == expected).isTrue();
					late += (timestamp < 1000) ? 1 : 0;
					early += (timestamp < 1000) ? 0 : 1;
				}
				snapshot.advance();
			}
			// The mark is that of the last point, or of the one before it.
			int points = late + early;
			assertThat(early - late).isBetween(0, 1);
			assertThat(mark == points - 1 || mark == points - 2).isTrue();
		});
	}

	@Test
	void lastPointNeverGoesBack() throws InterruptedException {
		ThreadLocal<Seen> seen = ThreadLocal.withInitial(Seen::new);
		stress((head, i) -> head.append(i, i * 3.0, this.memory), () -> {
			Head current = this.head;
			Point last = (current != null) ? current.last() : null;
			if (last == null) {
				return;
			}
			assertThat(last.value() == last.timestamp() * 3.0).isTrue();
			Seen before = seen.get();
			if (before.head == current) {
				assertThat(last.timestamp()).isGreaterThanOrEqualTo(before.timestamp);
			}
			before.head = current;
			before.timestamp = last.timestamp();
		});
	}

	@Test
	void pointsStayVisibleWhileEpochsEndUntilTheyAreDropped() throws InterruptedException {
		Heads heads = new Heads();
		Series series = Series.withoutChunks(SeriesKey.of("k"), 0, 0);
		// What a checkpoint has written into chunks: all points below this one.
		AtomicReference<Integer> inChunks = new AtomicReference<>(0);
		Random random = new Random(1);
		run((round) -> {
			for (int i = 0; i < POINTS; i++) {
				heads.append(series, (long) round * POINTS + i, i);
				this.appended = round * POINTS + i + 1;
				if (random.nextInt(40) == 0) {
					Heads.Epoch epoch = heads.freeze(0);
					int chunks = this.appended;
					heads.append(series, this.appended, -1);
					inChunks.set(chunks);
					heads.drop(epoch);
				}
			}
		}, () -> {
			int before = this.appended;
			HeadSnapshot snapshot;
			int chunks;
			long version;
			do {
				version = heads.version();
				chunks = inChunks.get();
				snapshot = HeadSnapshot.of(series.head());
			}
			while (heads.version() != version);
			snapshot.skipTo(chunks);
			long next = chunks;
			while (snapshot.hasNext()) {
				assertThat(snapshot.timestamp()).isEqualTo(next);
				next++;
				snapshot.advance();
			}
			assertThat(next).isGreaterThanOrEqualTo(before);
		});
	}

	private void stress(Appending appending, Runnable reading) throws InterruptedException {
		run((round) -> {
			Head fresh = new Head(0, null, this.memory);
			this.appended = 0;
			this.head = fresh;
			for (int i = 0; i < POINTS; i++) {
				appending.append(fresh, i);
				this.appended = i + 1;
			}
		}, reading);
	}

	private void run(IntConsumer writing, Runnable reading) throws InterruptedException {
		AtomicReference<Throwable> failure = new AtomicReference<>();
		List<Thread> readers = new ArrayList<>();
		Thread writer = new Thread(() -> {
			for (int round = 0; round < ROUNDS && failure.get() == null; round++) {
				writing.accept(round);
			}
		});
		for (int i = 0; i < READERS; i++) {
			readers.add(new Thread(() -> {
				while (writer.isAlive()) {
					reading.run();
				}
			}));
		}
		readers.add(writer);
		readers.forEach((thread) -> thread.setUncaughtExceptionHandler((source, ex) -> failure.set(ex)));
		writer.start();
		readers.stream().filter((thread) -> thread != writer).forEach(Thread::start);
		for (Thread thread : readers) {
			thread.join();
		}
		assertThat(failure.get()).isNull();
	}

	/**
	 * Appends the next point or two.
	 */
	@FunctionalInterface
	private interface Appending {

		void append(Head head, int number);

	}

	/**
	 * What a reader has seen last.
	 */
	private static final class Seen {

		private @Nullable Head head;

		private long timestamp;

	}

}
