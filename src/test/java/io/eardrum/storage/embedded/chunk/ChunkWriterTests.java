package io.eardrum.storage.embedded.chunk;

import java.nio.file.Path;
import java.util.Random;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.eardrum.metric.SeriesKey;
import io.eardrum.storage.embedded.codec.PointColumns;
import io.eardrum.storage.embedded.head.Series;
import io.eardrum.storage.embedded.recovery.StoreOpener;
import io.eardrum.storage.embedded.rocksdb.Database;
import io.eardrum.storage.embedded.rocksdb.EncodedWriteBatch;
import io.eardrum.storage.embedded.settings.EmbeddedStorageSettings;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link ChunkWriter}: how many pieces and chunks there are in the end. What
 * they hold is for {@code StoreModelTests}.
 */
class ChunkWriterTests {

	private final Series series = new Series(SeriesKey.of("a"), 7, 0);

	@TempDir
	Path directory;

	private StoreOpener store;

	private Database database;

	private long bytesWritten;

	@BeforeEach
	void open() {
		this.store = new StoreOpener(EmbeddedStorageSettings.of(this.directory.resolve("store")));
		this.database = this.store.database();
	}

	@AfterEach
	void close() {
		this.store.close();
	}

	@Test
	void onePointACheckpointEndsInFullChunks() {
		for (int i = 0; i < 10_000; i++) {
			write(60L * i);
		}
		assertThat(points()).isEqualTo(10_000);
		assertThat(keys()).isLessThan(10_000 / ChunkWriter.TARGET_POINTS + 2 + ChunkWriter.MAX_PIECES);
		// On average half a chunk is written anew every MAX_PIECES points; a point of
		// these
		// takes 6 bytes.
		assertThat(this.bytesWritten).isLessThan(10_000L * 8 * ChunkWriter.TARGET_POINTS / 2 / ChunkWriter.MAX_PIECES);
	}

	@Test
	void onePointACheckpointBackwardsEndsInFullChunks() {
		for (int i = 5000; i > 0; i--) {
			write(60L * i);
		}
		assertThat(points()).isEqualTo(5000);
		assertThat(keys()).isLessThan(2 * 5000 / ChunkWriter.TARGET_POINTS + 2 + ChunkWriter.MAX_PIECES);
	}

	@Test
	void forgottenTailIsLearntAgain() {
		for (int i = 0; i < 3000; i++) {
			write(60L * i);
			this.series.forgetTail();
		}
		assertThat(points()).isEqualTo(3000);
		assertThat(keys()).isLessThan(3000 / ChunkWriter.TARGET_POINTS + 2 + ChunkWriter.MAX_PIECES);
	}

	@Test
	void overwritingOldPointsCostsFarLessThanTheirChunks() {
		long[] timestamps = new long[100_000];
		for (int i = 0; i < timestamps.length; i++) {
			timestamps[i] = i;
		}
		write(timestamps);
		long chunkBytes = this.bytesWritten / (timestamps.length / ChunkWriter.TARGET_POINTS);
		this.bytesWritten = 0;
		Random random = new Random(3);
		for (int i = 0; i < 2000; i++) {
			write(random.nextInt(timestamps.length));
		}
		assertThat(points()).isEqualTo(timestamps.length);
		assertThat(this.bytesWritten / 2000).isLessThan(chunkBytes / 4);
		assertThat(keys()).isLessThan(ChunkWriter.MAX_PIECES * (timestamps.length / ChunkWriter.TARGET_POINTS + 1));
	}

	@Test
	void oneBatchTakesChunksOfHundredsOfSeries() {
		EncodedWriteBatch batch = new EncodedWriteBatch(64);
		try (ChunkCursor cursor = new ChunkCursor(this.database, true)) {
			ChunkWriter writer = new ChunkWriter(batch, cursor);
			for (int number = 0; number < 700; number++) {
				PointColumns points = new PointColumns(1);
				points.add(number, 1);
				writer.write(new Series(SeriesKey.of("s" + number), number, 0), points);
			}
		}
		this.database.write(batch, true);
		assertThat(keys()).isEqualTo(700);
	}

	private void write(long... timestamps) {
		PointColumns points = new PointColumns(timestamps.length);
		for (long timestamp : timestamps) {
			points.add(timestamp, Math.sqrt((double) timestamp));
		}
		EncodedWriteBatch batch = new EncodedWriteBatch(64);
		try (ChunkCursor cursor = new ChunkCursor(this.database, true)) {
			new ChunkWriter(batch, cursor).write(this.series, points);
		}
		this.bytesWritten += batch.size();
		this.database.write(batch, false);
	}

	private int keys() {
		int keys = 0;
		try (ChunkCursor cursor = new ChunkCursor(this.database, true)) {
			for (cursor.seekToFirst(); cursor.isValid(); cursor.next()) {
				keys++;
			}
		}
		return keys;
	}

	private int points() {
		int count = 0;
		PointColumns chunk = new PointColumns(16);
		try (ChunkCursor cursor = new ChunkCursor(this.database, true)) {
			boolean found = cursor.seek(this.series.number(), Long.MIN_VALUE);
			while (found) {
				cursor.readChunk(chunk);
				count += chunk.size();
				found = cursor.isValid();
			}
		}
		return count;
	}

}
