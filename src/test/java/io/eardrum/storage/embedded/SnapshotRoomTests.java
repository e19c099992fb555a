package io.eardrum.storage.embedded;

import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import io.eardrum.metric.PointBatch;
import io.eardrum.metric.SeriesKey;
import io.eardrum.metric.TimeRange;
import io.eardrum.storage.StorageException;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for {@link SnapshotRoom}, by itself and with clients that read slowly.
 */
@Timeout(60)
class SnapshotRoomTests {

	private static final long ROOM = 1 << 20;

	private final Gate gate = new Gate();

	private final ExecutorService threads = Executors.newCachedThreadPool();

	@AfterEach
	void stopThreads() {
		this.threads.shutdownNow();
	}

	@Test
	void oneMayTakeMoreThanThereIsAndThenNobodyElseAny() {
		SnapshotRoom room = new SnapshotRoom(ROOM, Duration.ofMillis(10), this.gate);
		long taken = room.take(3 * ROOM);
		assertThat(taken).isEqualTo(3 * ROOM);
		assertThatExceptionOfType(StorageException.class).isThrownBy(() -> room.take(ROOM / 2));
		room.giveBack(taken);
		assertThat(room.take(ROOM / 2)).isEqualTo(ROOM / 2);
		assertThat(room.take(ROOM / 2)).isEqualTo(ROOM / 2);
		assertThatExceptionOfType(StorageException.class).isThrownBy(() -> room.take(ROOM / 2));
	}

	@Test
	void littleIsNeitherCountedNorWaitedFor() {
		SnapshotRoom room = new SnapshotRoom(ROOM, Duration.ofMillis(10), this.gate);
		room.take(ROOM);
		for (int i = 0; i < 100; i++) {
			assertThat(room.take(SnapshotRoom.FREE_BYTES)).isZero();
		}
	}

	@Test
	void whoWaitsGoesOnOnceThereIsRoom() throws Exception {
		SnapshotRoom room = new SnapshotRoom(ROOM, Duration.ofSeconds(50), this.gate);
		room.take(ROOM);
		CompletableFuture<Long> waiting = CompletableFuture.supplyAsync(() -> room.take(ROOM), this.threads);
		Thread.sleep(50);
		assertThat(waiting).isNotDone();
		room.giveBack(ROOM);
		assertThat(waiting.get(20, TimeUnit.SECONDS)).isEqualTo(ROOM);
	}

	@Test
	void clientsThatReadSlowlyKeepOthersWaitingAndNotMemory(@TempDir Path directory) throws Exception {
		int points = 200_000;
		EmbeddedStorageSettings settings = EmbeddedStorageSettings.of(directory.resolve("store"))
			.withFsync(Fsync.NEVER)
			.withHeadBytes(24 << 20);
		try (RocksDbMetricRepository repository = new RocksDbMetricRepository(settings, Clock.systemUTC())) {
			putBackwards(repository, points);
			// Takes 6.4 MB while it sorts, and 3.2 MB while it reads, of 12 MB.
			CountDownLatch released = new CountDownLatch(1);
			CompletableFuture<Long> slow = read(repository, released);
			CompletableFuture<Long> slower = read(repository, released);
			assertThatExceptionOfType(StorageException.class).isThrownBy(
					() -> repository.read(SeriesKey.of("late"), TimeRange.ALL, (key, times, values, from, to) -> {
					}));
			released.countDown();
			assertThat(slow.get(20, TimeUnit.SECONDS)).isEqualTo(points);
			assertThat(slower.get(20, TimeUnit.SECONDS)).isEqualTo(points);
			assertThat(read(repository, released).get(20, TimeUnit.SECONDS)).isEqualTo(points);
		}
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
