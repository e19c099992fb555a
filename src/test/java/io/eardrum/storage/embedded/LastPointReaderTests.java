package io.eardrum.storage.embedded;

import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.eardrum.budget.HeapBudget;
import io.eardrum.metric.Point;
import io.eardrum.metric.PointBatch;
import io.eardrum.metric.SeriesKey;
import io.eardrum.metric.TimeRange;
import io.eardrum.storage.embedded.chunk.ChunkWriter;
import io.eardrum.storage.embedded.chunk.LastPointReader;
import io.eardrum.storage.embedded.chunk.OpenReads;
import io.eardrum.storage.embedded.chunk.SeriesReaders;
import io.eardrum.storage.embedded.head.Heads;
import io.eardrum.storage.embedded.head.Series;
import io.eardrum.storage.embedded.head.SnapshotMemoryLimit;
import io.eardrum.storage.embedded.recovery.StoreOpener;
import io.eardrum.storage.embedded.rocksdb.UseGuard;
import io.eardrum.storage.embedded.settings.EmbeddedStorageSettings;
import io.eardrum.storage.embedded.settings.Fsync;
import io.eardrum.storage.time.Retention;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link LastPointReader}: the last point is found in whichever piece of a
 * chunk, or in memory, it is.
 */
class LastPointReaderTests {

	private final long now = Instant.now().getEpochSecond();

	private final long future = this.now * 1000;

	@TempDir
	Path directory;

	private RocksDbMetricRepository repository;

	@BeforeEach
	void open() {
		this.repository = new RocksDbMetricRepository(
				EmbeddedStorageSettings.of(this.directory.resolve("store")).withFsync(Fsync.NEVER), Clock.systemUTC());
	}

	@AfterEach
	void close() {
		this.repository.close();
	}

	@Test
	void lastPointMayBeInAnyPieceOfTheLastChunk() {
		put("before", 1, 1);
		put("a", 1, 10);
		put("after", 1, 99);
		this.repository.checkpoint();
		put("a", 2, 30);
		this.repository.checkpoint();
		put("a", 3, 20);
		this.repository.checkpoint();
		assertThat(last("a")).isEqualTo(new Point(30, 2));
		put("a", 4, 30);
		this.repository.checkpoint();
		put("a", 5, 25);
		this.repository.checkpoint();
		assertThat(last("a")).isEqualTo(new Point(30, 4));
		assertThat(last("before")).isEqualTo(new Point(1, 1));
		assertThat(last("after")).isEqualTo(new Point(99, 1));
	}

	@Test
	void pointInMemoryWinsOverEqualOneInChunk() {
		put("a", 1, 10);
		this.repository.checkpoint();
		put("a", 2, 9);
		assertThat(last("a")).isEqualTo(new Point(10, 1));
		put("a", 3, 10);
		assertThat(last("a")).isEqualTo(new Point(10, 3));
		put("a", 4, 11);
		assertThat(last("a")).isEqualTo(new Point(11, 4));
	}

	@Test
	void lastPutOfTheHighestTimestampWinsThoughOthersCameLate() {
		put("a", 1, 10);
		put("a", 2, 5);
		put("a", 3, 10);
		assertThat(last("a")).isEqualTo(new Point(10, 3));
		put("a", 4, 10);
		assertThat(last("a")).isEqualTo(new Point(10, 4));
	}

	@Test
	void lastPointIsInTheLastOfManyChunks() {
		PointBatch batch = new PointBatch();
		for (int i = 0; i < 10 * ChunkWriter.TARGET_POINTS; i++) {
			batch.add(SeriesKey.of("a"), i, i * 0.1);
		}
		this.repository.put(batch);
		put("b", 7, 7);
		this.repository.checkpoint();
		int last = 10 * ChunkWriter.TARGET_POINTS - 1;
		assertThat(last("a")).isEqualTo(new Point(last, last * 0.1));
		put("a", 5, -1);
		this.repository.checkpoint();
		assertThat(last("a")).isEqualTo(new Point(last, last * 0.1));
		assertThat(last("b")).isEqualTo(new Point(7, 7));
	}

	@Test
	void pointsBehindTheHorizonArePassedOverInWhicheverChunkTheyAre() {
		put("before", 1, 1);
		put("a", 1, this.now);
		put("a", 2, this.future);
		put("after", 1, 1);
		this.repository.checkpoint();
		assertThat(last("a")).isEqualTo(new Point(this.now, 1));
		put("a", 3, this.now - 1);
		put("a", 4, this.future + 1);
		this.repository.checkpoint();
		assertThat(last("a")).isEqualTo(new Point(this.now, 1));
		put("a", 5, this.now);
		this.repository.checkpoint();
		assertThat(last("a")).isEqualTo(new Point(this.now, 5));
		put("a", 6, this.now - 2);
		put("a", 7, this.future - 1);
		this.repository.checkpoint();
		assertThat(last("a")).isEqualTo(new Point(this.now, 5));
		put("a", 8, this.now - 3);
		assertThat(last("a")).isEqualTo(new Point(this.now, 5));
		put("a", 9, this.now);
		assertThat(last("a")).isEqualTo(new Point(this.now, 9));
		this.repository.checkpoint();
		put("a", 10, this.future + 2);
		put("a", 11, this.now + 1);
		put("a", 12, this.now + 1);
		assertThat(last("a")).isEqualTo(new Point(this.now + 1, 12));
		assertThat(last("before")).isEqualTo(new Point(1, 1));
		assertThat(last("after")).isEqualTo(new Point(1, 1));
	}

	@Test
	void presentMayBeManyChunksBeforeTheFuture() {
		PointBatch batch = new PointBatch();
		for (int i = 0; i < 10 * ChunkWriter.TARGET_POINTS; i++) {
			batch.add(SeriesKey.of("a"), this.future + i, i);
			batch.add(SeriesKey.of("b"), this.future + i, i);
		}
		batch.add(SeriesKey.of("a"), this.now, -1);
		this.repository.put(batch);
		assertThat(last("a")).isEqualTo(new Point(this.now, -1));
		this.repository.checkpoint();
		int last = 10 * ChunkWriter.TARGET_POINTS - 1;
		assertThat(last("a")).isEqualTo(new Point(this.now, -1));
		assertThat(last("b")).isEqualTo(new Point(this.future + last, last));
	}

	@Test
	void knownLastPointChangesWithWhatIsPutAndDeletedAfterIt() {
		put("a", 1, this.now - 20);
		put("a", 2, this.now - 10);
		this.repository.checkpoint();
		assertThat(last("a")).isEqualTo(new Point(this.now - 10, 2));
		assertThat(last("a")).isEqualTo(new Point(this.now - 10, 2));
		put("a", 3, this.now - 15);
		assertThat(last("a")).isEqualTo(new Point(this.now - 10, 2));
		put("a", 4, this.now - 10);
		assertThat(last("a")).isEqualTo(new Point(this.now - 10, 4));
		put("a", 5, this.future);
		assertThat(last("a")).isEqualTo(new Point(this.now - 10, 4));
		this.repository.delete(List.of(SeriesKey.of("a")), new TimeRange(this.now - 12, this.future));
		assertThat(last("a")).isEqualTo(new Point(this.now - 15, 3));
		this.repository.checkpoint();
		assertThat(last("a")).isEqualTo(new Point(this.now - 15, 3));
		this.repository.delete(List.of(SeriesKey.of("a")), TimeRange.ALL);
		assertThat(last("a")).isNull();
	}

	@Test
	void presentMayBeInWhatACheckpointIsWriting() {
		try (StoreOpener store = new StoreOpener(
				EmbeddedStorageSettings.of(this.directory.resolve("other")).withFsync(Fsync.NEVER))) {
			Heads heads = new Heads();
			Series series = Series.withoutChunks(SeriesKey.of("a"), 0, 0);
			heads.append(series, this.now, 1);
			heads.append(series, this.future, 2);
			heads.freeze(1);
			heads.append(series, this.future + 1, 3);
			SeriesReaders readers = new SeriesReaders(store.database(), heads, new UseGuard(),
					new SnapshotMemoryLimit(HeapBudget.unlimited(), Duration.ZERO), () -> this.now, Clock.systemUTC(),
					new OpenReads(System::nanoTime));
			try (LastPointReader reader = readers.takeLast(false)) {
				assertThat(reader.last(series)).isEqualTo(new Point(this.now, 1));
				heads.append(series, this.now - 1, 4);
				assertThat(reader.last(series)).isEqualTo(new Point(this.now, 1));
				heads.append(series, this.now, 5);
				assertThat(reader.last(series)).isEqualTo(new Point(this.now, 5));
			}
		}
	}

	@Test
	void pointsThatAreNotKeptAnyMoreAreNoPresent() {
		this.repository.close();
		this.repository = new RocksDbMetricRepository(EmbeddedStorageSettings.of(this.directory.resolve("short"))
			.withFsync(Fsync.NEVER)
			.withRetention(Retention.of(Duration.ofDays(1))), Clock.systemUTC());
		put("a", 1, this.now - 90_000);
		put("a", 2, this.future);
		put("b", 3, this.now - 90_000);
		assertThat(last("a")).isEqualTo(new Point(this.future, 2));
		assertThat(last("b")).isNull();
		put("a", 4, this.now - 80_000);
		assertThat(last("a")).isEqualTo(new Point(this.now - 80_000, 4));
	}

	private void put(String key, double value, long timestamp) {
		PointBatch batch = new PointBatch();
		batch.add(SeriesKey.of(key), timestamp, value);
		this.repository.put(batch);
	}

	private @Nullable Point last(String key) {
		return this.repository.last(SeriesKey.of(key));
	}

}
