package io.eardrum.suite.power;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.function.LongSupplier;

/**
 * What processes did to the files of a directory, and what was noted meanwhile, in one
 * order: the file that {@code power_log.c} writes to, together with {@link Notes}.
 * <p>
 * An entry is known by its index. May be read by any number of threads.
 */
final class PowerRecord {

	static final int STARTED = 1;

	static final int OPENED = 2;

	static final int CLOSED = 3;

	static final int WRITTEN = 4;

	static final int SIZED = 5;

	static final int SYNCING = 6;

	static final int SYNCED = 7;

	static final int RENAMED = 8;

	static final int LINKED = 9;

	static final int UNLINKED = 10;

	static final int MADE_DIRECTORY = 11;

	static final int REMOVED_DIRECTORY = 12;

	static final int KILLED = 13;

	/** Something was done that can't be recorded. */
	static final int UNKNOWN = 14;

	static final int DUPLICATED = 15;

	/** The policy, and the directory that is recorded. */
	static final int ABOUT = 100;

	/** A writer is about to send puts: the first one's number, and the cells of all. */
	static final int SENDING = 101;

	/** A writer has read the replies to all puts before one. */
	static final int ACKNOWLEDGED = 102;

	/** After a start, no put of a writer from one on was found. */
	static final int FOUND = 103;

	/** A checkpoint has been made of all puts of a writer before one. */
	static final int CHECKPOINTED = 104;

	/** A server takes connections. */
	static final int READY = 105;

	/** A server is about to be stopped in order. */
	static final int STOPPING = 106;

	/** It has ended. */
	static final int STOPPED = 107;

	/** A backup is about to be asked for, by its path. */
	static final int BACKUP_REQUESTED = 108;

	/** The answer to that was read. */
	static final int BACKUP_ANSWERED = 109;

	private static final int MAGIC = 0x50574C47;

	private static final int HEADER_BYTES = 48;

	private final ByteBuffer bytes;

	private int[] positions = new int[1 << 12];

	private int count;

	private PowerRecord(ByteBuffer bytes) {
		this.bytes = bytes;
		int position = 0;
		while (position + HEADER_BYTES <= bytes.limit()) {
			if (bytes.getInt(position) != MAGIC) {
				throw new IllegalStateException("no entry begins at byte " + position + " of the record");
			}
			int end = position + HEADER_BYTES + bytes.getInt(position + 40) + bytes.getInt(position + 44);
			if (end > bytes.limit()) {
				// It is being written.
				break;
			}
			if (this.count == this.positions.length) {
				this.positions = Arrays.copyOf(this.positions, 2 * this.count);
			}
			this.positions[this.count++] = position;
			position = end;
		}
	}

	/**
	 * Reads a record as long as it is now.
	 * @param file the file, of 2 GB at most
	 * @return the record
	 * @throws IOException if it can't be read
	 */
	static PowerRecord read(Path file) throws IOException {
		try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
			MappedByteBuffer mapped = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size());
			return new PowerRecord(mapped.order(ByteOrder.nativeOrder()));
		}
	}

	int count() {
		return this.count;
	}

	int type(int entry) {
		return this.bytes.getInt(this.positions[entry] + 4);
	}

	int process(int entry) {
		return this.bytes.getInt(this.positions[entry] + 8);
	}

	int descriptor(int entry) {
		return this.bytes.getInt(this.positions[entry] + 12);
	}

	/**
	 * Returns when an entry was made.
	 * @param entry its index
	 * @return nanoseconds, as of {@link System#nanoTime()}
	 */
	long nanos(int entry) {
		return this.bytes.getLong(this.positions[entry] + 16);
	}

	long first(int entry) {
		return this.bytes.getLong(this.positions[entry] + 24);
	}

	long second(int entry) {
		return this.bytes.getLong(this.positions[entry] + 32);
	}

	int length(int entry) {
		return this.bytes.getInt(this.positions[entry] + 40);
	}

	String text(int entry) {
		return text(this.positions[entry] + HEADER_BYTES, length(entry));
	}

	String secondText(int entry) {
		int position = this.positions[entry];
		return text(position + HEADER_BYTES + length(entry), this.bytes.getInt(position + 44));
	}

	private String text(int position, int length) {
		byte[] text = new byte[length];
		this.bytes.get(position, text);
		return new String(text, StandardCharsets.UTF_8);
	}

	/**
	 * Copies the bytes of an entry.
	 * @param entry its index
	 * @param target where to
	 * @param offset where they begin there
	 */
	void copy(int entry, byte[] target, int offset) {
		this.bytes.get(this.positions[entry] + HEADER_BYTES, target, offset, length(entry));
	}

	int number(int entry, int index) {
		return this.bytes.getInt(this.positions[entry] + HEADER_BYTES + index * Integer.BYTES);
	}

	/**
	 * Adds entries to a record, each in one write: so they have their place in the order
	 * of what a process does meanwhile. Safe for any number of threads.
	 */
	static final class Notes implements AutoCloseable {

		private final FileChannel channel;

		private final LongSupplier nanos;

		Notes(Path file) throws IOException {
			this(file, System::nanoTime);
		}

		Notes(Path file, LongSupplier nanos) throws IOException {
			this.nanos = nanos;
			this.channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
		}

		void add(int type) {
			add(type, 0, 0, "");
		}

		void add(int type, long first, long second, String text) {
			byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
			add(type, -1, first, second, ByteBuffer.wrap(bytes), bytes.length);
		}

		void add(int type, int descriptor, long first, long second, ByteBuffer bytes, int length) {
			ByteBuffer entry = ByteBuffer.allocate(HEADER_BYTES + bytes.remaining()).order(ByteOrder.nativeOrder());
			entry.putInt(MAGIC)
				.putInt(type)
				.putInt(0)
				.putInt(descriptor)
				.putLong(this.nanos.getAsLong())
				.putLong(first)
				.putLong(second)
				.putInt(length)
				.putInt(bytes.remaining() - length)
				.put(bytes)
				.flip();
			int size = entry.remaining();
			try {
				if (this.channel.write(entry) != size) {
					throw new IOException("the record can't be written");
				}
			}
			catch (IOException ex) {
				throw new UncheckedIOException(ex);
			}
		}

		@Override
		public void close() throws IOException {
			this.channel.close();
		}

	}

}
