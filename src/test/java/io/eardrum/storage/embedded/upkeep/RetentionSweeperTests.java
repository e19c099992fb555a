package io.eardrum.storage.embedded.upkeep;

import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.eardrum.budget.HeapBudget;
import io.eardrum.metric.PointBatch;
import io.eardrum.metric.SeriesKey;
import io.eardrum.storage.StorageException;
import io.eardrum.storage.embedded.head.Heads;
import io.eardrum.storage.embedded.head.Series;
import io.eardrum.storage.embedded.log.Committer;
import io.eardrum.storage.embedded.log.PendingWrite;
import io.eardrum.storage.embedded.log.StoreCounters;
import io.eardrum.storage.embedded.log.WriteAvailability;
import io.eardrum.storage.embedded.recovery.StoreOpener;
import io.eardrum.storage.embedded.rocksdb.Database;
import io.eardrum.storage.embedded.rocksdb.StoreMetadata;
import io.eardrum.storage.embedded.rocksdb.UseGuard;
import io.eardrum.storage.embedded.settings.EmbeddedStorageSettings;
import io.eardrum.storage.embedded.settings.Fsync;
import io.eardrum.storage.series.SeriesIndex;
import io.eardrum.storage.time.Retention;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.anyBoolean;
import static org.mockito.BDDMockito.willCallRealMethod;
import static org.mockito.BDDMockito.willThrow;
import static org.mockito.Mockito.spy;

/**
 * Tests for {@link RetentionSweeper}.
 */
class RetentionSweeperTests {

	private static final long NOW = 1_800_000_000;

	private static final int POINTS = 100;

	@TempDir
	Path directory;

	@Test
	void pointsThatCouldNotBeRemovedCountUntilTheyAre() {
		try (StoreOpener store = new StoreOpener(
				EmbeddedStorageSettings.of(this.directory.resolve("store")).withFsync(Fsync.NEVER))) {
			Database database = spy(store.database());
			SeriesIndex<Series> index = new SeriesIndex<>();
			Heads heads = new Heads();
			UseGuard gate = new UseGuard();
			StoreCounters meters = new StoreCounters();
			WriteAvailability availability = new WriteAvailability();
			Committer committer = new Committer(database, index, heads, availability, meters, Fsync.NEVER, () -> {
			});
			ChunkCompaction compaction = new ChunkCompaction(database, availability, gate, 0);
			Checkpointer checkpointer = new Checkpointer(database, index, heads, committer, meters, at(NOW), gate,
					compaction, HeapBudget.unlimited());
			committer.start(0);
			checkpointer.start();
			put(committer, index);
			int era = gate.enter();
			checkpointer.checkpoint(era);
			assertThat(checkpointer.storedPoints()).isEqualTo(POINTS);
			RetentionClock clock = new RetentionClock(database, at(NOW + 1_000_000), System::nanoTime, true);
			clock.start(true, false, true);
			RetentionSweeper sweeper = new RetentionSweeper(database, index, committer, checkpointer, compaction, clock,
					gate);

			willThrow(new StorageException("the disk is full")).given(database).write(any(), anyBoolean());
			assertThatExceptionOfType(StorageException.class).isThrownBy(() -> sweeper.sweep(era));
			assertThat(checkpointer.storedPoints()).isEqualTo(POINTS);
			willCallRealMethod().given(database).write(any(), anyBoolean());
			sweeper.sweep(era);
			assertThat(checkpointer.storedPoints()).isZero();
			assertThat(StoreMetadata.POINTS.read(database, -1)).isZero();
		}
	}

	private static void put(Committer committer, SeriesIndex<Series> index) {
		PointBatch batch = new PointBatch();
		for (int i = 0; i < POINTS; i++) {
			batch.add(SeriesKey.of("a"), NOW - i, i);
		}
		PendingWrite write = new PendingWrite();
		write.fill(batch, index, Integer.MAX_VALUE, Retention.of(Duration.ofDays(1)));
		committer.commit(write);
	}

	private static Clock at(long second) {
		return Clock.fixed(Instant.ofEpochSecond(second), ZoneOffset.UTC);
	}

}
