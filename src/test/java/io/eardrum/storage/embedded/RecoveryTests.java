package io.eardrum.storage.embedded;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.function.Consumer;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.eardrum.metric.PointBatch;
import io.eardrum.metric.SeriesKey;
import io.eardrum.storage.embedded.directory.StoreOpenException;
import io.eardrum.storage.embedded.directory.seal.ClosingFacts;
import io.eardrum.storage.embedded.recovery.LogReplay;
import io.eardrum.storage.embedded.recovery.StoreOpener;
import io.eardrum.storage.embedded.rocksdb.ColumnFamily;
import io.eardrum.storage.embedded.rocksdb.EncodedWriteBatch;
import io.eardrum.storage.embedded.settings.EmbeddedStorageSettings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for {@link LogReplay} and {@link StoreOpener}: what RocksDB holds does not fit
 * together, though its files are whole.
 */
class RecoveryTests {

	@TempDir
	Path directory;

	@Test
	void seriesThatIsMissingIsTold() {
		assertRefused((batch) -> batch.delete(ColumnFamily.SERIES, number(0)), "series 0 is missing");
	}

	@Test
	void chunksOfASeriesThatIsNotThereAreTold() {
		assertRefused((batch) -> batch.delete(ColumnFamily.SERIES, number(1)),
				"there are chunks of series 1, which does not exist");
	}

	@Test
	void recordThatIsMissingIsTold() {
		assertRefused((batch) -> batch.delete(ColumnFamily.LOG, number(3)), "record 3 of the log is missing");
	}

	@Test
	void numberOfPointsThatIsMissingIsTold() {
		assertRefused((batch) -> batch.delete(ColumnFamily.META, "points".getBytes(StandardCharsets.US_ASCII)),
				"the number of points in chunks is missing");
	}

	@Test
	void formatThatIsMissingIsTold() {
		assertRefused((batch) -> batch.delete(ColumnFamily.META, "format".getBytes(StandardCharsets.US_ASCII)),
				"it has no entry with its format");
	}

	@Test
	void nothingIsNotedOfAStoreThatWasNotAccepted() throws Exception {
		Path store = this.directory.resolve("store");
		make(store);
		byte[] mark = Files.readAllBytes(store.resolve("eardrum.mark"));
		byte[] ledger = Files.readAllBytes(store.resolve("eardrum.closed"));
		StoreOpener opened = new StoreOpener(EmbeddedStorageSettings.of(store));
		opened.mark();
		opened.database().noteDurable();
		opened.mark();
		opened.close(new ClosingFacts(1, 1));
		assertThat(store.resolve("eardrum.mark")).hasBinaryContent(mark);
		assertThat(store.resolve("eardrum.closed")).hasBinaryContent(ledger);
	}

	@Test
	void unfinishedBackupOfTheSameNameIsReplaced() throws Exception {
		Path store = this.directory.resolve("store");
		make(store);
		Path backup = this.directory.resolve("backup");
		Files.createDirectory(this.directory.resolve("backup.tmp"));
		Files.createFile(this.directory.resolve("backup.tmp").resolve("000012.sst"));
		try (RocksDbMetricRepository repository = open(store)) {
			repository.backup(backup);
		}
		assertThat(this.directory.resolve("backup.tmp")).doesNotExist();
		try (RocksDbMetricRepository repository = open(backup)) {
			assertThat(repository.seriesCount()).isEqualTo(2);
		}
	}

	private void assertRefused(Consumer<EncodedWriteBatch> damage, String message) {
		Path store = this.directory.resolve("store");
		make(store);
		try (StoreOpener opened = new StoreOpener(EmbeddedStorageSettings.of(store))) {
			opened.accept();
			EncodedWriteBatch batch = new EncodedWriteBatch(64);
			damage.accept(batch);
			opened.database().write(batch, true);
		}
		for (int attempt = 0; attempt < 2; attempt++) {
			assertThatExceptionOfType(StoreOpenException.class).isThrownBy(() -> open(store))
				.withMessageContaining(message)
				.withMessageContaining("No single file is damaged");
		}
	}

	// Two series in chunks, and records 2 to 4 in the log.
	private static void make(Path store) {
		try (RocksDbMetricRepository repository = open(store)) {
			put(repository, 1);
			repository.checkpoint();
			for (int i = 2; i <= 4; i++) {
				put(repository, i);
			}
		}
	}

	private static void put(RocksDbMetricRepository repository, long timestamp) {
		PointBatch batch = new PointBatch();
		batch.add(SeriesKey.of("a"), timestamp, 1);
		batch.add(SeriesKey.of("b"), timestamp, 2);
		repository.put(batch);
	}

	private static RocksDbMetricRepository open(Path store) {
		return new RocksDbMetricRepository(EmbeddedStorageSettings.of(store), Clock.systemUTC());
	}

	private static byte[] number(long number) {
		return ByteBuffer.allocate(Long.BYTES).putLong(number).array();
	}

}
