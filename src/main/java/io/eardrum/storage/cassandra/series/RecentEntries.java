package io.eardrum.storage.cassandra.series;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;

import org.jspecify.annotations.Nullable;

import io.eardrum.metric.SeriesKey;

/**
 * The last entries of the {@link RegistrationLog} that this server has seen, without a
 * gap. They tell what has become of a key since it was looked up. Used by one thread at a
 * time.
 */
final class RecentEntries {

	/** How many entries are kept, for look-ups that take long. */
	private static final int MAX_ENTRIES = 32;

	private final Deque<RegistrationEntry> entries = new ArrayDeque<>();

	/**
	 * Returns the last entry.
	 * @return the entry, or {@code null} if none has been seen
	 */
	@Nullable RegistrationEntry last() {
		return this.entries.peekLast();
	}

	/**
	 * Adds an entry that was seen. If entries between it and the last one were not seen,
	 * those before are forgotten.
	 * @param entry the entry
	 */
	void add(RegistrationEntry entry) {
		RegistrationEntry last = last();
		if (last != null && last.version() == entry.version()) {
			return;
		}
		if (last != null && last.version() != entry.previous()) {
			this.entries.clear();
		}
		this.entries.add(entry);
		if (this.entries.size() > MAX_ENTRIES) {
			this.entries.remove();
		}
	}

	/**
	 * Returns the place of a key after the last entry.
	 * @param key the key
	 * @param absentSince the version as of which the key had no place
	 * @return its place, {@link RegistrationEntry#NONE}, or
	 * {@link RegistrationEntry#UNKNOWN} if not all entries since then were seen
	 */
	long place(SeriesKey key, long absentSince) {
		Iterator<RegistrationEntry> newestFirst = this.entries.descendingIterator();
		long before = Long.MAX_VALUE;
		while (newestFirst.hasNext() && before > absentSince) {
			RegistrationEntry entry = newestFirst.next();
			if (entry.version() <= absentSince) {
				return RegistrationEntry.NONE;
			}
			long place = entry.place(key);
			if (place != RegistrationEntry.UNKNOWN) {
				return place;
			}
			before = entry.previous();
		}
		return (before <= absentSince) ? RegistrationEntry.NONE : RegistrationEntry.UNKNOWN;
	}

}
