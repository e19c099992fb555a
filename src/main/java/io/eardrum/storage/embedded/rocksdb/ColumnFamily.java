package io.eardrum.storage.embedded.rocksdb;

import java.nio.charset.StandardCharsets;

/**
 * The parts of the store. They are created in this order, which gives them their numbers
 * in RocksDB. {@link Database} checks the numbers.
 */
public enum ColumnFamily {

	/** Data about the whole store, by name. */
	META(0, "default"),

	/** The key of each series, by number. */
	SERIES(1, "series"),

	/** The batches since the last checkpoint, by a growing number. */
	LOG(2, "log"),

	/** The compressed points, by series and time. */
	CHUNKS(3, "chunks");

	private final int number;

	private final String name;

	ColumnFamily(int number, String name) {
		this.number = number;
		this.name = name;
	}

	byte[] familyName() {
		return this.name.getBytes(StandardCharsets.US_ASCII);
	}

	/**
	 * Returns the number that RocksDB gives this family.
	 * @return the number
	 */
	public int number() {
		return this.number;
	}

}
