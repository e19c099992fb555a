package io.eardrum.suite.power;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

/**
 * A file system as a {@link PowerRecord} tells of it, from which a power failure at any
 * moment can be made up.
 * <p>
 * Sure to be on the disk is what was written to a file before a sync of it began that has
 * ended since. Of what was written later, each page of 4 KiB may be there, or not, or in
 * part, and so may the size. Names (of files that were made, renamed, linked or removed)
 * are kept by one of two {@linkplain Names rules}.
 * <p>
 * Does not change once it has been made; safe for any number of threads.
 */
final class RecordedDisk {

	/** What a file system does with names that were not synced. */
	enum Names {

		/**
		 * As those with a journal do: they get to the disk in their order. A sync keeps
		 * all names up to the last one that it is about: for a directory that of one of
		 * its files, for a file the one that it was made with. Some file systems keep
		 * more, such as a rename when the file itself is synced, but nobody may rely on
		 * that.
		 */
		ORDERED,

		/**
		 * As POSIX allows: each gets there or doesn't, whatever comes of others, unless
		 * its directory was synced afterwards.
		 */
		UNORDERED

	}

	private final PowerRecord record;

	private final String directory;

	private final Node root = new Node(0, true, -1);

	private final List<NameChange> changes = new ArrayList<>();

	/** The tree as all of the record leaves it, while that is being read. */
	private final Map<Node, Map<String, Node>> latest = new HashMap<>();

	/** The tree before the first entry. */
	private final Map<Node, Map<String, Node>> earliest = new HashMap<>();

	private int nodes = 1;

	private long longestSync;

	/**
	 * Reads a record of a directory that was empty when it began.
	 * @param record the record
	 * @param directory the directory
	 */
	RecordedDisk(PowerRecord record, Path directory) {
		this.record = record;
		this.directory = directory.toString();
		readEntries();
	}

	/**
	 * Reads a record of a directory that had files when it began, all of them on the
	 * disk.
	 * @param record the record
	 * @param directory the directory
	 * @param before a copy of it as it was
	 * @throws IOException if the copy can't be read
	 */
	RecordedDisk(PowerRecord record, Path directory, Path before) throws IOException {
		this.record = record;
		this.directory = directory.toString();
		addBefore(this.root, before);
		this.latest.forEach((node, entries) -> this.earliest.put(node, new TreeMap<>(entries)));
		readEntries();
	}

	private void addBefore(Node node, Path path) throws IOException {
		try (Stream<Path> files = Files.list(path)) {
			for (Path file : files.sorted().toList()) {
				Node added = new Node(this.nodes++, Files.isDirectory(file), -1);
				if (added.directory) {
					addBefore(added, file);
				}
				else {
					added.before = file;
					added.sizeBefore = Files.size(file);
				}
				entries(node).put(String.valueOf(file.getFileName()), added);
			}
		}
	}

	private Map<String, Node> entries(Node node) {
		return this.latest.computeIfAbsent(node, (absent) -> new TreeMap<>());
	}

	private void readEntries() {
		Map<Long, Node> descriptors = new HashMap<>();
		Map<Long, Integer> syncs = new HashMap<>();
		for (int entry = 0; entry < this.record.count(); entry++) {
			int type = this.record.type(entry);
			long process = (long) this.record.process(entry) << Integer.SIZE;
			long descriptor = process | this.record.descriptor(entry);
			switch (type) {
				case PowerRecord.STARTED -> {
					descriptors.keySet().removeIf((other) -> (other & ~0xFFFFFFFFL) == process);
					syncs.keySet().removeIf((other) -> (other & ~0xFFFFFFFFL) == process);
				}
				case PowerRecord.OPENED -> descriptors.put(descriptor, open(entry));
				case PowerRecord.DUPLICATED ->
					descriptors.put(descriptor, node(descriptors, process | this.record.first(entry), entry));
				case PowerRecord.CLOSED -> descriptors.remove(descriptor);
				case PowerRecord.WRITTEN, PowerRecord.SIZED -> node(descriptors, descriptor, entry).written.add(entry);
				case PowerRecord.SYNCING -> syncs.put(process | this.record.first(entry), entry);
				case PowerRecord.SYNCED -> {
					Integer begin = syncs.remove(process | this.record.first(entry));
					if (begin == null) {
						throw new IllegalStateException("entry " + entry + " ends a sync that did not begin");
					}
					if (this.record.second(entry) == 0) {
						node(descriptors, descriptor, entry).synced(begin, entry);
						this.longestSync = Math.max(this.longestSync,
								this.record.nanos(entry) - this.record.nanos(begin));
					}
				}
				case PowerRecord.RENAMED, PowerRecord.LINKED -> moveOrLink(entry, type == PowerRecord.RENAMED);
				case PowerRecord.UNLINKED, PowerRecord.REMOVED_DIRECTORY -> {
					Place place = place(this.record.text(entry));
					change(new NameChange(entry, place, null, require(find(place), entry)));
				}
				case PowerRecord.MADE_DIRECTORY -> change(new NameChange(entry, null, place(this.record.text(entry)),
						new Node(this.nodes++, true, entry)));
				case PowerRecord.UNKNOWN ->
					throw new IllegalStateException("this can't be recorded: " + this.record.text(entry));
				default -> {
				}
			}
		}
	}

	private Node open(int entry) {
		Place place = place(this.record.text(entry));
		Node node;
		if (this.record.first(entry) == 0) {
			node = require(find(place), entry);
		}
		else {
			node = new Node(this.nodes++, false, entry);
			change(new NameChange(entry, null, place, node));
		}
		if (this.record.second(entry) != 0) {
			node.written.add(entry);
		}
		return node;
	}

	private void moveOrLink(int entry, boolean move) {
		Place from = place(this.record.text(entry));
		Place to = place(this.record.secondText(entry));
		Node node = require(find(from), entry);
		if (node != find(to)) {
			change(new NameChange(entry, move ? from : null, to, node));
		}
	}

	private void change(NameChange change) {
		this.changes.add(change);
		change.apply(this.latest);
	}

	private Node node(Map<Long, Node> descriptors, long descriptor, int entry) {
		return require(descriptors.get(descriptor), entry);
	}

	private Node require(@Nullable Node node, int entry) {
		if (node == null) {
			throw new IllegalStateException(
					"entry " + entry + " is about a file that nobody made: " + this.record.text(entry));
		}
		return node;
	}

	private Place place(String path) {
		String normalized = Path.of(path).normalize().toString();
		if (normalized.equals(this.directory)) {
			return new Place(this.root, "");
		}
		if (!normalized.startsWith(this.directory + "/")) {
			throw new IllegalStateException(path + " is not below " + this.directory);
		}
		String[] names = normalized.substring(this.directory.length() + 1).split("/", -1);
		Node parent = this.root;
		for (int i = 0; i + 1 < names.length; i++) {
			Node next = entries(parent).get(names[i]);
			if (next == null) {
				throw new IllegalStateException("there is no directory of " + path);
			}
			parent = next;
		}
		return new Place(parent, names[names.length - 1]);
	}

	private @Nullable Node find(Place place) {
		return place.name.isEmpty() ? this.root : entries(place.parent).get(place.name);
	}

	/**
	 * Returns how long the longest sync took.
	 * @return nanoseconds
	 */
	long longestSync() {
		return this.longestSync;
	}

	/**
	 * Returns the entries by which names changed.
	 * @return their indexes
	 */
	int[] nameChanges() {
		return this.changes.stream().mapToInt(NameChange::entry).toArray();
	}

	/**
	 * Returns what would be on the disk if everything got there.
	 * @param moment the last entry that happened
	 * @return the image
	 */
	DiskImage everything(int moment) {
		Map<Node, Map<String, Node>> tree = copyOf(this.earliest);
		for (NameChange change : this.changes) {
			if (change.entry <= moment) {
				change.apply(tree);
			}
		}
		DiskImage image = new DiskImage(this.record, moment);
		addTo(image, tree, this.root, "", null, 0);
		return image;
	}

	/**
	 * Makes up what a power failure leaves.
	 * @param moment the last entry that happened
	 * @param names what the file system does with names
	 * @param seed decides what is kept
	 * @return the image
	 */
	DiskImage powerFailure(int moment, Names names, long seed) {
		Random random = new Random(seed);
		DiskImage image = new DiskImage(this.record, moment);
		Map<Node, Map<String, Node>> tree = copyOf(this.earliest);
		int count = 0;
		int safe = 0;
		while (count < this.changes.size() && this.changes.get(count).entry <= moment) {
			if (this.changes.get(count).isSafe(moment, names)) {
				safe = count + 1;
			}
			count++;
		}
		int kept = switch (random.nextInt(4)) {
			case 0 -> safe;
			case 1 -> count;
			default -> safe + random.nextInt(count - safe + 1);
		};
		// Or else what is lost first hides what is lost later.
		boolean directories = random.nextBoolean();
		double chance = new double[] { 0, 0.5, 0.5, 0.9, 1 }[random.nextInt(5)];
		for (int i = 0; i < count; i++) {
			NameChange change = this.changes.get(i);
			boolean lucky = random.nextDouble() < chance
					|| (directories && change.node.directory && change.from == null);
			boolean survives = switch (names) {
				case ORDERED -> i < kept;
				case UNORDERED -> lucky || change.isSafe(moment, names);
			};
			if (survives) {
				change.apply(tree);
			}
			else {
				image.lose(describe(change));
			}
		}
		addTo(image, tree, this.root, "", DataLoss.choose(random), random.nextLong());
		return image;
	}

	private String describe(NameChange change) {
		int type = this.record.type(change.entry);
		String path = shorten(this.record.text(change.entry));
		return switch (type) {
			case PowerRecord.RENAMED -> "rename " + path + " to " + shorten(this.record.secondText(change.entry));
			case PowerRecord.LINKED -> "link " + path + " as " + shorten(this.record.secondText(change.entry));
			case PowerRecord.MADE_DIRECTORY -> "mkdir " + path;
			case PowerRecord.OPENED -> "create " + path;
			default -> "remove " + path;
		};
	}

	private String shorten(String path) {
		return path.startsWith(this.directory + "/") ? path.substring(this.directory.length() + 1) : path;
	}

	private static Map<Node, Map<String, Node>> copyOf(Map<Node, Map<String, Node>> tree) {
		Map<Node, Map<String, Node>> copy = new HashMap<>();
		tree.forEach((node, entries) -> copy.put(node, new TreeMap<>(entries)));
		return copy;
	}

	private static void addTo(DiskImage image, Map<Node, Map<String, Node>> tree, Node node, String path,
			@Nullable DataLoss loss, long seed) {
		for (Map.Entry<String, Node> entry : tree.getOrDefault(node, Map.of()).entrySet()) {
			Node child = entry.getValue();
			String name = path.isEmpty() ? entry.getKey() : path + "/" + entry.getKey();
			if (child.directory) {
				image.addDirectory(name);
				addTo(image, tree, child, name, loss, seed);
			}
			else {
				image.addFile(name, child, loss, seed + child.number);
			}
		}
	}

	/** A file or directory, whatever its names are. */
	static final class Node {

		private static final int[] NONE = {};

		final int number;

		private final boolean directory;

		/** The entry by which it was made, or -1. */
		private final int made;

		private @Nullable Path before;

		private long sizeBefore;

		/** The entries that changed its bytes or its size. */
		private final List<Integer> written = new ArrayList<>();

		private int[] syncEnds = NONE;

		/** For each of these, up to which entry it is safe then. */
		private int[] safe = NONE;

		private int syncs;

		Node(int number, boolean directory, int made) {
			this.number = number;
			this.directory = directory;
			this.made = made;
		}

		private void synced(int begin, int end) {
			if (this.syncs == this.syncEnds.length) {
				this.syncEnds = Arrays.copyOf(this.syncEnds, Math.max(4, 2 * this.syncs));
				this.safe = Arrays.copyOf(this.safe, this.syncEnds.length);
			}
			this.syncEnds[this.syncs] = end;
			this.safe[this.syncs] = (this.syncs > 0) ? Math.max(this.safe[this.syncs - 1], begin) : begin;
			this.syncs++;
		}

		/**
		 * Returns up to where what happened to it is sure to be on the disk.
		 * @param moment the last entry that happened
		 * @return the first entry that need not be, -1 if it was never synced
		 */
		int safeBefore(int moment) {
			int found = Arrays.binarySearch(this.syncEnds, 0, this.syncs, moment);
			int last = (found >= 0) ? found : -found - 2;
			return (last >= 0) ? this.safe[last] : -1;
		}

		List<Integer> written() {
			return this.written;
		}

		@Nullable Path before() {
			return this.before;
		}

		long sizeBefore() {
			return this.sizeBefore;
		}

	}

	private record Place(Node parent, String name) {
	}

	/** A name that went away, one that came, or both at once. */
	private record NameChange(int entry, @Nullable Place from, @Nullable Place to, Node node) {

		void apply(Map<Node, Map<String, Node>> tree) {
			if (this.from != null) {
				tree.computeIfAbsent(this.from.parent, (absent) -> new TreeMap<>()).remove(this.from.name);
			}
			if (this.to != null) {
				tree.computeIfAbsent(this.to.parent, (absent) -> new TreeMap<>()).put(this.to.name, this.node);
			}
		}

		boolean isSafe(int moment, Names names) {
			return (this.from != null && this.from.parent.safeBefore(moment) > this.entry)
					|| (this.to != null && this.to.parent.safeBefore(moment) > this.entry) || (names == Names.ORDERED
							&& this.node.made == this.entry && this.node.safeBefore(moment) > this.entry);
		}

	}

}
