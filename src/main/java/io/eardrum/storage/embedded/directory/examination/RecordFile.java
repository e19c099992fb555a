package io.eardrum.storage.embedded.directory.examination;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.zip.CRC32C;

import org.jspecify.annotations.Nullable;

/**
 * Reads a file of records as RocksDB writes them: a file of the write-ahead log, or a
 * MANIFEST. It does so without RocksDB, which reports neither where such a file is
 * damaged nor what follows the damage.
 * <p>
 * The file consists of blocks of 32 KiB, and a block consists of fragments of records. A
 * fragment has a masked CRC-32C of what follows the length, two bytes of length, one byte
 * that says which part of a record it is, and the data; see {@code db/log_format.h} of
 * RocksDB. Recycled files, whose fragments have another form, are not used here.
 */
public final class RecordFile {

	private static final int BLOCK_BYTES = 32 << 10;

	private static final int HEADER_BYTES = 7;

	private static final int FULL = 1;

	private static final int FIRST = 2;

	private static final int MIDDLE = 3;

	private static final int LAST = 4;

	private static final int DAMAGED = -1;

	/** The file ends within the fragment. */
	private static final int CUT = -2;

	private final RecordConsumer consumer;

	private final CRC32C checksum = new CRC32C();

	private final ByteBuffer block = ByteBuffer.allocate(BLOCK_BYTES).order(ByteOrder.LITTLE_ENDIAN);

	private byte[] record = new byte[4096];

	private int length;

	/** The position of the first record that can't be read, or -1. */
	private long damage = -1;

	private boolean cut;

	private int readable;

	/** The position of the record that was begun last. */
	private long start;

	private boolean within;

	private RecordFile(RecordConsumer consumer) {
		this.consumer = consumer;
	}

	/**
	 * Reads all records before the first damage.
	 * @param file the file
	 * @param consumer takes the records
	 * @return where the file is damaged, or {@code null} if all of it can be read
	 * @throws IOException if the file can't be read
	 */
	public static @Nullable WalDamage read(Path file, RecordConsumer consumer) throws IOException {
		try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
			return new RecordFile(consumer).read(channel);
		}
	}

	private @Nullable WalDamage read(FileChannel channel) throws IOException {
		long size = channel.size();
		for (long blockStart = 0; blockStart < size; blockStart += BLOCK_BYTES) {
			fill(channel, blockStart);
			boolean known = true;
			while (known && this.block.remaining() >= HEADER_BYTES) {
				long position = blockStart + this.block.position();
				// After damage, the beginning of the next fragment is known only in the
				// next block.
				known = take(position, fragment());
			}
			if (known && isWithinHeader()) {
				take(blockStart + this.block.position(), CUT);
			}
		}
		if (this.within && this.damage < 0) {
			this.damage = this.start;
			this.cut = true;
		}
		if (this.damage < 0) {
			return null;
		}
		boolean unfinished = this.readable == 0 && (this.cut || isZero(channel, this.damage, size));
		return new WalDamage(this.damage, size - this.damage, this.readable, unfinished);
	}

	// The rest of a whole block is padding.
	private boolean isWithinHeader() {
		return this.block.hasRemaining() && this.block.limit() < BLOCK_BYTES;
	}

	// Returns false if the fragment can't be read.
	private boolean take(long position, int type) {
		boolean begins = type == FULL || type == FIRST;
		boolean fits = begins ? !this.within : ((type == MIDDLE || type == LAST) && this.within);
		if (!fits && this.damage < 0) {
			this.damage = this.within ? this.start : position;
			this.cut = type == CUT;
		}
		if (type < 0) {
			this.within = false;
			return false;
		}
		this.start = begins ? position : this.start;
		boolean ends = type == FULL || (type == LAST && this.within);
		if (ends && this.damage < 0) {
			this.consumer.accept(this.record, this.length);
		}
		else if (ends) {
			this.readable++;
		}
		this.within = type == FIRST || (type == MIDDLE && this.within);
		return true;
	}

	private void fill(FileChannel channel, long blockStart) throws IOException {
		this.block.clear();
		while (this.block.hasRemaining() && channel.read(this.block, blockStart + this.block.position()) > 0) {
			// Until the block is full or the file ends.
		}
		this.block.flip();
	}

	// Moves behind a fragment, and adds its data to the record. Returns its type, or what
	// is wrong.
	private int fragment() {
		int begin = this.block.position();
		int masked = this.block.getInt(begin);
		int bytes = this.block.getShort(begin + 4) & 0xFFFF;
		int type = this.block.get(begin + 6);
		if (type < FULL || type > LAST) {
			return DAMAGED;
		}
		if (bytes > this.block.remaining() - HEADER_BYTES) {
			boolean fitsBlock = begin + HEADER_BYTES + bytes <= BLOCK_BYTES;
			return (fitsBlock && this.block.limit() < BLOCK_BYTES) ? CUT : DAMAGED;
		}
		this.checksum.reset();
		this.checksum.update(this.block.array(), begin + 6, bytes + 1);
		int rotated = masked - 0xA282EAD8;
		if ((int) this.checksum.getValue() != ((rotated >>> 17) | (rotated << 15))) {
			return DAMAGED;
		}
		if (this.damage < 0) {
			append(begin + HEADER_BYTES, bytes, type == FULL || type == FIRST);
		}
		this.block.position(begin + HEADER_BYTES + bytes);
		return type;
	}

	private void append(int from, int bytes, boolean begins) {
		int before = begins ? 0 : this.length;
		if (before + bytes > this.record.length) {
			this.record = Arrays.copyOf(this.record, Math.max(before + bytes, this.record.length * 2));
		}
		System.arraycopy(this.block.array(), from, this.record, before, bytes);
		this.length = before + bytes;
	}

	private boolean isZero(FileChannel channel, long from, long size) throws IOException {
		long blockStart = from - from % BLOCK_BYTES;
		int skipped = (int) (from - blockStart);
		for (; blockStart < size; blockStart += BLOCK_BYTES) {
			fill(channel, blockStart);
			for (int i = skipped; i < this.block.limit(); i++) {
				if (this.block.get(i) != 0) {
					return false;
				}
			}
			skipped = 0;
		}
		return true;
	}

	/**
	 * Takes records.
	 */
	public interface RecordConsumer {

		/**
		 * Takes a record.
		 * @param bytes holds the record from the start of the array, until this method
		 * returns
		 * @param length the length of the record in bytes
		 */
		void accept(byte[] bytes, int length);

	}

}
