package io.eardrum.storage.embedded;

import java.nio.charset.StandardCharsets;

/**
 * The parts of the store. They are made in this order, which gives them their numbers in
 * RocksDB; {@link Database} checks it.
 */
enum ColumnFamily {

	/** What concerns the store as a whole, by name. */
	META("default"),

	/** The key of each series, by number. */
	SERIES("series"),

	/** The batches since the last checkpoint, by a growing number. */
	LOG("log"),

	/** The compressed points, by series and time. */
	CHUNKS("chunks");

	private final byte[] name;

	ColumnFamily(String name) {
		this.name = name.getBytes(StandardCharsets.US_ASCII);
	}

	byte[] familyName() {
		return this.name.clone();
	}

	/**
	 * Tells the number that RocksDB gives this family.
	 * @return the number
	 */
	int number() {
		return ordinal();
	}

}
