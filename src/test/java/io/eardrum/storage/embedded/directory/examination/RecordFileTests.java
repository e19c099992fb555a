package io.eardrum.storage.embedded.directory.examination;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link RecordFile}, with files that RocksDB wrote: where in a block records
 * begin and end decides how they are divided.
 */
class RecordFileTests {

	private static final int BLOCK_BYTES = 32 << 10;

	private static final int HEADER_BYTES = 7;

	@TempDir
	Path directory;

	@BeforeEach
	void loadLibrary() {
		RocksDB.loadLibrary();
	}

	@ParameterizedTest
	@ValueSource(ints = { 0, 1, 6, 7, 8, 9 })
	void recordIsFoundWhereverTheBlockBeforeItEnds(int left) throws Exception {
		Path log = write(BLOCK_BYTES - left - HEADER_BYTES, 100, 50);
		assertThat(damageOf(log)).isNull();
		// What has no room for a header is filled up.
		long start = (left < HEADER_BYTES) ? BLOCK_BYTES : BLOCK_BYTES - left;
		long size = Files.size(log);
		flip(log, size - 50 - HEADER_BYTES - 1);
		assertThat(damageOf(log)).isEqualTo(new WalDamage(start, size - start, 0, false));
	}

	@ParameterizedTest
	@ValueSource(ints = { 0, 255, 256, 300 })
	void recordsOfLaterBlocksCanBeRead(int damaged) throws Exception {
		int[] lengths = new int[3 * 256];
		for (int i = 0; i < lengths.length; i++) {
			lengths[i] = 128 - HEADER_BYTES;
		}
		Path log = write(lengths);
		assertThat(damageOf(log)).isNull();
		flip(log, damaged * 128L + 100);
		assertThat(damageOf(log)).isEqualTo(
				new WalDamage(damaged * 128L, (lengths.length - damaged) * 128L, (damaged < 256) ? 512 : 256, false));
	}

	@Test
	void recordOfWhichOnlyTheFirstBlockIsThereIsDamage() throws Exception {
		Path log = write(30_000, 10_000);
		resize(log, BLOCK_BYTES);
		assertThat(damageOf(log)).isEqualTo(new WalDamage(30_007, BLOCK_BYTES - 30_007, 0, true));
	}

	@Test
	void recordThatLacksItsLastBytesIsDamage() throws Exception {
		Path log = write(100, 100);
		// Also if hardly a byte of it is there, which is less than the header of a
		// record.
		for (int lost = 1; lost < 107; lost++) {
			resize(log, 214 - lost);
			assertThat(damageOf(log)).isEqualTo(new WalDamage(107, 107 - lost, 0, true));
		}
	}

	@Test
	void damageBeginsWhereTheFirstDamagedRecordDoes() throws Exception {
		Path log = write(40_000, 100, 30_000);
		flip(log, 1000);
		// The rest of the first record, and the beginning of the last one, are no
		// records.
		resize(log, 2 * BLOCK_BYTES);
		assertThat(damageOf(log)).isEqualTo(new WalDamage(0, 2 * BLOCK_BYTES, 1, false));
	}

	private static @Nullable WalDamage damageOf(Path log) throws IOException {
		return RecordFile.read(log, (bytes, length) -> {
		});
	}

	// Has RocksDB write records of the given lengths.
	private Path write(int... lengths) throws RocksDBException, IOException {
		Path store = this.directory.resolve("store");
		try (Options options = new Options().setCreateIfMissing(true);
				RocksDB database = RocksDB.open(options, store.toString())) {
			for (int length : lengths) {
				// A batch begins with 12 bytes; a type, a key and two lengths follow.
				int value = length - 12 - 1 - 2 - 1;
				int more = (value < 128) ? 0 : (value < 16_384) ? 1 : 2;
				database.put(new byte[] { 'k' }, new byte[value - more]);
			}
			try (Stream<Path> files = Files.list(store)) {
				Path log = files.filter((file) -> file.toString().endsWith(".log")).findFirst().orElseThrow();
				return Files.copy(log, this.directory.resolve("copy.log"));
			}
		}
	}

	private static void flip(Path file, long position) throws IOException {
		try (RandomAccessFile opened = new RandomAccessFile(file.toFile(), "rw")) {
			opened.seek(position);
			int old = opened.read();
			opened.seek(position);
			opened.write(old ^ 1);
		}
	}

	private static void resize(Path file, long length) throws IOException {
		try (RandomAccessFile opened = new RandomAccessFile(file.toFile(), "rw")) {
			opened.setLength(length);
		}
	}

}
