package io.eardrum.storage.embedded;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.zip.CRC32C;

import org.jspecify.annotations.Nullable;

/**
 * Finds out where a file of RocksDB's write-ahead log is damaged, without RocksDB, which
 * tells neither where nor what is behind it.
 * <p>
 * The file consists of blocks of 32 KiB, and these of fragments of records: a masked
 * CRC-32C of what follows the length, two bytes of length, one that says which part of a
 * record it is, and the data; see {@code db/log_format.h} of RocksDB. Files that are
 * written over again, whose fragments have another form, are not used here.
 *
 * @param position where the first record begins that can't be read
 * @param bytes how much there is from there on
 * @param readableRecords how many whole records can be read behind it
 */
record LogTail(long position, long bytes, int readableRecords) {

	private static final int BLOCK_BYTES = 32 << 10;

	private static final int HEADER_BYTES = 7;

	private static final int FULL = 1;

	private static final int FIRST = 2;

	private static final int MIDDLE = 3;

	private static final int LAST = 4;

	/**
	 * Looks for damage.
	 * @param file a file of the write-ahead log
	 * @return where it is, or {@code null} if all records can be read
	 * @throws IOException if the file can't be read
	 */
	static @Nullable LogTail of(Path file) throws IOException {
		try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
			long size = channel.size();
			ByteBuffer block = ByteBuffer.allocate(BLOCK_BYTES).order(ByteOrder.LITTLE_ENDIAN);
			long damage = -1;
			int readable = 0;
			long record = 0;
			boolean within = false;
			for (long start = 0; start < size; start += BLOCK_BYTES) {
				read(channel, block, start);
				while (block.remaining() >= HEADER_BYTES) {
					long position = start + block.position();
					int type = fragment(block);
					boolean begins = type == FULL || type == FIRST;
					boolean fits = begins ? !within : ((type == MIDDLE || type == LAST) && within);
					if (!fits && damage < 0) {
						damage = within ? record : position;
					}
					if (type < 0) {
						// Where the next fragment begins is not known but for the next
						// block.
						within = false;
						break;
					}
					record = begins ? position : record;
					if (damage >= 0 && (type == FULL || (type == LAST && within))) {
						readable++;
					}
					within = type == FIRST || (type == MIDDLE && within);
				}
			}
			if (within && damage < 0) {
				damage = record;
			}
			return (damage >= 0) ? new LogTail(damage, size - damage, readable) : null;
		}
	}

	private static void read(FileChannel channel, ByteBuffer block, long start) throws IOException {
		block.clear();
		while (block.hasRemaining() && channel.read(block, start + block.position()) > 0) {
			// Until the block is full or the file ends.
		}
		block.flip();
	}

	// Moves behind a fragment.
	// Returns its type, or -1 if it can't be read
	private static int fragment(ByteBuffer block) {
		int start = block.position();
		int masked = block.getInt(start);
		int length = block.getShort(start + 4) & 0xFFFF;
		int type = block.get(start + 6);
		if (type < FULL || type > LAST || length > block.remaining() - HEADER_BYTES) {
			return -1;
		}
		CRC32C checksum = new CRC32C();
		checksum.update(block.slice(start + 6, length + 1));
		int rotated = masked - 0xA282EAD8;
		if ((int) checksum.getValue() != ((rotated >>> 17) | (rotated << 15))) {
			return -1;
		}
		block.position(start + HEADER_BYTES + length);
		return type;
	}

}
