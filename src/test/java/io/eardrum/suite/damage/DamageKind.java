package io.eardrum.suite.damage;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.function.Predicate;

import org.jspecify.annotations.Nullable;

/**
 * A way to damage a store: what it can be done to, and how it is done.
 */
enum DamageKind {

	/** Changes one bit anywhere. */
	BIT_FLIPPED("a bit is flipped", 3, eachFileWithBytes(), (directory, target, random) -> {
		return rewrite(directory, target, (bytes) -> {
			int bit = random.nextInt(bytes.length * Byte.SIZE);
			bytes[bit / Byte.SIZE] ^= (byte) (1 << (bit % Byte.SIZE));
			return new Change(bytes, "bit " + bit % Byte.SIZE + " of byte " + bit / Byte.SIZE + " of " + bytes.length);
		});
	}),

	/** Changes the first bytes. */
	START_FLIPPED("its first bytes are flipped", 1, eachFileWithBytes(), (directory, target, random) -> {
		return rewrite(directory, target, (bytes) -> {
			int count = Math.min(bytes.length, 1 + random.nextInt(16));
			for (int i = 0; i < count; i++) {
				bytes[i] ^= (byte) 0xFF;
			}
			return new Change(bytes, count + " of " + bytes.length + " bytes");
		});
	}),

	/** Changes the last bytes. */
	END_FLIPPED("its last bytes are flipped", 1, eachFileWithBytes(), (directory, target, random) -> {
		return rewrite(directory, target, (bytes) -> {
			int count = Math.min(bytes.length, 1 + random.nextInt(16));
			for (int i = 1; i <= count; i++) {
				bytes[bytes.length - i] ^= (byte) 0xFF;
			}
			return new Change(bytes, count + " of " + bytes.length + " bytes");
		});
	}),

	/** Leaves a file without bytes. */
	EMPTIED("it is cut to nothing", 2, eachFileWithBytes(),
			(directory, target, random) -> rewrite(directory, target,
					(bytes) -> new Change(new byte[0], "of " + bytes.length + " bytes"))),

	/** Cuts a log or MANIFEST where a record ends, one place after the other. */
	CUT_AT_A_RECORD("it is cut where a record ends", 5, eachRecord(),
			(directory, target, random) -> rewrite(directory, target,
					(bytes) -> new Change(Arrays.copyOf(bytes, (int) target.place()),
							"at byte " + target.place() + " of " + bytes.length))),

	/** Cuts a file anywhere. */
	CUT("it is cut anywhere", 3, eachFileWithBytes(), (directory, target, random) -> {
		return rewrite(directory, target, (bytes) -> {
			int length = random.nextInt(bytes.length);
			return new Change(Arrays.copyOf(bytes, length), "at byte " + length + " of " + bytes.length);
		});
	}),

	/** Makes a page zero. */
	PAGE_ZEROED("a page is zero", 2, eachFileWithBytes(), (directory, target, random) -> {
		return rewrite(directory, target, (bytes) -> {
			int page = random.nextInt((bytes.length + Places.PAGE_BYTES - 1) / Places.PAGE_BYTES);
			int end = Math.min(bytes.length, (page + 1) * Places.PAGE_BYTES);
			Arrays.fill(bytes, page * Places.PAGE_BYTES, end, (byte) 0);
			return new Change(bytes, "number " + page + " of " + bytes.length + " bytes");
		});
	}),

	/** Makes all zero from some place on. */
	END_ZEROED("it is zero from some place on", 2, eachFileWithBytes(), (directory, target, random) -> {
		return rewrite(directory, target, (bytes) -> {
			int from = random.nextInt(bytes.length);
			Arrays.fill(bytes, from, bytes.length, (byte) 0);
			return new Change(bytes, "from byte " + from + " of " + bytes.length);
		});
	}),

	/** Appends what never was there. */
	APPENDED("garbage is appended", 2, eachFile(), (directory, target, random) -> {
		return rewrite(directory, target, (bytes) -> {
			byte[] garbage = new byte[1 + random.nextInt(2 * Places.PAGE_BYTES)];
			random.nextBytes(garbage);
			byte[] longer = Arrays.copyOf(bytes, bytes.length + garbage.length);
			System.arraycopy(garbage, 0, longer, bytes.length, garbage.length);
			return new Change(longer, garbage.length + " bytes behind " + bytes.length);
		});
	}),

	/** Deletes a file. */
	DELETED("it is deleted", 3, eachFile(), (directory, target, random) -> {
		Files.delete(directory.resolve(target.fileName()));
		return target.fileName();
	}),

	/** Puts an older version of a file in its place. */
	OLDER_VERSION("it is an older version of itself", 3, eachOlderVersion(), DamageKind::replace),

	/** Puts another file of the same kind in its place. */
	OTHER_OF_ITS_KIND("it is another file of its kind", 3, eachOtherOfItsKind(), DamageKind::replace),

	/** Deletes two files. */
	TWO_DELETED("two files are deleted", 3, eachFile(), (directory, target, random) -> {
		List<String> others = new ArrayList<>(StoreFiles.names(directory));
		others.remove(target.fileName());
		String other = others.get(random.nextInt(others.size()));
		Files.delete(directory.resolve(target.fileName()));
		Files.delete(directory.resolve(other));
		return target.fileName() + " and " + other;
	}),

	/** Copies some files, chosen at random. */
	SOME_COPIED("some files are copied", 3, eachImage(), (directory, target, random) -> {
		int percent = 1 + random.nextInt(99);
		return keep(directory, (name) -> random.nextInt(100) < percent);
	}),

	/** Copies the files with points alone. */
	TABLES_COPIED("only *.sst is copied", 1, eachImage(),
			(directory, target, random) -> keep(directory, (name) -> name.endsWith(".sst"))),

	/** Copies all but the write-ahead log. */
	LOGS_LEFT_OUT("all but *.log is copied", 1, eachImage(),
			(directory, target, random) -> keep(directory, (name) -> !name.endsWith(".log"))),

	/** Copies all that is larger than some file. */
	SMALL_FILES_LEFT_OUT("all but small files is copied", 1, eachImage(), (directory, target, random) -> {
		List<Long> sizes = new ArrayList<>();
		for (String name : StoreFiles.names(directory)) {
			sizes.add(Files.size(directory.resolve(name)));
		}
		long limit = sizes.get(random.nextInt(sizes.size()));
		return keep(directory, (name) -> directory.resolve(name).toFile().length() > limit);
	}),

	/** Copies RocksDB's files and not the server's own. */
	NOTES_LEFT_OUT("all but eardrum.* is copied", 1, eachImage(),
			(directory, target, random) -> keep(directory, (name) -> !name.startsWith("eardrum."))),

	/** Copies files in the order of their names until something stops it. */
	COPY_INTERRUPTED("a copy is interrupted", 3, eachFile(), (directory, target, random) -> {
		String last = target.fileName();
		keep(directory, (name) -> name.compareTo(last) <= 0);
		return rewrite(directory, target, (bytes) -> {
			int length = random.nextInt(bytes.length + 1);
			return new Change(Arrays.copyOf(bytes, length), "last of all, after " + length + " of " + bytes.length);
		});
	}),

	/** Copies an older image of a store over it. */
	OLDER_OVER_NEWER("an older copy is laid over it", 2,
			eachPair((base, other) -> isSameStore(base, other) && isOlder(other, base)), DamageKind::layOver),

	/** Copies a newer image of a store over it. */
	NEWER_OVER_OLDER("a newer copy is laid over it", 2,
			eachPair((base, other) -> isSameStore(base, other) && isOlder(base, other)), DamageKind::layOver),

	/** Restores a backup into the directory of a killed store, without emptying it. */
	BACKUP_OVER_KILLED("a backup is laid over it", 2,
			eachPair((base, other) -> isSameStore(base, other) && base.state() == StoreImage.State.KILLED
					&& other.state() == StoreImage.State.BACKUP),
			DamageKind::layOver),

	/** Copies another store over it. */
	OTHER_STORE_OVER("another store is laid over it", 1, eachPair((base, other) -> !isSameStore(base, other)),
			DamageKind::layOver),

	/** Copies some files of another store over it. */
	STORES_MIXED("some files are of another store", 2, eachPair((base, other) -> !isSameStore(base, other)),
			(directory, target, random) -> {
				StoreImage other = Objects.requireNonNull(target.other());
				for (String name : StoreFiles.names(other.directory())) {
					if (random.nextBoolean()) {
						StoreFiles.copy(name, other.directory(), directory);
					}
				}
				return "of " + other.name();
			}),

	/** Does to the end of the last log what a power failure may do to it. */
	TORN("the end of the last log is torn", 4, eachTornLog(), DamageKind::tear);

	private final String title;

	private final int weight;

	@SuppressWarnings("ImmutableEnumChecker") // None of them has a state.
	private final Targets targets;

	@SuppressWarnings("ImmutableEnumChecker") // None of them has a state.
	private final Action action;

	DamageKind(String title, int weight, Targets targets, Action action) {
		this.title = title;
		this.weight = weight;
		this.targets = targets;
		this.action = action;
	}

	/**
	 * Says what it does.
	 * @return some words
	 */
	String title() {
		return this.title;
	}

	/**
	 * Tells how often it is done, compared with the others.
	 * @return a number above zero
	 */
	int weight() {
		return this.weight;
	}

	/**
	 * Lists what it can be done to.
	 * @param images the images of all stores
	 * @return the targets, in an order that depends on nothing else
	 * @throws IOException if files can't be read
	 */
	List<Target> targets(List<StoreImage> images) throws IOException {
		List<Target> targets = new ArrayList<>();
		for (StoreImage image : images) {
			this.targets.add(image, images, targets);
		}
		return targets;
	}

	/**
	 * Plans to do it.
	 * @param number what the trial is called
	 * @param seed what decides what is random
	 * @param target what to do it to
	 * @return the plan
	 */
	DamageTrial.Plan plan(int number, long seed, Target target) {
		return new DamageTrial.Plan(number, seed, target.base(), truths(target), this == TORN,
				(directory, random) -> this.action.on(directory, target, random));
	}

	// After a copy over another one, it may be either; but what was wanted of a newer one
	// is that.
	private List<StoreImage> truths(Target target) {
		StoreImage other = target.other();
		return switch (this) {
			case NEWER_OVER_OLDER -> List.of(Objects.requireNonNull(other));
			case OLDER_OVER_NEWER, BACKUP_OVER_KILLED, OTHER_STORE_OVER, STORES_MIXED ->
				List.of(target.base(), Objects.requireNonNull(other));
			default -> List.of(target.base());
		};
	}

	private static boolean isSameStore(StoreImage one, StoreImage other) {
		return one.store().equals(other.store());
	}

	private static boolean isOlder(StoreImage one, StoreImage other) {
		return one.name().compareTo(other.name()) < 0;
	}

	private static Targets eachImage() {
		return (base, images, targets) -> {
			if (isBase(base)) {
				targets.add(new Target(base, null, null, null, 0));
			}
		};
	}

	private static boolean isBase(StoreImage image) {
		return image.state() != StoreImage.State.EARLIER;
	}

	private static Targets eachFile() {
		return (base, images, targets) -> {
			if (isBase(base)) {
				for (String name : StoreFiles.names(base.directory())) {
					targets.add(new Target(base, name, null, null, 0));
				}
			}
		};
	}

	private static Targets eachFileWithBytes() {
		Targets files = eachFile();
		return (base, images, targets) -> {
			List<Target> found = new ArrayList<>();
			files.add(base, images, found);
			for (Target target : found) {
				if (Files.size(base.directory().resolve(target.fileName())) > 0) {
					targets.add(target);
				}
			}
		};
	}

	private static Targets eachRecord() {
		return (base, images, targets) -> {
			if (!isBase(base)) {
				return;
			}
			for (String name : StoreFiles.names(base.directory())) {
				if (name.endsWith(".log") || name.startsWith("MANIFEST-")) {
					for (long place : StoreFiles.recordBoundaries(base.directory().resolve(name))) {
						targets.add(new Target(base, name, null, null, place));
					}
				}
			}
		};
	}

	private static Targets eachOlderVersion() {
		return (base, images, targets) -> {
			for (StoreImage other : images) {
				if (isBase(base) && isSameStore(base, other) && isOlder(other, base)) {
					for (String name : StoreFiles.names(base.directory())) {
						if (isOtherFile(base, name, other, name)) {
							targets.add(new Target(base, name, other, name, 0));
						}
					}
				}
			}
		};
	}

	private static Targets eachOtherOfItsKind() {
		return (base, images, targets) -> {
			if (!isBase(base)) {
				return;
			}
			for (StoreImage other : images) {
				for (String name : StoreFiles.names(base.directory())) {
					for (String otherName : StoreFiles.names(other.directory())) {
						if (StoreFiles.kind(name).equals(StoreFiles.kind(otherName))
								&& isOtherFile(base, name, other, otherName)) {
							targets.add(new Target(base, name, other, otherName, 0));
						}
					}
				}
			}
		};
	}

	private static boolean isOtherFile(StoreImage base, String name, StoreImage other, String otherName)
			throws IOException {
		Path otherFile = other.directory().resolve(otherName);
		return Files.exists(otherFile) && Files.mismatch(base.directory().resolve(name), otherFile) >= 0;
	}

	private static Targets eachPair(Pair pair) {
		return (base, images, targets) -> {
			for (StoreImage other : images) {
				if (!other.equals(base) && pair.isOne(base, other)) {
					targets.add(new Target(base, null, other, null, 0));
				}
			}
		};
	}

	private static Targets eachTornLog() {
		return (base, images, targets) -> {
			if (base.state() == StoreImage.State.KILLED && base.lastLog() != null) {
				targets.add(new Target(base, base.lastLog(), null, null, base.synced()));
			}
		};
	}

	private static String replace(Path directory, Target target, Random random) throws IOException {
		StoreImage other = Objects.requireNonNull(target.other());
		String otherFile = Objects.requireNonNull(target.otherFile());
		Path file = directory.resolve(target.fileName());
		Files.delete(file);
		Files.copy(other.directory().resolve(otherFile), file);
		return target.fileName() + " by " + otherFile + " of " + other.name();
	}

	private static String layOver(Path directory, Target target, Random random) throws IOException {
		StoreImage other = Objects.requireNonNull(target.other());
		for (String name : StoreFiles.names(other.directory())) {
			StoreFiles.copy(name, other.directory(), directory);
		}
		return other.name();
	}

	// Whatever was not synced may be there, be zero, be older data of the disk, or not be
	// there.
	private static String tear(Path directory, Target target, Random random) throws IOException {
		return rewrite(directory, target, (bytes) -> {
			int synced = (int) target.place();
			int from = synced + random.nextInt(bytes.length - synced + 1);
			int length = Math.max(from, bytes.length) + random.nextInt(2 * Places.PAGE_BYTES);
			byte[] torn = Arrays.copyOf(bytes, length);
			boolean zeros = random.nextBoolean();
			byte[] tail = new byte[length - from];
			if (!zeros) {
				random.nextBytes(tail);
			}
			System.arraycopy(tail, 0, torn, from, tail.length);
			return new Change(torn, (zeros ? "zeros" : "garbage") + " from byte " + from + " of " + bytes.length
					+ " on, " + tail.length + " bytes; it was synced up to " + synced);
		});
	}

	private static String keep(Path directory, Predicate<String> copied) throws IOException {
		List<String> left = new ArrayList<>();
		List<String> deleted = new ArrayList<>();
		for (String name : StoreFiles.names(directory)) {
			if (copied.test(name)) {
				left.add(name);
			}
			else {
				deleted.add(name);
			}
		}
		for (String name : deleted) {
			Files.delete(directory.resolve(name));
		}
		return "there are only " + left;
	}

	private static String rewrite(Path directory, Target target, Rewriting rewriting) throws IOException {
		Path file = directory.resolve(target.fileName());
		Change change = rewriting.of(Files.readAllBytes(file));
		// It may be a link.
		Files.delete(file);
		Files.write(file, change.bytes());
		return target.fileName() + ", " + change.what();
	}

	/**
	 * What a damage is done to.
	 *
	 * @param base the store
	 * @param file one of its files, if it is done to one
	 * @param other another image, if it needs one
	 * @param otherFile one of its files, if it needs one
	 * @param place a place in the file
	 */
	record Target(StoreImage base, @Nullable String file, @Nullable StoreImage other, @Nullable String otherFile,
			long place) {

		String fileName() {
			return Objects.requireNonNull(this.file);
		}

		/**
		 * Describes the target without the numbers of files, which RocksDB's threads
		 * decide.
		 * @return words that are the same for the same target of another run
		 */
		String label() {
			return this.base.name() + " " + label(this.base, this.file) + " " + this.place + " "
					+ ((this.other != null) ? this.other.name() + " " + label(this.other, this.otherFile) : "");
		}

		private static String label(StoreImage image, @Nullable String file) {
			if (file == null) {
				return "";
			}
			String kind = StoreFiles.kind(file);
			int rank = 0;
			for (String name : image.fileNames()) {
				if (name.equals(file)) {
					break;
				}
				rank += StoreFiles.kind(name).equals(kind) ? 1 : 0;
			}
			return kind + " " + rank;
		}

	}

	/**
	 * A file as it is to be.
	 *
	 * @param bytes what is in it
	 * @param what what was done to it
	 */
	@SuppressWarnings("ArrayRecordComponent") // Nobody compares them.
	private record Change(byte[] bytes, String what) {
	}

	/**
	 * Sizes, which an enum can't refer to from its own constants.
	 */
	private static final class Places {

		private static final int PAGE_BYTES = 4096;

	}

	/**
	 * Finds what can be done to one image.
	 */
	private interface Targets {

		void add(StoreImage base, List<StoreImage> images, List<Target> targets) throws IOException;

	}

	/**
	 * Tells whether one image may be laid over another.
	 */
	private interface Pair {

		boolean isOne(StoreImage base, StoreImage other);

	}

	/**
	 * Does it.
	 */
	private interface Action {

		String on(Path directory, Target target, Random random) throws IOException;

	}

	/**
	 * Changes the bytes of a file.
	 */
	private interface Rewriting {

		Change of(byte[] bytes);

	}

}
