package io.eardrum.storage.embedded.directory.examination;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

import org.jspecify.annotations.Nullable;

/**
 * What a MANIFEST of RocksDB says about the other files. Each of its records is an edit
 * of the previous version, a series of tags with their values; see
 * {@code db/version_edit.h} of RocksDB.
 * <p>
 * An unknown tag that can't be skipped ends the reading, because what a later RocksDB
 * writes must not be taken for damage. {@link #isUnderstood()} is then false, and nothing
 * is known about the other files.
 */
public final class Manifest {

	private static final int LOG_NUMBER = 2;

	private static final int LAST_SEQUENCE = 4;

	private static final int DELETED_FILE = 6;

	private static final int MIN_LOG_NUMBER_TO_KEEP = 10;

	private static final int NEW_FILE = 103;

	private static final int COLUMN_FAMILY = 200;

	private static final int COLUMN_FAMILY_DROP = 202;

	/**
	 * From this tag on, values are preceded by their length, so that they can be skipped.
	 */
	private static final int SAFE_TO_IGNORE = 1 << 13;

	private static final int WAL_ADDITION = SAFE_TO_IGNORE + 7;

	private static final int WAL_DELETION = SAFE_TO_IGNORE + 8;

	private static final int WAL_SYNCED_SIZE = 2;

	private static final int TERMINATE = 1;

	private final NavigableMap<Long, Long> tables = new TreeMap<>();

	private final NavigableMap<Long, Long> syncedWal = new TreeMap<>();

	private final Map<Long, Long> logNumbers = new HashMap<>();

	private long minLogNumberToKeep;

	private long lastSequence;

	private boolean understood = true;

	private int edits;

	private final @Nullable WalDamage damage;

	private byte[] bytes = new byte[0];

	private int position;

	private int end;

	private Manifest(Path file) throws IOException {
		this.damage = RecordFile.read(file, this::edit);
	}

	/**
	 * Reads a MANIFEST.
	 * @param file the file
	 * @return what it says up to the first damage
	 * @throws IOException if the file can't be read
	 */
	public static Manifest read(Path file) throws IOException {
		return new Manifest(file);
	}

	/**
	 * Returns where the file is damaged.
	 * @return the damage, or {@code null} if all of the file can be read
	 */
	public @Nullable WalDamage damage() {
		return this.damage;
	}

	/**
	 * Returns how many records can be read.
	 * @return the number of records
	 */
	public int edits() {
		return this.edits;
	}

	public boolean isUnderstood() {
		return this.understood;
	}

	/**
	 * Returns the tables that must exist.
	 * @return their numbers and sizes in bytes
	 */
	public NavigableMap<Long, Long> tables() {
		return this.understood ? this.tables : new TreeMap<>();
	}

	/**
	 * Returns the files of the write-ahead log that must exist, as far as is known.
	 * @return their numbers, and how many bytes of each were synced when RocksDB moved on
	 * to the next one
	 */
	NavigableMap<Long, Long> syncedWal() {
		return this.understood ? this.syncedWal.tailMap(firstWal(), true) : new TreeMap<>();
	}

	/**
	 * Returns which files of the write-ahead log are still needed.
	 * @return the number of the first one
	 */
	public long firstWal() {
		if (!this.understood) {
			return 0;
		}
		long unflushed = this.logNumbers.values().stream().mapToLong(Long::longValue).min().orElse(0);
		return Math.max(this.minLogNumberToKeep, unflushed);
	}

	/**
	 * Returns the number of the last write that is in a table.
	 * @return the number
	 */
	long lastSequence() {
		return this.lastSequence;
	}

	private void edit(byte[] record, int length) {
		this.edits++;
		if (!this.understood) {
			return;
		}
		this.bytes = record;
		this.position = 0;
		this.end = length;
		try {
			long family = 0;
			long logNumber = -1;
			boolean dropped = false;
			while (this.position < this.end) {
				int tag = (int) number();
				switch (tag) {
					case LOG_NUMBER -> logNumber = number();
					case COLUMN_FAMILY -> family = number();
					case COLUMN_FAMILY_DROP -> dropped = true;
					default -> value(tag);
				}
			}
			if (dropped) {
				this.logNumbers.remove(family);
			}
			else if (logNumber >= 0) {
				this.logNumbers.merge(family, logNumber, Math::max);
			}
			else {
				this.logNumbers.putIfAbsent(family, 0L);
			}
		}
		catch (IndexOutOfBoundsException | UnknownTagException ex) {
			this.understood = false;
		}
	}

	private void value(int tag) {
		switch (tag) {
			case 1, 201 -> skip(number());
			case 3, 9, 203, 300 -> number();
			case LAST_SEQUENCE -> this.lastSequence = Math.max(this.lastSequence, number());
			case MIN_LOG_NUMBER_TO_KEEP -> this.minLogNumberToKeep = Math.max(this.minLogNumberToKeep, number());
			case 5 -> {
				number();
				skip(number());
			}
			case DELETED_FILE -> {
				number();
				this.tables.remove(number());
			}
			case NEW_FILE -> newFile();
			case WAL_ADDITION -> walAddition();
			case WAL_DELETION -> {
				int behind = end(number());
				this.syncedWal.headMap(number(), false).clear();
				this.position = behind;
			}
			default -> {
				if ((tag & SAFE_TO_IGNORE) == 0) {
					throw new UnknownTagException();
				}
				skip(number());
			}
		}
	}

	private void newFile() {
		number();
		long file = number();
		long size = number();
		skip(number());
		skip(number());
		number();
		number();
		while (number() != TERMINATE) {
			skip(number());
		}
		this.tables.put(file, size);
	}

	private void walAddition() {
		int behind = end(number());
		long file = number();
		long size = -1;
		long tag = number();
		while (tag == WAL_SYNCED_SIZE) {
			size = number();
			tag = number();
		}
		if (size >= 0) {
			this.syncedWal.put(file, size);
		}
		this.position = behind;
	}

	private int end(long length) {
		if (length < 0 || length > this.end - this.position) {
			throw new IndexOutOfBoundsException();
		}
		return this.position + (int) length;
	}

	private void skip(long length) {
		this.position = end(length);
	}

	private long number() {
		long number = 0;
		for (int shift = 0; shift < Long.SIZE; shift += 7) {
			if (this.position >= this.end) {
				throw new IndexOutOfBoundsException();
			}
			byte next = this.bytes[this.position++];
			number |= (long) (next & 0x7F) << shift;
			if (next >= 0) {
				return number;
			}
		}
		throw new IndexOutOfBoundsException();
	}

	/** Thrown for an unknown tag that can't be skipped. */
	private static final class UnknownTagException extends RuntimeException {

		UnknownTagException() {
			super(null, null, false, false);
		}

	}

}
