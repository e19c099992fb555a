package io.eardrum.storage.embedded.directory.seal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.EnumSet;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.zip.CRC32C;

import org.jspecify.annotations.Nullable;

/**
 * What a store was last known to hold, as noted in {@code eardrum.mark}. RocksDB does not
 * notice that files were cut between two records or deleted; it assumes that there never
 * was more. With the mark, the next start detects such losses, except for what was
 * written after the mark.
 * <p>
 * The file has two slots, which are overwritten in turn, so that one of them is intact
 * whenever the power fails. It need not be synced, because everything a slot says was
 * safe before the slot was written, and what a store holds only grows.
 *
 * @param number counts the marks of a store
 * @param id the id of the store
 * @param manifest the number of the MANIFEST, or 0 if there was none
 * @param manifestBytes how many bytes of the MANIFEST were safe
 * @param durable what else was safe
 */
public record StoreMark(long number, UUID id, long manifest, long manifestBytes, DurableState durable) {

	/** The name of the file. */
	public static final String FILE = "eardrum.mark";

	private static final long MAGIC = ByteBuffer.wrap("EARMARK1".getBytes(StandardCharsets.US_ASCII)).getLong();

	private static final int SLOT_BYTES = 512;

	private static final int FIXED_LONGS = 7;

	/** As many as fit. Usually there are one or two, rarely some more. */
	private static final int MAX_WAL_FILES = (SLOT_BYTES - FIXED_LONGS * Long.BYTES - 2 * Integer.BYTES)
			/ (2 * Long.BYTES);

	public static boolean isThere(Path directory) {
		return Files.exists(directory.resolve(FILE));
	}

	/**
	 * Writes this mark into its slot.
	 * @param directory the directory of the store
	 * @param first whether the file is created, and has to be safe when this method
	 * returns; otherwise it has to exist, because without it the directory is no longer
	 * that of this store
	 * @throws IOException if that fails
	 */
	public void write(Path directory, boolean first) throws IOException {
		ByteBuffer slot = encode();
		Set<StandardOpenOption> options = first ? EnumSet.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE)
				: EnumSet.of(StandardOpenOption.WRITE);
		try (FileChannel channel = FileChannel.open(directory.resolve(FILE), options)) {
			long position = (this.number % 2) * SLOT_BYTES;
			while (slot.hasRemaining()) {
				position += channel.write(slot, position);
			}
			if (first) {
				channel.force(true);
			}
		}
	}

	private ByteBuffer encode() {
		ByteBuffer slot = ByteBuffer.allocate(SLOT_BYTES);
		slot.putLong(MAGIC)
			.putLong(this.number)
			.putLong(this.id.getMostSignificantBits())
			.putLong(this.id.getLeastSignificantBits())
			.putLong(this.manifest)
			.putLong(this.manifestBytes)
			.putLong(this.durable.writes());
		NavigableMap<Long, Long> wal = new TreeMap<>(this.durable.wal());
		while (wal.size() > MAX_WAL_FILES) {
			wal.pollFirstEntry();
		}
		slot.putInt(wal.size());
		wal.forEach((file, size) -> slot.putLong(file).putLong(size));
		slot.putInt(SLOT_BYTES - Integer.BYTES, checksum(slot));
		return slot.rewind();
	}

	/**
	 * Reads the mark that was written last.
	 * @param directory the directory of the store
	 * @return the mark, or {@code null} if neither slot is intact
	 * @throws IOException if the file can't be read
	 */
	public static @Nullable StoreMark read(Path directory) throws IOException {
		StoreMark newest = null;
		try (FileChannel channel = FileChannel.open(directory.resolve(FILE), StandardOpenOption.READ)) {
			for (int i = 0; i < 2; i++) {
				ByteBuffer slot = ByteBuffer.allocate(SLOT_BYTES);
				long start = (long) i * SLOT_BYTES;
				while (slot.hasRemaining() && channel.read(slot, start + slot.position()) > 0) {
					// Until the slot is full or the file ends.
				}
				StoreMark mark = slot.hasRemaining() ? null : decode(slot.rewind());
				if (mark != null && (newest == null || mark.number > newest.number)) {
					newest = mark;
				}
			}
		}
		return newest;
	}

	private static @Nullable StoreMark decode(ByteBuffer slot) {
		if (slot.getInt(SLOT_BYTES - Integer.BYTES) != checksum(slot) || slot.getLong() != MAGIC) {
			return null;
		}
		long number = slot.getLong();
		UUID id = new UUID(slot.getLong(), slot.getLong());
		long manifest = slot.getLong();
		long manifestBytes = slot.getLong();
		long writes = slot.getLong();
		int files = slot.getInt();
		if (files < 0 || files > MAX_WAL_FILES) {
			return null;
		}
		NavigableMap<Long, Long> wal = new TreeMap<>();
		for (int i = 0; i < files; i++) {
			wal.put(slot.getLong(), slot.getLong());
		}
		return new StoreMark(number, id, manifest, manifestBytes, new DurableState(writes, wal));
	}

	private static int checksum(ByteBuffer slot) {
		CRC32C checksum = new CRC32C();
		checksum.update(slot.slice(0, SLOT_BYTES - Integer.BYTES));
		return (int) checksum.getValue();
	}

}
