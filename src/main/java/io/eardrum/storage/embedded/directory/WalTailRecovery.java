package io.eardrum.storage.embedded.directory;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import io.eardrum.storage.embedded.directory.examination.StoreExamination;
import io.eardrum.storage.embedded.directory.examination.TornTail;
import io.eardrum.storage.embedded.directory.seal.DiskSync;
import io.eardrum.storage.embedded.directory.seal.StoreFiles;

/**
 * Drops the damaged end of a store before RocksDB reads it, because an operator asked for
 * that after a power failure. Pages that were not yet synced may then have reached the
 * disk in any order: the file is as long as it was, and ends with zeros or garbage.
 * <p>
 * What is dropped remains in files beside it. These files are made safe before anything
 * is dropped.
 */
final class WalTailRecovery {

	private static final Logger logger = LoggerFactory.getLogger(WalTailRecovery.class);

	private final Path directory;

	WalTailRecovery(Path directory) {
		this.directory = directory;
	}

	/**
	 * Truncates the file where the damage begins, and moves away the files after it.
	 * @param tail what to drop
	 * @param trusting whether the store is to be opened as it is
	 * @return the examination of what is left
	 * @throws IOException if a file can't be read or written
	 */
	StoreExamination recover(TornTail tail, boolean trusting) throws IOException {
		drop(tail);
		StoreExamination left = StoreExamination.of(this.directory, trusting);
		TornTail behind = left.tail();
		if (!tail.isOfCurrent() || behind == null) {
			return left;
		}
		// Only with the right MANIFEST can the log be judged.
		drop(behind);
		return StoreExamination.of(this.directory, trusting);
	}

	private void drop(TornTail tail) throws IOException {
		Path file = this.directory.resolve(tail.file());
		Path copy = Files.copy(file, unused(tail.file()));
		DiskSync.file(copy);
		DiskSync.directory(this.directory);
		if (tail.isOfCurrent()) {
			rename(tail.manifest());
			logger.warn("Made {} name {} again, because of eardrum.storage.recover; the original file is kept as {}",
					file, tail.manifest(), copy);
			return;
		}
		for (String later : tail.laterFiles()) {
			Files.move(this.directory.resolve(later), unused(later));
		}
		DiskSync.directory(this.directory);
		try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
			channel.truncate(tail.position());
			channel.force(true);
		}
		logger.warn(
				"Dropped the last {} bytes of {} and {} later files, from byte {} on, because of "
						+ "eardrum.storage.recover; behind the damage {} records could have been read; "
						+ "the original file is kept as {}",
				tail.bytes(), file, tail.laterFiles().size(), tail.position(), tail.readableRecords(), copy);
	}

	private void rename(String manifest) throws IOException {
		Path unfinished = this.directory.resolve("eardrum.current.tmp");
		Files.write(unfinished, (manifest + "\n").getBytes(StandardCharsets.US_ASCII));
		DiskSync.file(unfinished);
		Files.move(unfinished, this.directory.resolve(StoreFiles.CURRENT), StandardCopyOption.ATOMIC_MOVE,
				StandardCopyOption.REPLACE_EXISTING);
		DiskSync.directory(this.directory);
	}

	// The store may have been recovered before.
	private Path unused(String name) {
		Path file = this.directory.resolve(name + ".damaged");
		for (int i = 2; Files.exists(file); i++) {
			file = this.directory.resolve(name + "." + i + ".damaged");
		}
		return file;
	}

}
