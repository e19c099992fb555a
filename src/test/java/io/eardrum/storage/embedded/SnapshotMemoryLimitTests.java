package io.eardrum.storage.embedded;

import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import io.eardrum.budget.HeapBudget;
import io.eardrum.budget.HeapUse;
import io.eardrum.metric.PointBatch;
import io.eardrum.metric.SeriesKey;
import io.eardrum.metric.TimeRange;
import io.eardrum.storage.StorageException;
import io.eardrum.storage.embedded.head.CellSort;
import io.eardrum.storage.embedded.head.Head;
import io.eardrum.storage.embedded.head.HeadArena;
import io.eardrum.storage.embedded.head.HeadSnapshot;
import io.eardrum.storage.embedded.head.SnapshotMemoryLimit;
import io.eardrum.storage.embedded.settings.EmbeddedStorageSettings;
import io.eardrum.storage.embedded.settings.Fsync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for {@link SnapshotMemoryLimit}, by itself and with clients that read slowly.
 */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class SnapshotMemoryLimitTests {

	private static final long ROOM = 1 << 20;

	private final HeapBudget budget = budget(ROOM);

	private final ExecutorService threads = Executors.newCachedThreadPool();

	@AfterEach
	void stopThreads() {
		this.threads.shutdownNow();
	}

	@Test
	void whatAllHoldIsNeverMoreThanThereMayBe() {
		SnapshotMemoryLimit room = new SnapshotMemoryLimit(this.budget, Duration.ofMillis(10));
		List<SnapshotMemoryLimit.Lease> taken = new ArrayList<>();
		for (int i = 0; i < 4; i++) {
			taken.add(room.take(ROOM / 4));
		}
		assertThatExceptionOfType(StorageException.class).isThrownBy(() -> room.take(ROOM / 4))
			.withMessageContaining("eardrum.heap.snapshots");
		assertThatExceptionOfType(StorageException.class).isThrownBy(() -> room.take(1));
		taken.get(0).close();
		room.take(ROOM / 4).close();
		taken.forEach(SnapshotMemoryLimit.Lease::close);
		assertThat(this.budget.share(HeapUse.SNAPSHOTS).usedBytes()).isZero();
	}

	@Test
	void whoNeedsLittleDoesNotWaitInLineWhileHalfIsFree() throws Exception {
		SnapshotMemoryLimit room = new SnapshotMemoryLimit(this.budget, Duration.ofSeconds(50));
		SnapshotMemoryLimit.Lease some = room.take(ROOM / 4);
		CompletableFuture<SnapshotMemoryLimit.Lease> waiting = CompletableFuture.supplyAsync(() -> room.take(ROOM),
				this.threads);
		Awaitility.await().until(() -> !this.budget.share(HeapUse.SNAPSHOTS).tryReserve(0));
		room.take(64 << 10).close();
		assertThat(waiting).isNotDone();
		some.close();
		waiting.get(20, TimeUnit.SECONDS).close();
	}

	@Test
	void whoWaitsIsServedBeforeThoseWhoComeLater() throws Exception {
		SnapshotMemoryLimit room = new SnapshotMemoryLimit(this.budget, Duration.ofSeconds(50));
		AtomicBoolean stopped = new AtomicBoolean();
		List<CompletableFuture<Void>> dashboard = new ArrayList<>();
		for (int i = 0; i < 4; i++) {
			dashboard.add(CompletableFuture.runAsync(() -> {
				while (!stopped.get()) {
					SnapshotMemoryLimit.Lease lease = room.take(ROOM / 4);
					Thread.onSpinWait();
					lease.close();
				}
			}, this.threads));
		}
		try {
			for (int i = 0; i < 20; i++) {
				CompletableFuture.supplyAsync(() -> room.take(ROOM), this.threads).get(20, TimeUnit.SECONDS).close();
			}
		}
		finally {
			stopped.set(true);
		}
		assertThat(CompletableFuture.allOf(dashboard.toArray(new CompletableFuture<?>[0])))
			.succeedsWithin(Duration.ofSeconds(20));
	}

	@Test
	void whoReadsSlowlyLosesWhatOthersNeed() {
		SnapshotMemoryLimit room = new SnapshotMemoryLimit(this.budget, Duration.ofSeconds(50));
		HeadArena memory = new HeadArena(1 << 20);
		Head head = new Head(0, null, memory);
		for (int i = 0; i < 10_000; i++) {
			head.append(i, i, memory);
		}
		HeadSnapshot snapshot = HeadSnapshot.of(head);
		SnapshotMemoryLimit.Lease slow = room.take(ROOM);
		slow.hold(snapshot);
		SnapshotMemoryLimit.Lease working = room.take(ROOM - snapshot.bytes());
		slow.clientBegins();
		room.take(snapshot.bytes()).close();
		assertThat(snapshot.hasNext()).isFalse();
		assertThatExceptionOfType(StorageException.class).isThrownBy(slow::clientEnds)
			.withMessageContaining("eardrum.heap.snapshots");
		slow.close();
		working.close();
		assertThat(this.budget.share(HeapUse.SNAPSHOTS).usedBytes()).isZero();
	}

	@Test
	void whoIsReadingIsNotDisturbed() {
		SnapshotMemoryLimit room = new SnapshotMemoryLimit(this.budget, Duration.ofMillis(10));
		SnapshotMemoryLimit.Lease lease = room.take(ROOM);
		lease.clientBegins();
		lease.clientEnds();
		lease.endForMemory();
		lease.clientBegins();
		lease.clientEnds();
		assertThat(this.budget.share(HeapUse.SNAPSHOTS).usedBytes()).isEqualTo(ROOM);
		lease.close();
	}

	@Test
	void asManyPointsAreInMemoryAsCanBeRead() {
		SnapshotMemoryLimit room = new SnapshotMemoryLimit(HeapBudget.unlimited(), SnapshotMemoryLimit.PATIENCE);
		assertThat(room.seriesPoints(1 << 21)).isEqualTo(1 << 21);
		HeapBudget small = new HeapBudget(256 << 20, 166 << 20, Map.of());
		int points = new SnapshotMemoryLimit(small, SnapshotMemoryLimit.PATIENCE).seriesPoints(1 << 21);
		assertThat(points).isBetween(300_000, 500_000);
		long sorting = (long) HeadSnapshot.SORTED_POINTS * CellSort.BYTES_PER_POINT;
		assertThat(2L * points * 16 + sorting).isLessThanOrEqualTo(small.share(HeapUse.SNAPSHOTS).maxBytes() / 2);
	}

	@Test
	void clientsThatReadSlowlyLoseTheirMemoryToOthers(@TempDir Path directory) throws Exception {
		int points = 200_000;
		EmbeddedStorageSettings settings = EmbeddedStorageSettings.of(directory.resolve("store"))
			.withFsync(Fsync.NEVER)
			.withHeadBytes(24 << 20);
		// A read takes 5.8 MB.
		HeapBudget limited = budget(32 << 20);
		try (RocksDbMetricRepository repository = new RocksDbMetricRepository(settings, Clock.systemUTC(), limited)) {
			putBackwards(repository, points);
			CountDownLatch released = new CountDownLatch(1);
			CompletableFuture<Long> slow = read(repository, released);
			List<CompletableFuture<Long>> slower = new ArrayList<>();
			for (int i = 0; i < 4; i++) {
				slower.add(read(repository, released));
			}
			AtomicLong count = new AtomicLong();
			repository.read(SeriesKey.of("late"), TimeRange.ALL,
					(key, times, values, from, to) -> count.addAndGet((long) to - from));
			assertThat(count).hasValue(points);
			released.countDown();
			assertThat(slow).failsWithin(Duration.ofSeconds(20))
				.withThrowableThat()
				.withRootCauseInstanceOf(StorageException.class)
				.withMessageContaining("eardrum.heap.snapshots");
			for (CompletableFuture<Long> other : slower) {
				assertThat(other.get(20, TimeUnit.SECONDS)).isEqualTo(points);
			}
			assertThat(read(repository, released).get(20, TimeUnit.SECONDS)).isEqualTo(points);
			assertThat(limited.share(HeapUse.SNAPSHOTS).usedBytes()).isZero();
		}
	}

	private static HeapBudget budget(long snapshots) {
		return new HeapBudget(256 << 20, 166 << 20, Map.of(HeapUse.SNAPSHOTS, snapshots));
	}

	private CompletableFuture<Long> read(RocksDbMetricRepository repository, CountDownLatch released)
			throws InterruptedException {
		CountDownLatch begun = new CountDownLatch(1);
		CompletableFuture<Long> result = CompletableFuture.supplyAsync(() -> {
			AtomicLong count = new AtomicLong();
			try {
				repository.read(SeriesKey.of("late"), TimeRange.ALL, (key, timestamps, values, from, to) -> {
					count.addAndGet((long) to - from);
					begun.countDown();
					try {
						released.await();
					}
					catch (InterruptedException ex) {
						Thread.currentThread().interrupt();
					}
				});
			}
			catch (Exception ex) {
				throw new IllegalStateException(ex);
			}
			return count.get();
		}, this.threads);
		assertThat(begun.await(20, TimeUnit.SECONDS)).isTrue();
		return result;
	}

	private static void putBackwards(RocksDbMetricRepository repository, int points) {
		PointBatch batch = new PointBatch();
		SeriesKey key = SeriesKey.of("late");
		for (int i = points; i > 0; i--) {
			batch.add(key, i, i);
			if (batch.size() == 10_000) {
				repository.put(batch);
				batch.clear();
			}
		}
	}

}
