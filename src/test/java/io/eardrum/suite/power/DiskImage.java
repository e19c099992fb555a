package io.eardrum.suite.power;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;

import org.jspecify.annotations.Nullable;

/**
 * What is on a disk after a power failure: names, and for each file what became of its
 * bytes. Those are worked out only when they are written somewhere. Used by one thread.
 */
final class DiskImage {

	private static final int PAGE_BYTES = 4096;

	private static final int SECTOR_BYTES = 512;

	private static final int MANY = 60;

	private final PowerRecord record;

	private final int moment;

	private final TreeSet<String> directories = new TreeSet<>();

	private final TreeMap<String, File> files = new TreeMap<>();

	private final List<String> lost = new ArrayList<>();

	DiskImage(PowerRecord record, int moment) {
		this.record = record;
		this.moment = moment;
	}

	void addDirectory(String path) {
		this.directories.add(path);
	}

	void addFile(String path, RecordedDisk.Node node, @Nullable DataLoss loss, long seed) {
		this.files.put(path, new File(node, loss, seed));
	}

	void lose(String what) {
		this.lost.add(what);
	}

	boolean has(String path) {
		return this.files.containsKey(path) || this.directories.contains(path);
	}

	/**
	 * Returns which file a path is, for some have several.
	 * @param path the path
	 * @return a number of that file alone
	 */
	int number(String path) {
		return file(path).node.number;
	}

	/**
	 * Returns all files of the image.
	 * @return their paths
	 */
	Iterable<String> paths() {
		return this.files.keySet();
	}

	byte[] bytes(String path) throws IOException {
		return bytes(file(path), null);
	}

	private File file(String path) {
		File file = this.files.get(path);
		if (file == null) {
			throw new IllegalArgumentException(path);
		}
		return file;
	}

	/**
	 * Writes some of the files into a directory.
	 * @param target the directory, made if there is none
	 * @param wanted which paths, directories among them
	 * @return what is not on the disk, for a person to read
	 * @throws IOException if they can't be written
	 */
	List<String> writeTo(Path target, Predicate<String> wanted) throws IOException {
		List<String> description = new ArrayList<>();
		Files.createDirectories(target);
		for (String path : this.directories) {
			if (wanted.test(path)) {
				Files.createDirectories(target.resolve(path));
			}
		}
		Map<RecordedDisk.Node, Path> done = new HashMap<>();
		for (Map.Entry<String, File> entry : this.files.entrySet()) {
			if (!wanted.test(entry.getKey())) {
				continue;
			}
			Path file = target.resolve(entry.getKey());
			Path same = done.putIfAbsent(entry.getValue().node, file);
			if (same != null) {
				Files.createLink(file, same);
				continue;
			}
			StringBuilder what = new StringBuilder();
			try (OutputStream stream = Files.newOutputStream(file)) {
				stream.write(bytes(entry.getValue(), what));
			}
			if (!what.isEmpty()) {
				description.add(entry.getKey() + ": " + what);
			}
		}
		int shown = Math.min(MANY, this.lost.size());
		this.lost.subList(0, shown).forEach((name) -> description.add("lost: " + name));
		if (this.lost.size() > shown) {
			description.add("and " + (this.lost.size() - shown) + " more names");
		}
		return description;
	}

	private byte[] bytes(File file, @Nullable StringBuilder what) throws IOException {
		RecordedDisk.Node node = file.node;
		int safeBefore = (file.loss != null) ? node.safeBefore(this.moment) : Integer.MAX_VALUE;
		List<Integer> written = node.written();
		int count = 0;
		int safe = 0;
		long largest = node.sizeBefore();
		while (count < written.size() && written.get(count) <= this.moment) {
			int entry = written.get(count++);
			safe = (entry < safeBefore) ? count : safe;
			largest = Math.max(largest, end(entry));
		}
		byte[] bytes = new byte[Math.toIntExact(largest)];
		long size = node.sizeBefore();
		if (node.before() != null) {
			byte[] before = Files.readAllBytes(node.before());
			System.arraycopy(before, 0, bytes, 0, before.length);
		}
		for (int i = 0; i < safe; i++) {
			size = apply(written.get(i), bytes, size);
		}
		if (safe == count || file.loss == null) {
			return Arrays.copyOf(bytes, Math.toIntExact(size));
		}
		return lose(written.subList(safe, count), bytes, size, file.loss, new Random(file.seed), what);
	}

	private byte[] lose(List<Integer> unsynced, byte[] safe, long safeSize, DataLoss usual, Random random,
			@Nullable StringBuilder what) {
		DataLoss loss = (random.nextInt(4) == 0) ? DataLoss.choose(random) : usual;
		int last = switch (loss) {
			case ALL -> 0;
			case NONE -> unsynced.size();
			case END -> random.nextInt(unsynced.size() + 1);
			case PAGES -> -1;
		};
		byte[] disk = (last < 0) ? losePages(unsynced, safe, safeSize, random, what) : safe;
		long size = safeSize;
		if (last >= 0) {
			for (int i = 0; i < last; i++) {
				size = apply(unsynced.get(i), disk, size);
			}
			if (what != null) {
				what.append(last).append(" of ").append(unsynced.size()).append(" writes");
			}
		}
		else {
			int sizes = switch (random.nextInt(4)) {
				case 0 -> 0;
				case 1 -> random.nextInt(unsynced.size() + 1);
				default -> unsynced.size();
			};
			for (int i = 0; i < sizes; i++) {
				size = sizeAfter(unsynced.get(i), size);
			}
		}
		if (what != null) {
			what.append(" that were not synced are there; ")
				.append(size)
				.append(" bytes, ")
				.append(safeSize)
				.append(" of them safe");
		}
		return Arrays.copyOf(disk, Math.toIntExact(size));
	}

	// Puts onto the disk each page as it was after some of the writes to it.
	private byte[] losePages(List<Integer> unsynced, byte[] safe, long safeSize, Random random,
			@Nullable StringBuilder what) {
		TreeMap<Integer, int[]> pages = new TreeMap<>();
		long size = safeSize;
		for (int entry : unsynced) {
			long[] range = range(entry, size);
			size = sizeAfter(entry, size);
			for (int page = (int) (range[0] / PAGE_BYTES); (long) page * PAGE_BYTES < range[1]; page++) {
				pages.computeIfAbsent(page, (absent) -> new int[4])[0]++;
			}
		}
		int kept = 0;
		int torn = 0;
		for (int[] page : pages.values()) {
			// How many writes have reached the page; and its first sectors, if it is
			// torn.
			int chance = random.nextInt(8);
			page[1] = (chance < 3) ? 0 : (chance < 6) ? page[0] : random.nextInt(page[0] + 1);
			page[2] = page[1];
			if (chance == 7 && page[1] < page[0]) {
				page[2] = page[1] + 1 + random.nextInt(page[0] - page[1]);
				page[3] = SECTOR_BYTES * (1 + random.nextInt(PAGE_BYTES / SECTOR_BYTES - 1));
				torn++;
			}
			kept += (page[1] == page[0]) ? 1 : 0;
			page[0] = 0;
		}
		if (what != null) {
			what.append(kept).append(" of ").append(pages.size()).append(" pages, and ").append(torn).append(" torn,");
		}
		byte[] disk = safe.clone();
		size = safeSize;
		for (int entry : unsynced) {
			long[] range = range(entry, size);
			size = apply(entry, safe, size);
			for (int page = (int) (range[0] / PAGE_BYTES); (long) page * PAGE_BYTES < range[1]; page++) {
				int[] wanted = pages.get(page);
				if (wanted == null) {
					throw new IllegalStateException("page " + page);
				}
				wanted[0]++;
				int start = page * PAGE_BYTES;
				int length = Math.min(PAGE_BYTES, safe.length - start);
				if (wanted[0] == wanted[1]) {
					System.arraycopy(safe, start, disk, start, length);
				}
				if (wanted[0] == wanted[2] && wanted[3] > 0) {
					System.arraycopy(safe, start, disk, start, Math.min(wanted[3], length));
				}
			}
		}
		return disk;
	}

	// Which bytes an entry changes.
	private long[] range(int entry, long size) {
		if (this.record.type(entry) == PowerRecord.WRITTEN) {
			return new long[] { this.record.first(entry), end(entry) };
		}
		return new long[] { Math.min(size, newSize(entry)), size };
	}

	private long apply(int entry, byte[] bytes, long size) {
		long after = sizeAfter(entry, size);
		if (this.record.type(entry) == PowerRecord.WRITTEN) {
			this.record.copy(entry, bytes, Math.toIntExact(this.record.first(entry)));
		}
		else if (after < size) {
			Arrays.fill(bytes, Math.toIntExact(after), Math.toIntExact(size), (byte) 0);
		}
		return after;
	}

	private long sizeAfter(int entry, long size) {
		return (this.record.type(entry) == PowerRecord.WRITTEN) ? Math.max(size, end(entry)) : newSize(entry);
	}

	private long end(int entry) {
		return (this.record.type(entry) == PowerRecord.WRITTEN) ? this.record.first(entry) + this.record.length(entry)
				: newSize(entry);
	}

	// Opening a file may empty it.
	private long newSize(int entry) {
		return (this.record.type(entry) == PowerRecord.SIZED) ? this.record.first(entry) : 0;
	}

	private record File(RecordedDisk.Node node, @Nullable DataLoss loss, long seed) {
	}

}
