package io.eardrum.storage.embedded;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Drops the damaged end of the write-ahead log before RocksDB reads it, because somebody
 * asked for that after a power failure. The pages of what was not yet synced may have
 * reached the disk in any order then: the file is as long as it was, and what it ends
 * with is zeros or nonsense.
 * <p>
 * Only the file that was written to last can look so; damage anywhere else is left for
 * RocksDB to refuse, and so is that of a store that was closed.
 */
final class TailRecovery {

	private static final Logger logger = LoggerFactory.getLogger(TailRecovery.class);

	private final Path path;

	TailRecovery(Path path) {
		this.path = path;
	}

	/**
	 * Cuts the last file where the damage begins, and leaves a copy of it as it was.
	 * @param logFiles the files of the write-ahead log, in their order
	 * @throws IOException if they can't be read or written
	 */
	void recover(List<Path> logFiles) throws IOException {
		LogTail tail = find(logFiles);
		if (tail == null) {
			logger.warn("The end of the log in {} has no damage that could be dropped; "
					+ "remove eardrum.storage.recover from the configuration", this.path);
			return;
		}
		Path last = logFiles.get(logFiles.size() - 1);
		Path copy = Files.copy(last, last.resolveSibling(last.getFileName() + ".damaged"));
		try (FileChannel channel = FileChannel.open(last, StandardOpenOption.WRITE)) {
			channel.truncate(tail.position());
			channel.force(true);
		}
		logger.warn(
				"Dropped the last {} bytes of {}, from byte {} on, as eardrum.storage.recover asks for; "
						+ "behind the damage {} records could have been read; the file as it was is {}",
				tail.bytes(), last, tail.position(), tail.readableRecords(), copy);
	}

	/**
	 * Looks for damage that can be dropped.
	 * @param logFiles the files of the write-ahead log, in their order
	 * @return where it is in the last of them, or {@code null} if there is none, or some
	 * that no power failure explains
	 * @throws IOException if they can't be read
	 */
	@Nullable LogTail find(List<Path> logFiles) throws IOException {
		if (logFiles.isEmpty() || !new RunningMarker(this.path).isSet()) {
			return null;
		}
		return LogTail.of(logFiles.get(logFiles.size() - 1));
	}

}
