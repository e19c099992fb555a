package io.eardrum.storage.embedded.directory.seal;

import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.TreeMap;
import java.util.UUID;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for {@link StoreMark}.
 */
class StoreMarkTests {

	private static final UUID ID = UUID.randomUUID();

	@TempDir
	Path directory;

	@Test
	void lastOneIsRead() throws Exception {
		for (int number = 1; number <= 5; number++) {
			mark(number, number).write(this.directory, number == 1);
			assertThat(StoreMark.read(this.directory)).isEqualTo(mark(number, number));
		}
		assertThat(Files.size(this.directory.resolve(StoreMark.FILE))).isEqualTo(1024);
	}

	@Test
	void damagedSlotLeavesTheOneBefore() throws Exception {
		mark(1, 1).write(this.directory, true);
		mark(2, 2).write(this.directory, false);
		Path file = this.directory.resolve(StoreMark.FILE);
		byte[] whole = Files.readAllBytes(file);
		for (int position = 0; position < whole.length; position++) {
			byte[] flipped = whole.clone();
			flipped[position] ^= 1;
			Files.write(file, flipped);
			// The second mark is in the first slot.
			assertThat(StoreMark.read(this.directory)).isEqualTo((position < 512) ? mark(1, 1) : mark(2, 2));
		}
		Files.write(file, new byte[1024]);
		assertThat(StoreMark.read(this.directory)).isNull();
		Files.write(file, new byte[0]);
		assertThat(StoreMark.read(this.directory)).isNull();
	}

	@Test
	void ofTooManyFilesTheLastAreKept() throws Exception {
		mark(1, 100).write(this.directory, true);
		StoreMark read = Objects.requireNonNull(StoreMark.read(this.directory));
		NavigableMap<Long, Long> kept = read.durable().wal();
		assertThat(kept).hasSizeGreaterThan(20).isEqualTo(mark(1, 100).durable().wal().tailMap(kept.firstKey(), true));
		assertThat(kept.lastKey()).isEqualTo(100);
	}

	@Test
	void onlyTheFirstOneMakesTheFile() {
		assertThatExceptionOfType(NoSuchFileException.class).isThrownBy(() -> mark(1, 1).write(this.directory, false));
	}

	private static StoreMark mark(long number, int files) {
		NavigableMap<Long, Long> wal = new TreeMap<>();
		for (long file = 1; file <= files; file++) {
			wal.put(file, 1000 + file);
		}
		return new StoreMark(number, ID, 7, 100 * number, new DurableState(10 * number, wal));
	}

}
