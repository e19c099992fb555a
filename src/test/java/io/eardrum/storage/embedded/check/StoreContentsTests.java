package io.eardrum.storage.embedded.check;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rocksdb.RocksDB;

import io.eardrum.storage.embedded.chunk.ChunkKey;
import io.eardrum.storage.embedded.codec.ByteWriter;
import io.eardrum.storage.embedded.codec.ChunkEncoder;
import io.eardrum.storage.embedded.codec.CorruptStoreException;
import io.eardrum.storage.embedded.codec.PointColumns;
import io.eardrum.storage.embedded.rocksdb.ColumnFamily;
import io.eardrum.storage.embedded.rocksdb.Database;
import io.eardrum.storage.embedded.rocksdb.EncodedWriteBatch;
import io.eardrum.storage.embedded.rocksdb.OpenMode;
import io.eardrum.storage.embedded.rocksdb.StoreMetadata;
import io.eardrum.storage.embedded.settings.EmbeddedStorageSettings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for {@link StoreContents}: what is wrong is stored as such, with right checksums.
 */
class StoreContentsTests {

	@TempDir
	Path directory;

	private Database database;

	@BeforeEach
	void makeAStore() throws Exception {
		RocksDB.loadLibrary();
		this.database = new Database(this.directory, EmbeddedStorageSettings.of(this.directory), List.of());
		this.database.open(OpenMode.CREATE);
		EncodedWriteBatch batch = new EncodedWriteBatch(64);
		StoreMetadata.CHECKPOINT.write(7, batch);
		StoreMetadata.POINTS.write(5, batch);
		this.database.write(batch, false);
		putSeries(0, "a");
		putSeries(1, "b");
		putChunk(0, 10, 0, 10, 20);
		putChunk(0, 10, 1, 15);
		putChunk(0, 30, 0, 30);
		putChunk(1, -5, 0, -5);
		putRecord(8, 0, 40);
		putRecord(9, 1, 41);
	}

	@AfterEach
	void close() {
		this.database.close();
	}

	@Test
	void wholeStoreIsCounted() {
		StoreContents contents = read();
		assertThat(contents.series()).isEqualTo(2);
		assertThat(contents.logPoints()).isEqualTo(2);
		assertThat(contents.chunkPoints()).isEqualTo(5);
		assertThat(contents.problems()).isEmpty();
	}

	@Test
	void missingSeriesIsFound() {
		putSeries(3, "d");
		assertThatStartIsRefused("series 2 is missing (the next one is 3)");
	}

	@Test
	void missingRecordOfTheLogIsFound() {
		putRecord(11, 0, 50);
		assertThatStartIsRefused("record 10 of the log is missing (the next one is 11)");
	}

	@Test
	void recordOfASeriesThatIsNotThereIsFound() {
		putRecord(10, 2, 50);
		assertThatStartIsRefused("the log has points of series 2, which does not exist");
	}

	@Test
	void recordThatIsCutIsFound() {
		put(ColumnFamily.LOG, number(10), new byte[] { 1, 0 });
		assertThatStartIsRefused("a number is cut off");
	}

	@Test
	void chunkOfASeriesThatIsNotThereIsFound() {
		putChunk(2, 10, 0, 10);
		assertThatStartIsRefused("there are chunks of series 2, which does not exist");
	}

	@Test
	void chunkThatIsNoneIsFoundAndTheOthersAreRead() {
		put(ColumnFamily.CHUNKS, ChunkKey.write(new byte[ChunkKey.BYTES], 0, 10, 0), new byte[] { 1, 2, 3 });
		StoreContents contents = read();
		assertThat(contents.problems()).singleElement().asString().startsWith("series 0 (a): ");
		assertThat(contents.chunkPoints()).as("of b").isEqualTo(1);
	}

	@Test
	void chunkWithoutItsFirstPieceIsFound() {
		putChunk(1, 50, 1, 50);
		assertThat(read().problems()).containsExactly("series 1 (b): a chunk has lost its first pieces");
	}

	@Test
	void chunksThatOverlapAreFound() {
		putChunk(0, 10, 2, 35);
		assertThat(read().problems())
			.containsExactly("series 0 (a): a chunk has points that belong to the previous one");
	}

	private StoreContents read() {
		StoreContents contents = new StoreContents(this.database);
		contents.readAsAStart();
		contents.readChunks((what, bytes, total) -> {
		}, 0, 1, 1);
		return contents;
	}

	private void assertThatStartIsRefused(String message) {
		StoreContents contents = new StoreContents(this.database);
		assertThatExceptionOfType(CorruptStoreException.class).isThrownBy(contents::readAsAStart).withMessage(message);
	}

	private void putSeries(long number, String key) {
		put(ColumnFamily.SERIES, number(number), key.getBytes(StandardCharsets.UTF_8));
	}

	private void putChunk(int series, long start, int piece, long... timestamps) {
		PointColumns points = new PointColumns(timestamps.length);
		for (long timestamp : timestamps) {
			points.add(timestamp, 1);
		}
		ByteWriter value = new ByteWriter(64);
		new ChunkEncoder().encode(points, 0, timestamps.length, value);
		put(ColumnFamily.CHUNKS, ChunkKey.write(new byte[ChunkKey.BYTES], series, start, piece), value.toByteArray());
	}

	private void putRecord(long number, int series, long timestamp) {
		ByteWriter record = new ByteWriter(64);
		record.writeVarint(1);
		record.writeVarint(series);
		record.writeZigzag(timestamp);
		record.writeLongLittleEndian(Double.doubleToRawLongBits(1));
		put(ColumnFamily.LOG, number(number), record.toByteArray());
	}

	private void put(ColumnFamily family, byte[] key, byte[] value) {
		EncodedWriteBatch batch = new EncodedWriteBatch(64);
		batch.put(family, key, value, value.length);
		this.database.write(batch, false);
	}

	private static byte[] number(long number) {
		ByteWriter key = new ByteWriter(Long.BYTES);
		key.writeLongBigEndian(number);
		return key.toByteArray();
	}

}
