package io.eardrum.storage.embedded.rocksdb;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.UUID;

import org.jspecify.annotations.Nullable;

import io.eardrum.storage.embedded.codec.ByteWriter;
import io.eardrum.storage.embedded.codec.CorruptStoreException;

/**
 * The numbers that the store keeps about itself, each under its name.
 */
public enum StoreMetadata {

	/** The number of the layout of the store. A newer layout must not be opened. */
	FORMAT("format"),

	/** The last record of the log whose points are all in chunks. */
	CHECKPOINT("checkpoint"),

	/** How many points are in chunks. */
	POINTS("points"),

	/** How many series there were at the last checkpoint. */
	SERIES("series"),

	/** How much memory the bytes of the keys of these series took. */
	KEY_BYTES("key-bytes"),

	/** How often the store was found not to have been closed. */
	UNCLEAN_STARTS("unclean-starts"),

	/**
	 * The store's own time, which retention goes by instead of the clock, in seconds
	 * since 1970.
	 */
	RETENTION_TIME("retention-time"),

	/**
	 * By how many seconds the clock was ahead of the store's own time when it was last
	 * checked.
	 */
	CLOCK_AHEAD("clock-ahead"),

	/** For how many more seconds the clock has to run evenly before it is believed. */
	CLOCK_DOUBT("clock-doubt"),

	/** When all tables were last found undamaged, in milliseconds since 1970. */
	SCRUBBED("scrubbed");

	/**
	 * The key of the store's id, which is not a number like those above but sixteen
	 * bytes.
	 */
	private static final byte[] ID = "id".getBytes(StandardCharsets.US_ASCII);

	/** The layout of a store from which nothing has been deleted. */
	public static final long FIRST_FORMAT = 1;

	/** The layout of a store with deletions in its log, or with removed series. */
	public static final long FORMAT_WITH_DELETIONS = 2;

	/** The newest layout that this version reads and writes. */
	public static final long CURRENT_FORMAT = FORMAT_WITH_DELETIONS;

	private final String name;

	StoreMetadata(String name) {
		this.name = name;
	}

	/**
	 * Reads this number.
	 * @param database the database
	 * @param missing the value to return if the number was never written
	 * @return the number
	 */
	public long read(Database database, long missing) {
		byte[] value = database.get(ColumnFamily.META, key());
		if (value == null) {
			return missing;
		}
		if (value.length != Long.BYTES) {
			throw new CorruptStoreException("the entry " + this + " has " + value.length + " bytes");
		}
		long number = 0;
		for (byte next : value) {
			number = (number << Byte.SIZE) | (next & 0xFF);
		}
		return number;
	}

	/**
	 * Adds a write of this number to a batch.
	 * @param number its new value
	 * @param target the batch
	 */
	public void write(long number, EncodedWriteBatch target) {
		ByteWriter value = new ByteWriter(Long.BYTES);
		value.writeLongBigEndian(number);
		target.put(ColumnFamily.META, key(), value.buffer(), value.size());
	}

	/**
	 * Ensures that the store has a layout, or a newer one, before something is written
	 * that earlier versions can't read.
	 * @param format the layout
	 * @param database the database
	 */
	public static void requireFormat(long format, Database database) {
		if (FORMAT.read(database, 0) < format) {
			EncodedWriteBatch batch = new EncodedWriteBatch(64);
			FORMAT.write(format, batch);
			database.write(batch, true);
		}
	}

	/**
	 * Reads the id of the store.
	 * @param database the database
	 * @return the id, or {@code null} if the store has none yet
	 */
	public static @Nullable UUID readId(Database database) {
		byte[] value = database.get(ColumnFamily.META, ID);
		if (value == null) {
			return null;
		}
		if (value.length != 2 * Long.BYTES) {
			throw new CorruptStoreException("the entry with the id of the store has " + value.length + " bytes");
		}
		ByteBuffer number = ByteBuffer.wrap(value);
		return new UUID(number.getLong(), number.getLong());
	}

	/**
	 * Adds a write of the store's id to a batch.
	 * @param id the id
	 * @param target the batch
	 */
	public static void writeId(UUID id, EncodedWriteBatch target) {
		byte[] value = ByteBuffer.allocate(2 * Long.BYTES)
			.putLong(id.getMostSignificantBits())
			.putLong(id.getLeastSignificantBits())
			.array();
		target.put(ColumnFamily.META, ID, value, value.length);
	}

	private byte[] key() {
		return this.name.getBytes(StandardCharsets.US_ASCII);
	}

}
