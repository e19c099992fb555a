package io.eardrum.storage.embedded.chunk;

import java.nio.file.Path;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rocksdb.ReadOptions;

import io.eardrum.storage.StorageException;
import io.eardrum.storage.embedded.recovery.StoreOpener;
import io.eardrum.storage.embedded.rocksdb.Database;
import io.eardrum.storage.embedded.settings.EmbeddedStorageSettings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for {@link ChunkCursor}: its native objects are freed whether it can be opened or
 * not.
 */
class ChunkCursorTests {

	@TempDir
	Path directory;

	@Test
	void cursorThatCannotBeOpenedLeavesNoNativeObjectBehind() {
		try (StoreOpener store = open(); ReadOptions options = new ReadOptions()) {
			Database database = store.database();
			// As after an attempt to open the store anew that failed.
			database.close();
			assertThatExceptionOfType(StorageException.class).isThrownBy(() -> new ChunkCursor(database, options))
				.withMessageContaining("is not open");
			assertThat(options.isOwningHandle()).isFalse();
		}
	}

	@Test
	void closedCursorLeavesNoNativeObjectBehind() {
		try (StoreOpener store = open(); ReadOptions options = new ReadOptions()) {
			ChunkCursor cursor = new ChunkCursor(store.database(), options);
			assertThat(options.isOwningHandle()).isTrue();
			cursor.close();
			assertThat(options.isOwningHandle()).isFalse();
		}
	}

	private StoreOpener open() {
		return new StoreOpener(EmbeddedStorageSettings.of(this.directory.resolve("store")));
	}

}
