package io.eardrum.suite.power;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import org.jspecify.annotations.Nullable;

/**
 * What clients have put and been told, as a {@link PowerRecord} tells of it, and so what
 * a store must hold after a power failure.
 * <p>
 * Each writer numbers its puts over all lives of the server, and the value of a put is
 * its number. The store executes the puts of a connection in their order, so what it
 * holds of a writer must be what some number of its puts leave: at least those that are
 * promised, and none that was not sent.
 * <p>
 * Does not change once it has been made; safe for any number of threads.
 */
final class RecordedPuts {

	static final int WRITERS = 4;

	static final int KEYS = 48;

	static final int TIMESTAMPS = 400;

	static final int CELLS = KEYS * TIMESTAMPS;

	static final long ABSENT = -1;

	private static final String PREFIX = "power.";

	private final Writer[] writers = new Writer[WRITERS];

	private final TreeMap<Integer, Integer> lives = new TreeMap<>();

	private final List<Backup> backups = new ArrayList<>();

	private final PowerRecord record;

	private final int firstReady;

	RecordedPuts(PowerRecord record) {
		this.record = record;
		Arrays.setAll(this.writers, (writer) -> new Writer());
		TreeMap<String, Integer> requested = new TreeMap<>();
		int ready = Integer.MAX_VALUE;
		for (int entry = 0; entry < record.count(); entry++) {
			int type = record.type(entry);
			switch (type) {
				case PowerRecord.SENDING -> writer(entry).send(entry);
				case PowerRecord.ACKNOWLEDGED -> writer(entry).acknowledged.add(entry, record.second(entry));
				case PowerRecord.FOUND -> writer(entry).find(entry, (int) record.second(entry));
				case PowerRecord.CHECKPOINTED -> writer(entry).checkpointed.add(entry, record.second(entry));
				case PowerRecord.READY -> {
					ready = Math.min(ready, entry);
					this.lives.put(entry, type);
				}
				case PowerRecord.KILLED -> {
					// One that was killed in its start has not been ready since.
					Map.Entry<Integer, Integer> last = this.lives.lastEntry();
					if (last != null && last.getValue() == PowerRecord.READY) {
						this.lives.put(entry, type);
					}
				}
				case PowerRecord.STOPPED -> {
					this.lives.put(entry, type);
					for (Writer writer : this.writers) {
						writer.closed.add(entry, writer.acknowledged.last());
					}
				}
				case PowerRecord.BACKUP_REQUESTED -> requested.put(record.text(entry), entry);
				case PowerRecord.BACKUP_ANSWERED -> {
					Integer begin = requested.get(record.text(entry));
					if (begin == null) {
						throw new IllegalStateException("a backup that nobody asked for: " + record.text(entry));
					}
					this.backups.add(new Backup(record.text(entry), begin, entry));
				}
				default -> {
				}
			}
		}
		this.firstReady = ready;
	}

	private Writer writer(int entry) {
		return this.writers[(int) this.record.first(entry)];
	}

	static String key(int writer, int cell) {
		return PREFIX + writer + "." + cell / TIMESTAMPS;
	}

	static long timestamp(int cell) {
		return cell % TIMESTAMPS;
	}

	/**
	 * Returns a store without points.
	 * @return for each writer, the value of each cell
	 */
	static long[][] empty() {
		long[][] cells = new long[WRITERS][CELLS];
		for (long[] row : cells) {
			Arrays.fill(row, ABSENT);
		}
		return cells;
	}

	/**
	 * Notes a point that was found.
	 * @param cells what was found before
	 * @param key its key
	 * @param timestamp its timestamp
	 * @param value its value
	 * @throws IllegalStateException if no writer puts such a point
	 */
	static void add(long[][] cells, String key, long timestamp, double value) {
		String[] names = key.split("\\.", -1);
		if (names.length != 3 || !key.startsWith(PREFIX) || timestamp < 0 || timestamp >= TIMESTAMPS) {
			throw new IllegalStateException(key + " at " + timestamp + " was never put");
		}
		cells[Integer.parseInt(names[1])][Integer.parseInt(names[2]) * TIMESTAMPS + (int) timestamp] = (long) value;
	}

	/**
	 * Returns whether a moment is before the first start was through.
	 * @param moment the last entry that happened
	 * @return whether it is
	 */
	boolean isFirstStart(int moment) {
		return moment < this.firstReady;
	}

	/**
	 * Returns the backups that were answered.
	 * @param moment the last entry that happened
	 * @return those of them
	 */
	List<Backup> backups(int moment) {
		return this.backups.stream().filter((backup) -> backup.answered <= moment).toList();
	}

	/**
	 * Returns what is promised after a power failure.
	 * @param policy the policy
	 * @param moment the last entry that happened
	 * @param everysecNanos how old a put may be that is lost with {@code everysec}
	 * @return for each writer, the number of the first put that may be lost
	 */
	long[] promised(String policy, int moment, long everysecNanos) {
		return Arrays.stream(this.writers).mapToLong((writer) -> {
			// What a start has found it has synced, for it has read the log into files.
			long closed = Math.max(writer.closed.at(moment), writer.checkpointed.at(moment));
			return switch (policy) {
				case "always" -> Math.max(Math.max(closed, writer.found.at(moment)), writer.acknowledged.at(moment));
				case "everysec" -> Math.max(Math.max(closed, writer.found.at(moment)),
						writer.acknowledged.at(lastBefore(syncedUntil(moment) - everysecNanos, moment)));
				default -> closed;
			};
		}).toArray();
	}

	// When a server last ran that was ready: nobody syncs after that.
	private long syncedUntil(int moment) {
		Integer last = this.lives.floorKey(moment);
		boolean dead = last != null && this.lives.get(last) != PowerRecord.READY;
		return this.record.nanos(dead ? last : moment);
	}

	// The last entry that is not later than a time. Times ascend but for those of
	// entries that are made at once.
	private int lastBefore(long nanos, int moment) {
		int low = 0;
		int high = moment;
		while (low < high) {
			int middle = (low + high + 1) >>> 1;
			if (this.record.nanos(middle) <= nanos) {
				low = middle;
			}
			else {
				high = middle - 1;
			}
		}
		return low;
	}

	/**
	 * Returns what had been acknowledged.
	 * @param moment the last entry that happened
	 * @return for each writer, the number of the first put that wasn't
	 */
	long[] acknowledged(int moment) {
		return Arrays.stream(this.writers).mapToLong((writer) -> writer.acknowledged.at(moment)).toArray();
	}

	/**
	 * Returns how many puts were acknowledged in all.
	 * @return the number of puts
	 */
	long acknowledged() {
		return Arrays.stream(this.writers).mapToLong(Writer::countAcknowledged).sum();
	}

	/**
	 * Checks what a store holds.
	 * @param moment the last entry that happened
	 * @param promised for each writer, the first put that may be lost
	 * @param found for each writer, the value of each cell
	 * @return what is wrong, or nothing
	 */
	String check(int moment, long[] promised, long[][] found) {
		for (int i = 0; i < WRITERS; i++) {
			String violation = this.writers[i].check(i, moment, promised[i], found[i]);
			if (!violation.isEmpty()) {
				return violation;
			}
		}
		return "";
	}

	/**
	 * Returns how old the oldest put is that was acknowledged and is lost.
	 * @param moment the last entry that happened
	 * @param found for each writer, the value of each cell, which are right
	 * @return how long before the moment it was acknowledged, or before the end of the
	 * server if that came first, in nanoseconds; 0 if none is lost
	 */
	long oldestLost(int moment, long[][] found) {
		long oldest = 0;
		for (int i = 0; i < WRITERS; i++) {
			int entry = this.writers[i].acknowledged.firstAbove(Arrays.stream(found[i]).max().orElse(ABSENT) + 1);
			if (entry <= moment) {
				oldest = Math.max(oldest, syncedUntil(moment) - this.record.nanos(entry));
			}
		}
		return oldest;
	}

	/**
	 * A backup.
	 *
	 * @param path its directory
	 * @param requested the entry before the request
	 * @param answered the entry after its answer
	 */
	record Backup(String path, int requested, int answered) {
	}

	/** A number that grows, by entry. */
	private static final class Growing {

		private int[] entries = new int[64];

		private long[] values = new long[64];

		private int count;

		void add(int entry, long value) {
			if (this.count == this.entries.length) {
				this.entries = Arrays.copyOf(this.entries, 2 * this.count);
				this.values = Arrays.copyOf(this.values, 2 * this.count);
			}
			this.entries[this.count] = entry;
			this.values[this.count++] = value;
		}

		long at(int moment) {
			int found = Arrays.binarySearch(this.entries, 0, this.count, moment);
			int last = (found >= 0) ? found : -found - 2;
			return (last >= 0) ? this.values[last] : 0;
		}

		int firstAbove(long value) {
			int found = Arrays.binarySearch(this.values, 0, this.count, value + 1);
			int first = (found >= 0) ? found : -found - 1;
			return (first < this.count) ? this.entries[first] : Integer.MAX_VALUE;
		}

		long last() {
			return (this.count > 0) ? this.values[this.count - 1] : 0;
		}

	}

	/** Puts that never happened, known from an entry on. */
	private record Gap(int entry, int from, int to) {
	}

	private final class Writer {

		private int[] cells = new int[1 << 12];

		private final Growing sent = new Growing();

		private final Growing acknowledged = new Growing();

		private final Growing found = new Growing();

		private final Growing closed = new Growing();

		private final Growing checkpointed = new Growing();

		private final List<Gap> gaps = new ArrayList<>();

		private void send(int entry) {
			int from = (int) RecordedPuts.this.record.second(entry);
			int count = RecordedPuts.this.record.length(entry) / Integer.BYTES;
			while (from + count > this.cells.length) {
				this.cells = Arrays.copyOf(this.cells, 2 * this.cells.length);
			}
			for (int i = 0; i < count; i++) {
				this.cells[from + i] = RecordedPuts.this.record.number(entry, i);
			}
			this.sent.add(entry, from + count);
		}

		private void find(int entry, int executed) {
			this.found.add(entry, executed);
			int to = (int) this.sent.last();
			if (executed < to) {
				this.gaps.add(new Gap(entry, executed, to));
			}
		}

		private long countAcknowledged() {
			long last = this.acknowledged.last();
			return last
					- this.gaps.stream().filter((gap) -> gap.to <= last).mapToLong((gap) -> gap.to - gap.from).sum();
		}

		private String check(int number, int moment, long promised, long[] found) {
			long latest = ABSENT;
			for (long value : found) {
				latest = Math.max(latest, value);
			}
			long end = Math.max(promised, latest + 1);
			if (end > this.sent.at(moment)) {
				return "the value " + latest + " of writer " + number + " was not yet put";
			}
			long[] expected = new long[CELLS];
			Arrays.fill(expected, ABSENT);
			int put = 0;
			for (@Nullable
			Gap gap : withEnd(this.gaps)) {
				if (gap != null && gap.entry > moment) {
					continue;
				}
				int to = (int) Math.min(end, (gap != null) ? gap.from : Integer.MAX_VALUE);
				for (; put < to; put++) {
					expected[this.cells[put]] = put;
				}
				put = (gap != null) ? Math.max(put, gap.to) : put;
			}
			for (int cell = 0; cell < CELLS; cell++) {
				if (found[cell] != expected[cell]) {
					return String.format(
							"%s at %d holds %d instead of %d (%d: absent); promised up to %d, the last one found is %d, "
									+ "acknowledged up to %d, sent up to %d",
							key(number, cell), timestamp(cell), found[cell], expected[cell], ABSENT, promised - 1,
							latest, this.acknowledged.at(moment) - 1, this.sent.at(moment) - 1);
				}
			}
			return "";
		}

		private static List<@Nullable Gap> withEnd(List<Gap> gaps) {
			List<@Nullable Gap> all = new ArrayList<>(gaps);
			all.add(null);
			return all;
		}

	}

}
