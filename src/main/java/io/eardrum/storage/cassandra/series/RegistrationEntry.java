package io.eardrum.storage.cassandra.series;

import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.Map;

import com.datastax.oss.driver.api.core.cql.Row;
import org.jspecify.annotations.Nullable;

import io.eardrum.metric.SeriesKey;
import io.eardrum.storage.StorageException;
import io.eardrum.storage.cassandra.table.Cells;

/**
 * An entry of the {@link RegistrationLog}: series that get places, or lose them. To carry
 * it out is to write rows that follow from the entry alone, with its version as their
 * write timestamp. So any server may do that, any number of times, and however late.
 *
 * @param version the version of the entry, in microseconds since 1970, higher than that
 * of the entry before
 * @param previous the version of the entry before
 * @param next the next free place behind the entry
 * @param removes whether the series lose their places
 * @param places the places by key, in order
 */
public record RegistrationEntry(long version, long previous, long next, boolean removes, Map<SeriesKey, Long> places) {

	/** The place of a key that has none. */
	static final long NONE = -1;

	/** The entry does not say whether a key has a place. */
	static final long UNKNOWN = -2;

	/** The first byte of the cell: what the series get or lose. */
	private static final byte ADDS = 1;

	private static final byte REMOVES = 2;

	/**
	 * Returns the first entry of a log, which has no series.
	 * @param version its version
	 * @param next the next free place
	 * @return the entry
	 */
	static RegistrationEntry begin(long version, long next) {
		return new RegistrationEntry(version, version - 1, next, false, Map.of());
	}

	/**
	 * Returns an entry that gives series the next places.
	 * @param version its version
	 * @param keys the keys of the series, in their order
	 * @return the entry, which follows this one
	 */
	public RegistrationEntry add(long version, Iterable<SeriesKey> keys) {
		Map<SeriesKey, Long> added = new LinkedHashMap<>();
		keys.forEach((key) -> added.put(key, this.next + added.size()));
		return new RegistrationEntry(version, this.version, this.next + added.size(), false, added);
	}

	/**
	 * Returns an entry that takes places from series.
	 * @param version its version
	 * @param removed the places that they have, by key
	 * @return the entry, which follows this one
	 */
	public RegistrationEntry remove(long version, Map<SeriesKey, Long> removed) {
		return new RegistrationEntry(version, this.version, this.next, true, new LinkedHashMap<>(removed));
	}

	/**
	 * Returns the place that a key has after this entry.
	 * @param key the key
	 * @return its place, {@link #NONE}, or {@link #UNKNOWN}
	 */
	long place(SeriesKey key) {
		Long place = this.places.get(key);
		if (place == null) {
			return UNKNOWN;
		}
		return this.removes ? NONE : place;
	}

	/**
	 * Returns the cell that has the series.
	 * @return its bytes
	 */
	public ByteBuffer cell() {
		int size = 1;
		for (SeriesKey key : this.places.keySet()) {
			size += Integer.BYTES + key.length() + Long.BYTES;
		}
		ByteBuffer bytes = ByteBuffer.allocate(size).put(this.removes ? REMOVES : ADDS);
		this.places.forEach((key, place) -> bytes.putInt(key.length()).put(key.toBytes()).putLong(place));
		return bytes.flip();
	}

	/**
	 * Reads an entry.
	 * @param row its row: version, version before, next free place, and series
	 * @return the entry
	 * @throws StorageException if this version of the server can't read it
	 */
	public static RegistrationEntry of(Row row) {
		return of(Cells.toLong(row, 0), Cells.toLong(row, 1), Cells.toLong(row, 2), row.getBytesUnsafe(3));
	}

	static RegistrationEntry of(long version, long previous, long next, @Nullable ByteBuffer cell) {
		ByteBuffer bytes = (cell != null) ? cell.duplicate() : ByteBuffer.allocate(0);
		byte kind = bytes.hasRemaining() ? bytes.get() : 0;
		if (kind != ADDS && kind != REMOVES) {
			throw new StorageException("This version can't read the last registration of the cluster");
		}
		Map<SeriesKey, Long> places = new LinkedHashMap<>();
		while (bytes.hasRemaining()) {
			byte[] key = new byte[bytes.getInt()];
			bytes.get(key);
			places.put(SeriesKey.of(key, 0, key.length), bytes.getLong());
		}
		return new RegistrationEntry(version, previous, next, kind == REMOVES, places);
	}

}
