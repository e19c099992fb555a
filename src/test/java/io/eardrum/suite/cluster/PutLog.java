package io.eardrum.suite.cluster;

import java.util.Arrays;
import java.util.function.LongSupplier;

/**
 * What one client has put, over and over to the same points, what was acknowledged of it,
 * and what may be stored therefore. The value of each put is its number, so that a value
 * tells which put it came from. A put without an answer, or one that was refused, may
 * have been stored, at once or later, but never in the place of one that was sent after
 * it and acknowledged.
 * <p>
 * A put goes to a cell, which is a timestamp of a key. Besides the keys that are put to
 * all the time there are those of one cell, which tell in what order series begin. All
 * methods may be called by several threads.
 */
final class PutLog {

	/** Keys that are put to all the time. */
	static final int KEYS = 5;

	/** Timestamps of each of them. */
	static final int TIMESTAMPS = 400;

	/**
	 * The number of the first put that may be stored where there is none that must be.
	 */
	static final int NONE = -1;

	private static final int CELLS = KEYS * TIMESTAMPS;

	/** Timestamps lie in parts that are so far apart, the first ones before 1970. */
	private static final int PARTS = 4;

	private static final int PART = TIMESTAMPS / PARTS;

	private static final int DISTANCE = 700_000;

	private static final String PREFIX = "cluster.";

	private final int writer;

	/** The cell of each put. */
	private int[] cells = new int[1 << 16];

	private int sent;

	private int keys;

	/** For each cell the last put that was acknowledged or seen. */
	private int[] floors = new int[CELLS + 256];

	/** For each key when its first put was sent, and when one was first answered. */
	private long[] sentNanos = new long[256];

	private long[] answeredNanos = new long[256];

	private final LongSupplier nanoTime;

	/**
	 * Begins with nothing put.
	 * @param writer the number of the client
	 * @param nanoTime tells the time as {@link System#nanoTime()} does
	 */
	PutLog(int writer, LongSupplier nanoTime) {
		this.writer = writer;
		this.nanoTime = nanoTime;
		this.keys = KEYS;
		Arrays.fill(this.floors, NONE);
		Arrays.fill(this.sentNanos, Long.MAX_VALUE);
		Arrays.fill(this.answeredNanos, Long.MAX_VALUE);
	}

	/**
	 * Notes that a put is about to be sent.
	 * @param cell where it goes, below the number of cells
	 * @return its number, which is its value
	 */
	synchronized int send(int cell) {
		if (this.sent == this.cells.length) {
			this.cells = Arrays.copyOf(this.cells, this.sent * 2);
		}
		this.cells[this.sent] = cell;
		int key = key(cell);
		this.sentNanos[key] = Math.min(this.sentNanos[key], this.nanoTime.getAsLong());
		return this.sent++;
	}

	/**
	 * Makes a new key of one cell.
	 * @return the cell
	 */
	synchronized int newSeries() {
		int key = this.keys++;
		int cell = CELLS + key - KEYS;
		if (cell == this.floors.length) {
			this.floors = grown(this.floors);
		}
		if (key == this.sentNanos.length) {
			this.sentNanos = grown(this.sentNanos);
			this.answeredNanos = grown(this.answeredNanos);
		}
		return cell;
	}

	private static int[] grown(int[] array) {
		int[] result = Arrays.copyOf(array, array.length * 2);
		Arrays.fill(result, array.length, result.length, NONE);
		return result;
	}

	private static long[] grown(long[] array) {
		long[] result = Arrays.copyOf(array, array.length * 2);
		Arrays.fill(result, array.length, result.length, Long.MAX_VALUE);
		return result;
	}

	/**
	 * Notes that a put was answered with {@code ok}.
	 * @param put its number
	 */
	synchronized void acknowledge(int put) {
		int cell = this.cells[put];
		this.floors[cell] = Math.max(this.floors[cell], put);
		int key = key(cell);
		this.answeredNanos[key] = Math.min(this.answeredNanos[key], this.nanoTime.getAsLong());
	}

	/**
	 * Notes that a value was read, which must be that of a put to this very point, and no
	 * older than what was known before the read. From now on, none that is older may be
	 * read.
	 * @param floors what was known before
	 * @param key the number of the key
	 * @param timestamp the timestamp
	 * @param value the value
	 * @return what is wrong, or nothing
	 */
	synchronized String observe(int[] floors, int key, long timestamp, double value) {
		int put = (int) value;
		int cell = cell(key, timestamp);
		if (cell == NONE || put != value || put < 0 || put >= this.sent || this.cells[put] != cell) {
			return String.format("%s at %d holds %s, which was never put there", name(key), timestamp, value);
		}
		if (cell < floors.length && put < floors[cell]) {
			return String.format("%s at %d holds %d, which was replaced by %d", name(key), timestamp, put,
					floors[cell]);
		}
		this.floors[cell] = Math.max(this.floors[cell], put);
		return "";
	}

	/**
	 * Returns what must be stored as of now.
	 * @return for each cell the number of a put which, or a later one, is stored; or
	 * {@value #NONE}
	 */
	synchronized int[] floors() {
		return this.floors.clone();
	}

	/**
	 * Returns how many puts were sent.
	 * @return the number of the next put
	 */
	synchronized int sent() {
		return this.sent;
	}

	/**
	 * Tells when the first put of a key was sent.
	 * @param key the number of the key
	 * @return nanoseconds, or the largest number if there was none
	 */
	synchronized long sentNanos(int key) {
		return this.sentNanos[key];
	}

	/**
	 * Tells when a put of a key was first acknowledged.
	 * @param key the number of the key
	 * @return nanoseconds, or the largest number if none was
	 */
	synchronized long answeredNanos(int key) {
		return this.answeredNanos[key];
	}

	/**
	 * Returns a key.
	 * @param key its number
	 * @return what is sent
	 */
	String name(int key) {
		return PREFIX + this.writer + '.' + key;
	}

	/**
	 * Returns the line that puts.
	 * @param cell where to
	 * @param put the number of the put
	 * @return the line, with its end
	 */
	String line(int cell, int put) {
		return "put " + name(key(cell)) + ' ' + put + ' ' + timestamp(cell) + '\n';
	}

	static int key(int cell) {
		return (cell < CELLS) ? cell / TIMESTAMPS : KEYS + cell - CELLS;
	}

	private static long timestamp(int cell) {
		int index = (cell < CELLS) ? cell % TIMESTAMPS : 0;
		return (long) (index / PART - PARTS / 2) * DISTANCE + index % PART;
	}

	/**
	 * Tells which cell a point is.
	 * @param key the number of its key
	 * @param timestamp its timestamp
	 * @return the cell, or {@value #NONE} if none is there
	 */
	static int cell(int key, long timestamp) {
		long shifted = timestamp + (long) PARTS / 2 * DISTANCE;
		long part = Math.floorDiv(shifted, DISTANCE);
		long rest = Math.floorMod(shifted, DISTANCE);
		if (part < 0 || part >= PARTS || rest >= PART) {
			return NONE;
		}
		int index = (int) (part * PART + rest);
		if (key < KEYS) {
			return key * TIMESTAMPS + index;
		}
		return (index == 0) ? CELLS + key - KEYS : NONE;
	}

	/**
	 * Returns the number of a writer.
	 * @param name a key that it puts to
	 * @return the number, or {@value #NONE} if it is no such key
	 */
	static int writer(String name) {
		return number(name, 1);
	}

	/**
	 * Returns the number of a key.
	 * @param name the key
	 * @return the number, or {@value #NONE} if it is no such key
	 */
	static int key(String name) {
		return number(name, 2);
	}

	private static int number(String name, int index) {
		String[] parts = name.split("\\.", -1);
		return (parts.length == 3 && name.startsWith(PREFIX)) ? Integer.parseInt(parts[index]) : NONE;
	}

}
