package io.eardrum.storage.embedded.directory.examination;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.DBOptions;
import org.rocksdb.FlushOptions;
import org.rocksdb.LiveFileMetaData;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;

import io.eardrum.storage.embedded.directory.seal.StoreFiles;
import io.eardrum.storage.embedded.fixture.RecordFiles;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link Manifest}, with files that RocksDB wrote, held against what RocksDB
 * says of itself.
 */
class ManifestTests {

	@TempDir
	Path directory;

	private final List<ColumnFamilyHandle> families = new ArrayList<>();

	@Test
	void knowsTheTablesAndTheFirstFileOfTheLog() throws Exception {
		useStore();
	}

	private void useStore() throws Exception {
		RocksDB.loadLibrary();
		for (int life = 0; life < 3; life++) {
			this.families.clear();
			List<ColumnFamilyDescriptor> descriptors = List.of(
					new ColumnFamilyDescriptor(RocksDB.DEFAULT_COLUMN_FAMILY),
					new ColumnFamilyDescriptor("other".getBytes(StandardCharsets.US_ASCII)));
			try (DBOptions options = new DBOptions().setCreateIfMissing(true).setCreateMissingColumnFamilies(true);
					RocksDB database = RocksDB.open(options, store().toString(), descriptors, this.families)) {
				for (int round = 0; round < 4; round++) {
					fill(database, 100 * life + round);
					compare(database);
				}
				database.compactRange(this.families.get(0));
				compare(database);
				database.put("left in the log".getBytes(StandardCharsets.US_ASCII), new byte[10]);
				compare(database);
				this.families.forEach(ColumnFamilyHandle::close);
			}
		}
	}

	@Test
	void cutOneTellsWhereItEnds() throws Exception {
		useStore();
		Path manifest = manifest();
		byte[] whole = Files.readAllBytes(manifest);
		assertThat(Manifest.read(manifest).damage()).isNull();
		Path cut = this.directory.resolve("MANIFEST-cut");
		int tables = -1;
		for (int length = 0; length < whole.length; length += 7) {
			Files.write(cut, Arrays.copyOf(whole, length));
			Manifest read = Manifest.read(cut);
			assertThat(read.isUnderstood()).isTrue();
			WalDamage damage = read.damage();
			if (damage != null) {
				assertThat(damage.position()).isLessThan(length);
				assertThat(damage.unfinished()).isTrue();
			}
			tables = Math.max(tables, read.tables().size());
		}
		assertThat(tables).isPositive();
	}

	@Test
	void tagsThatAreNotKnownAreNoDamage() throws Exception {
		Path file = this.directory.resolve("MANIFEST-000099");
		// A record whose tag is 150, which no version of RocksDB has.
		byte[] record = { (byte) 0x96, 0x01, 0x05 };
		Files.write(file, RecordFiles.record(record));
		Manifest manifest = Manifest.read(file);
		assertThat(manifest.damage()).isNull();
		assertThat(manifest.isUnderstood()).isFalse();
		assertThat(manifest.tables()).isEmpty();
		assertThat(manifest.firstWal()).isZero();
	}

	private void fill(RocksDB database, int start) throws RocksDBException {
		for (int i = 0; i < 50; i++) {
			database.put(("key" + (start + i)).getBytes(StandardCharsets.US_ASCII), new byte[500]);
		}
		database.put(this.families.get(1), ("key" + start).getBytes(StandardCharsets.US_ASCII), new byte[10]);
		try (FlushOptions flush = new FlushOptions()) {
			database.flush(flush, this.families.get(start % 2));
		}
	}

	private void compare(RocksDB database) throws Exception {
		Manifest manifest = Manifest.read(manifest());
		assertThat(manifest.damage()).isNull();
		assertThat(manifest.isUnderstood()).isTrue();
		NavigableMap<Long, Long> live = new TreeMap<>();
		for (LiveFileMetaData table : database.getLiveFilesMetaData()) {
			live.put(StoreFiles.number(table.fileName()), table.size());
		}
		assertThat(manifest.tables()).isEqualTo(live);
		assertThat(manifest.lastSequence()).isBetween(1L, database.getLatestSequenceNumber());
		List<Long> needed = database.getSortedWalFiles()
			.stream()
			.filter((file) -> file.sizeFileBytes() > 0)
			.map((file) -> file.logNumber())
			.toList();
		List<Long> kept = StoreFiles.walFiles(store())
			.stream()
			.map((file) -> StoreFiles.number(String.valueOf(file.getFileName())))
			.filter((number) -> number >= manifest.firstWal())
			.toList();
		assertThat(kept).containsAll(needed);
	}

	private Path store() {
		return this.directory.resolve("store");
	}

	private Path manifest() throws IOException {
		return store().resolve(Files.readString(store().resolve("CURRENT")).strip());
	}

}
