package io.eardrum.storage.embedded;

import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.eardrum.metric.Point;
import io.eardrum.metric.PointBatch;
import io.eardrum.metric.SeriesKey;
import io.eardrum.storage.Retention;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link LastPointReader}: the last point is found in whichever piece of a
 * chunk, or in memory, it is.
 */
class LastPointReaderTests {

	private static final long NOW = Instant.now().getEpochSecond();

	private static final long FUTURE = NOW * 1000;

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
		put("a", 1, NOW);
		put("a", 2, FUTURE);
		put("after", 1, 1);
		this.repository.checkpoint();
		assertThat(last("a")).isEqualTo(new Point(NOW, 1));
		put("a", 3, NOW - 1);
		put("a", 4, FUTURE + 1);
		this.repository.checkpoint();
		assertThat(last("a")).isEqualTo(new Point(NOW, 1));
		put("a", 5, NOW);
		this.repository.checkpoint();
		put("a", 6, NOW - 2);
		put("a", 7, FUTURE - 1);
		this.repository.checkpoint();
		assertThat(last("a")).isEqualTo(new Point(NOW, 5));
		put("a", 8, NOW - 3);
		assertThat(last("a")).isEqualTo(new Point(NOW, 5));
		put("a", 9, NOW);
		assertThat(last("a")).isEqualTo(new Point(NOW, 9));
		this.repository.checkpoint();
		put("a", 10, FUTURE + 2);
		put("a", 11, NOW + 1);
		put("a", 12, NOW + 1);
		assertThat(last("a")).isEqualTo(new Point(NOW + 1, 12));
		assertThat(last("before")).isEqualTo(new Point(1, 1));
		assertThat(last("after")).isEqualTo(new Point(1, 1));
	}

	@Test
	void presentMayBeManyChunksBeforeTheFuture() {
		PointBatch batch = new PointBatch();
		for (int i = 0; i < 10 * ChunkWriter.TARGET_POINTS; i++) {
			batch.add(SeriesKey.of("a"), FUTURE + i, i);
			batch.add(SeriesKey.of("b"), FUTURE + i, i);
		}
		batch.add(SeriesKey.of("a"), NOW, -1);
		this.repository.put(batch);
		assertThat(last("a")).isEqualTo(new Point(NOW, -1));
		this.repository.checkpoint();
		int last = 10 * ChunkWriter.TARGET_POINTS - 1;
		assertThat(last("a")).isEqualTo(new Point(NOW, -1));
		assertThat(last("b")).isEqualTo(new Point(FUTURE + last, last));
	}

	@Test
	void pointsThatAreNotKeptAnyMoreAreNoPresent() {
		this.repository.close();
		this.repository = new RocksDbMetricRepository(EmbeddedStorageSettings.of(this.directory.resolve("short"))
			.withFsync(Fsync.NEVER)
			.withRetention(Retention.of(Duration.ofDays(1))), Clock.systemUTC());
		put("a", 1, NOW - 90_000);
		put("a", 2, FUTURE);
		put("b", 3, NOW - 90_000);
		assertThat(last("a")).isEqualTo(new Point(FUTURE, 2));
		assertThat(last("b")).isNull();
		put("a", 4, NOW - 80_000);
		assertThat(last("a")).isEqualTo(new Point(NOW - 80_000, 4));
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
