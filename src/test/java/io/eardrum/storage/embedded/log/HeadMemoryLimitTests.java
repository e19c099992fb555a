package io.eardrum.storage.embedded.log;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import io.eardrum.budget.HeapBudget;
import io.eardrum.budget.HeapShare;
import io.eardrum.budget.HeapUse;
import io.eardrum.fixture.TestThreads;
import io.eardrum.metric.PointBatch;
import io.eardrum.metric.SeriesKey;
import io.eardrum.storage.StorageException;
import io.eardrum.storage.embedded.head.Head;
import io.eardrum.storage.embedded.head.Heads;
import io.eardrum.storage.embedded.head.Series;
import io.eardrum.storage.embedded.rocksdb.UseGuard;
import io.eardrum.storage.series.SeriesIndex;
import io.eardrum.storage.time.Retention;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link HeadMemoryLimit}.
 */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class HeadMemoryLimitTests {

	private static final long MAX = 4 << 20;

	private static final int MAX_SERIES_POINTS = 1000;

	private final HeapBudget budget = new HeapBudget(256 << 20, 166 << 20, Map.of(HeapUse.POINTS, MAX));

	private final HeapShare share = this.budget.share(HeapUse.POINTS);

	private final SeriesIndex<Series> index = new SeriesIndex<>();

	private final UseGuard gate = new UseGuard();

	private final WriteAvailability availability = new WriteAvailability();

	private final StoreCounters meters = new StoreCounters();

	private final AtomicInteger asked = new AtomicInteger();

	private final Heads heads = new Heads(this::dropped);

	private final HeadMemoryLimit room = new HeadMemoryLimit(this.heads, this.share, MAX, MAX_SERIES_POINTS,
			this.availability, this.gate, this.meters, this.asked::incrementAndGet);

	@Test
	void whatABatchMayTakeIsReservedAndTheRestGivenBack() {
		PendingWrite write = write("a", 100);
		long reserved = this.room.reserve(write);
		assertThat(reserved).isEqualTo(100L * Head.MIN_BYTES);
		assertThat(this.share.usedBytes()).isGreaterThanOrEqualTo(reserved);
		apply(write, reserved);
		long used = this.share.usedBytes();
		assertThat(used - this.heads.bytes()).as("at hand").isBetween(0L, MAX / 8);
		this.heads.drop(this.heads.freeze(1));
		assertThat(this.share.usedBytes()).isEqualTo(used - write.grown());
	}

	// A checkpoint may end between a commit and the moment its thread goes on.
	@Test
	void whatAWriteTakesBeyondItsReservationIsAccountedForBeforeItCanBeDropped() {
		PendingWrite first = newSeries(0, 5000);
		apply(first, this.room.reserve(first));
		PendingWrite write = newSeries(0, 5000);
		long reserved = this.room.reserve(write);
		this.heads.drop(this.heads.freeze(1));
		long grown = write.applyTo(this.heads);
		assertThat(grown).isGreaterThan(reserved);
		assertThat(this.share.usedBytes()).isGreaterThanOrEqualTo(grown);
		this.heads.grow(grown);
		this.heads.drop(this.heads.freeze(2));
		long used = this.share.usedBytes();
		this.room.settle(reserved, grown);
		assertThat(this.share.usedBytes()).isEqualTo(used);
	}

	@Test
	void pointsOfAHeadThatHasBegunNeedLess() {
		PendingWrite first = write("a", 1);
		apply(first, this.room.reserve(first));
		assertThat(this.room.reserve(write("a", 100))).isEqualTo(100L * 24);
		this.heads.freeze(1);
		assertThat(this.room.reserve(write("a", 100))).isEqualTo(100L * Head.MIN_BYTES);
	}

	@Test
	void batchesUnderWayNeverTakeMoreThanThereMayBe() {
		// Each would begin as many heads, and they are all there before one is applied.
		List<CompletableFuture<Long>> writers = new ArrayList<>();
		for (int i = 0; i < 40; i++) {
			PendingWrite write = newSeries(i * 2000, 2000);
			writers.add(CompletableFuture.supplyAsync(() -> this.room.reserve(write), TestThreads.NEW_THREAD));
		}
		Awaitility.await().until(() -> this.meters.waitingWriters() > 0);
		assertThat(this.share.usedBytes()).isLessThanOrEqualTo(MAX);
		long through = writers.stream().filter(CompletableFuture::isDone).count();
		assertThat(through).isBetween(8L, 13L);
		// Those who are through give back what they had.
		while (!writers.stream().allMatch(CompletableFuture::isDone)) {
			writers.removeIf((writer) -> {
				boolean done = writer.isDone();
				if (done) {
					this.room.settle(writer.join(), 0);
				}
				return done;
			});
			assertThat(this.share.usedBytes()).isLessThanOrEqualTo(MAX);
			Thread.onSpinWait();
		}
		writers.forEach((writer) -> this.room.settle(writer.join(), 0));
		assertThat(this.share.usedBytes()).isLessThanOrEqualTo(MAX / 8);
	}

	@Test
	void writerWaitsForACheckpointAndAsksForIt() {
		fill();
		CompletableFuture<Long> writer = CompletableFuture.supplyAsync(() -> this.room.reserve(newSeries(0, 1000)),
				TestThreads.NEW_THREAD);
		Awaitility.await().until(() -> this.asked.get() > 0);
		assertThat(writer).isNotDone();
		assertThat(this.meters.waitingWriters()).isEqualTo(1);
		this.heads.drop(this.heads.freeze(1));
		assertThat(writer).succeedsWithin(Duration.ofSeconds(20));
		assertThat(this.meters.waitingWriters()).isZero();
	}

	@Test
	void writerOfALongSeriesWaitsAndOthersDoNot() {
		PendingWrite write = write("long", 2 * MAX_SERIES_POINTS);
		apply(write, this.room.reserve(write));
		CompletableFuture<Long> writer = CompletableFuture
			.supplyAsync(() -> this.room.reserve(write("long", 1, 50_000)), TestThreads.NEW_THREAD);
		Awaitility.await().until(() -> this.meters.waitingWriters() == 1);
		assertThat(this.asked).hasPositiveValue();
		assertThat(CompletableFuture.supplyAsync(() -> this.room.reserve(write("short", 1)), TestThreads.NEW_THREAD))
			.succeedsWithin(Duration.ofSeconds(20));
		assertThat(writer).isNotDone();
		this.heads.freeze(1);
		assertThat(writer).succeedsWithin(Duration.ofSeconds(20));
		assertThat(this.share.usedBytes()).isLessThan(MAX / 2);
	}

	@Test
	void whoWaitsIsToldWhenTheStoreTakesNoPoints() {
		fill();
		CompletableFuture<Long> writer = CompletableFuture.supplyAsync(() -> this.room.reserve(newSeries(0, 1000)),
				TestThreads.NEW_THREAD);
		Awaitility.await().until(() -> this.meters.waitingWriters() == 1);
		this.availability.writeFailed("the disk is on fire");
		assertThat(writer).failsWithin(Duration.ofSeconds(20))
			.withThrowableThat()
			.withCauseInstanceOf(StorageException.class)
			.withMessageContaining("on fire");
	}

	@Test
	void whoWaitsIsToldWhenTheStoreIsClosed() {
		fill();
		CompletableFuture<Long> writer = CompletableFuture.supplyAsync(() -> this.room.reserve(newSeries(0, 1000)),
				TestThreads.NEW_THREAD);
		Awaitility.await().until(() -> this.meters.waitingWriters() == 1);
		this.gate.close();
		assertThat(writer).failsWithin(Duration.ofSeconds(20))
			.withThrowableThat()
			.withCauseInstanceOf(StorageException.class)
			.withMessageContaining("closed");
		assertThat(this.meters.waitingWriters()).isZero();
	}

	@Test
	void interruptedWriterGoesOnWaitingAndStaysInterrupted() throws Exception {
		PendingWrite longSeries = write("long", 2 * MAX_SERIES_POINTS);
		apply(longSeries, this.room.reserve(longSeries));
		fill();
		List<PendingWrite> writes = List.of(write("long", 1, 50_000), newSeries(0, 1000));
		List<CompletableFuture<Boolean>> interrupted = new ArrayList<>();
		List<Thread> writers = new ArrayList<>();
		for (PendingWrite write : writes) {
			CompletableFuture<Boolean> stays = new CompletableFuture<>();
			Thread writer = new Thread(() -> {
				try {
					this.room.reserve(write);
					stays.complete(Thread.currentThread().isInterrupted());
				}
				catch (RuntimeException ex) {
					stays.completeExceptionally(ex);
				}
			});
			interrupted.add(stays);
			writers.add(writer);
			writer.start();
		}
		Awaitility.await().until(() -> this.meters.waitingWriters() == 2);
		writers.forEach(Thread::interrupt);
		// Waiting takes the interruption, and notes it.
		Awaitility.await().until(() -> writers.stream().noneMatch(Thread::isInterrupted));
		assertThat(this.meters.waitingWriters()).isEqualTo(2);
		this.heads.drop(this.heads.freeze(1));
		for (CompletableFuture<Boolean> stays : interrupted) {
			assertThat(stays).succeedsWithin(Duration.ofSeconds(20)).isEqualTo(true);
		}
	}

	@Test
	void memoryIsTightOnceHalfIsInUse() {
		assertThat(this.room.look()).isFalse();
		this.room.force(MAX * 6 / 10);
		assertThat(this.room.look()).isTrue();
		assertThat(this.room.reserve(write("a", 10))).isEqualTo(10L * Head.MIN_BYTES);
		this.room.release(MAX * 6 / 10);
		assertThat(this.room.look()).isFalse();
	}

	private void fill() {
		int from = 100_000;
		while (this.heads.bytes() < MAX - 600_000) {
			PendingWrite write = newSeries(from, 1000);
			apply(write, this.room.reserve(write));
			from += 1000;
		}
		this.room.force(MAX - this.share.usedBytes());
	}

	private void apply(PendingWrite write, long reserved) {
		this.heads.grow(write.applyTo(this.heads));
		this.room.settle(reserved, write.grown());
	}

	private void dropped(long bytes) {
		this.room.release(bytes);
	}

	private PendingWrite write(String key, int points) {
		return write(key, points, 0);
	}

	private PendingWrite write(String key, int points, long from) {
		PointBatch batch = new PointBatch();
		for (int i = 0; i < points; i++) {
			batch.add(SeriesKey.of(key), from + i, i);
		}
		return filled(batch);
	}

	private PendingWrite newSeries(int from, int count) {
		PointBatch batch = new PointBatch();
		for (int i = from; i < from + count; i++) {
			batch.add(SeriesKey.of("new" + i), i, i);
		}
		return filled(batch);
	}

	private PendingWrite filled(PointBatch batch) {
		PendingWrite write = new PendingWrite();
		write.fill(batch, this.index, Integer.MAX_VALUE, Retention.FOREVER);
		return write;
	}

}
