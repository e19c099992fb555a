package io.eardrum.storage.embedded;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/**
 * A file that says how much a store held when it was closed, in numbers of RocksDB's
 * writes. RocksDB takes a store whose last write-ahead log was cut or deleted for one
 * that never had more; with this note the next start finds out.
 * <p>
 * It may outlive a crash between two steps of opening or closing, for the count only
 * grows: a store that holds more than an old note says has lost nothing.
 */
final class ClosingNote {

	private final Path file;

	ClosingNote(Path directory) {
		this.file = directory.resolve("eardrum.closed");
	}

	/**
	 * Writes the note, safe against power loss.
	 * @param writes the number of the last write
	 * @throws IOException if it can't be written
	 */
	void write(long writes) throws IOException {
		Path unfinished = this.file.resolveSibling(this.file.getFileName() + ".tmp");
		try (FileChannel channel = FileChannel.open(unfinished, StandardOpenOption.CREATE, StandardOpenOption.WRITE,
				StandardOpenOption.TRUNCATE_EXISTING)) {
			ByteBuffer text = ByteBuffer.wrap((writes + "\n").getBytes(StandardCharsets.US_ASCII));
			while (text.hasRemaining()) {
				channel.write(text);
			}
			channel.force(true);
		}
		Files.move(unfinished, this.file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
	}

	/**
	 * Compares a store that was opened with the note, if there is one.
	 * @param writes the number of the last write that the store holds
	 */
	void check(long writes) {
		try {
			if (!Files.exists(this.file)) {
				return;
			}
			long closed = Long.parseLong(Files.readString(this.file, StandardCharsets.ISO_8859_1).strip());
			if (writes < closed) {
				throw new CorruptStoreException("it held " + closed + " writes when it was closed, as " + this.file
						+ " says, and holds " + writes
						+ " now; the end of its write-ahead log (a file *.log beside that one) was cut or deleted");
			}
		}
		catch (NumberFormatException ex) {
			throw new CorruptStoreException(this.file + " does not hold a number", ex);
		}
		catch (IOException ex) {
			throw new StoreOpenException("The file " + this.file + " can't be read: " + ex,
					"Check that this user may read it, and that its disk works.", ex);
		}
	}

	/**
	 * Removes the note, once the store may be written to.
	 */
	void remove() {
		try {
			Files.deleteIfExists(this.file);
		}
		catch (IOException ex) {
			throw new StoreOpenException("The file " + this.file + " can't be removed: " + ex,
					"Check that this user may write to the directory.", ex);
		}
	}

}
