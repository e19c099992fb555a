package io.eardrum.storage.embedded.recovery;

import java.nio.file.Files;
import java.nio.file.Path;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rocksdb.RocksDBException;
import org.rocksdb.Status;

import io.eardrum.storage.embedded.codec.CorruptStoreException;
import io.eardrum.storage.embedded.directory.RecoverMode;
import io.eardrum.storage.embedded.directory.StoreDirectory;
import io.eardrum.storage.embedded.directory.StoreOpenException;
import io.eardrum.storage.embedded.rocksdb.NativeLibrary;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link OpenFailures}: what RocksDB says, and what an operator is told.
 */
class OpenFailuresTests {

	@TempDir
	Path temporary;

	private StoreDirectory directory;

	@BeforeEach
	void open() {
		NativeLibrary.load(this.temporary);
		this.directory = StoreDirectory.open(this.temporary.resolve("store"), RecoverMode.STRICT);
	}

	@AfterEach
	void close() {
		this.directory.close();
	}

	@Test
	void lockOfRocksDbIsThatOfAnotherServer() {
		assertThat(failure(Status.Code.IOError, "While lock file: LOCK: Resource temporarily unavailable"))
			.hasMessageContaining("in use by another Eardrum");
		assertThat(failure(Status.Code.IOError, "lock hold by current process"))
			.hasMessageContaining("in use by another Eardrum");
	}

	@Test
	void numberOfATableIsTheNameOfItsFile() {
		StoreOpenException failure = failure(Status.Code.Corruption,
				"Mismatch in unique ID on table file 34. The file MANIFEST-000013 may be corrupted");
		assertThat(failure).hasMessageContaining(this.directory.path().resolve("000034.sst").toString());
		assertThat(failure.action()).contains("recover=accept");
	}

	@Test
	void damagedTableIsFoundByReadingIt() throws Exception {
		Path table = Files.writeString(this.directory.path().resolve("000012.sst"), "no table");
		assertThat(failure(Status.Code.Corruption, "block checksum mismatch"))
			.hasMessageContaining(table + " is damaged");
	}

	@Test
	void whereNoFileIsDamagedThatIsSaid() {
		assertThat(failure(Status.Code.Corruption, "Missing WAL with log number: 8"))
			.hasMessageContaining("No single file is damaged");
	}

	@Test
	void familyThatLacksIsAnEndThatLacks() throws Exception {
		Files.writeString(this.directory.path().resolve("CURRENT"), "MANIFEST-000005\n");
		assertThat(failure(Status.Code.InvalidArgument, "Column family not found: log"))
			.hasMessageContaining(this.directory.path().resolve("MANIFEST-000005") + " lacks its end");
	}

	@Test
	void manifestThatCannotBeToldHasNoName() {
		assertThat(failure(Status.Code.InvalidArgument, "Column family not found: log"))
			.hasMessageContaining("its MANIFEST lacks its end");
	}

	@Test
	void whatElseRocksDbSaysIsPassedOn() {
		assertThat(failure(Status.Code.IOError, "No such file")).hasMessageContaining("can't be opened: No such file");
	}

	@Test
	void damageFoundAfterTheStoreWasOpenedNamesAFileOfOursByItself() {
		Path mark = this.directory.path().resolve("eardrum.mark");
		assertThat(OpenFailures.of(this.directory, new CorruptStoreException(mark + " is wrong")))
			.hasMessageEndingWith(mark + " is wrong");
		assertThat(OpenFailures.of(this.directory, new CorruptStoreException("series 3 is missing")))
			.hasMessageContaining("series 3 is missing. No single file is damaged");
	}

	private StoreOpenException failure(Status.Code code, String message) {
		return OpenFailures.of(this.directory,
				new RocksDBException(message, new Status(code, Status.SubCode.None, message)));
	}

}
