package io.eardrum.storage.embedded.directory;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;

import io.eardrum.storage.embedded.directory.examination.Manifest;
import io.eardrum.storage.embedded.directory.examination.RecordFile;
import io.eardrum.storage.embedded.directory.examination.StoreExamination;
import io.eardrum.storage.embedded.directory.examination.TornTail;
import io.eardrum.storage.embedded.directory.examination.WalDamage;
import io.eardrum.storage.embedded.directory.seal.ClosingLedger;
import io.eardrum.storage.embedded.directory.seal.Finding;
import io.eardrum.storage.embedded.directory.seal.StoreFiles;
import io.eardrum.storage.embedded.directory.seal.StoreIdentity;
import io.eardrum.storage.embedded.directory.seal.StoreMark;

/**
 * Reads the files of a store that no server is using, without changing or creating any,
 * and reports what is wrong with them. It finds what a start would find. In addition, it
 * reads every record of the MANIFEST and of the write-ahead log, including those that a
 * start trusts because the store was closed.
 * <p>
 * While a review is open, no server starts with that directory, unless the directory has
 * never been used, like that of a backup. {@link #ensureUnused()} detects whether one has
 * started.
 * <p>
 * Used by one thread.
 */
public final class StoreReview implements AutoCloseable {

	private final Path directory;

	/** The directory from which the next start would take the files of RocksDB. */
	private final Path files;

	private final StoreLock lock;

	private final StoreExamination examination;

	private final List<Finding> findings;

	private final NavigableMap<String, Long> sizes;

	private final Set<String> tables = new TreeSet<>();

	private final List<String> wal = new ArrayList<>();

	private StoreReview(Path directory, StoreLock lock) throws IOException {
		this.directory = directory;
		this.lock = lock;
		Path copy = directory.resolve(SafetyCopy.NAME);
		boolean broken = Files.isDirectory(copy);
		this.files = broken ? copy : directory;
		this.examination = broken ? StoreExamination.of(copy, directory, false) : StoreExamination.of(directory, false);
		this.findings = new ArrayList<>(this.examination.findings());
		this.sizes = StoreFiles.sizes(this.files);
		TornTail tail = this.examination.tail();
		if (tail != null && tail.isOfCurrent()) {
			add(tail.file(), "names a MANIFEST that is missing");
		}
		if (isStore() && !this.examination.isUnmade()) {
			readManifest();
			checkMark();
		}
	}

	/**
	 * Reviews a directory.
	 * @param directory the directory
	 * @return the review, to be {@linkplain #close() closed}
	 * @throws IOException if a file can't be read
	 * @throws StoreOpenException if a server uses the directory
	 */
	public static StoreReview of(Path directory) throws IOException {
		if (Files.exists(directory) && !Files.isDirectory(directory)) {
			throw new FileSystemException(directory.toString(), null, "it is not a folder");
		}
		StoreLock lock = StoreLock.share(directory);
		StoreReview made = null;
		try {
			made = new StoreReview(directory, lock);
			return made;
		}
		finally {
			if (made == null) {
				lock.close();
			}
		}
	}

	/**
	 * Returns whether there is a store.
	 * @return whether there is at least a part of one
	 */
	public boolean isStore() {
		return !this.examination.isFresh() && !this.examination.isOccupied();
	}

	/**
	 * Returns whether the store was created completely, so that RocksDB has something to
	 * read.
	 * @return whether it was
	 */
	public boolean isMade() {
		return isStore() && !this.examination.isUnmade();
	}

	/**
	 * Returns where the files of RocksDB are. After a start that was interrupted, these
	 * are the files from before that start.
	 * @return the directory of the store, or one in it
	 */
	public Path files() {
		return this.files;
	}

	/**
	 * Returns in which state the store was left.
	 * @return the rest of a sentence that begins with the store
	 */
	public String state() {
		if (this.examination.isUnmade()) {
			return "was not created completely, and holds nothing";
		}
		String state;
		if (this.examination.isClean()) {
			state = StoreMark.isThere(this.directory) ? "was closed" : "is a backup";
		}
		else if (this.examination.isRunning() || this.examination.identity() != null) {
			state = "was not closed";
		}
		else {
			state = "is of an earlier version, which left no list of its files";
		}
		return this.files.equals(this.directory) ? state
				: state + "; a start with it was interrupted, and the next one goes back to " + this.files;
	}

	/**
	 * Returns the id of the store.
	 * @return the id, which no other store has, or {@code null} if it is not known
	 */
	public @Nullable UUID id() {
		StoreIdentity known = this.examination.identity();
		return (known != null) ? known.id() : null;
	}

	/**
	 * Returns whether the id has to be in the store itself, and not only in the files
	 * beside it.
	 * @return whether it has to
	 */
	public boolean isIdStored() {
		StoreIdentity known = this.examination.identity();
		return known != null && known.state() == StoreIdentity.State.MADE;
	}

	/**
	 * Returns how much the store has to hold at least.
	 * @return the number of a write of RocksDB's
	 */
	public long expectedWrites() {
		return this.examination.writes();
	}

	/**
	 * Returns how many series the store has to hold at least.
	 * @return the number of series
	 */
	public long expectedSeries() {
		ClosingLedger ledger = this.examination.ledger();
		return (ledger != null && this.examination.isClean()) ? ledger.series() : 0;
	}

	/**
	 * Returns whether a start gets as far as opening RocksDB.
	 * @return whether none of the files stops it
	 */
	public boolean isOpened() {
		return this.examination.findings().isEmpty() && this.examination.tail() == null;
	}

	/**
	 * Returns what is wrong with the files.
	 * @return the affected files, each with what is wrong with it
	 */
	public List<Finding> findings() {
		return List.copyOf(this.findings);
	}

	/**
	 * Returns what a start with {@code eardrum.storage.recover=tail} would do.
	 * @return the rest of a sentence, or {@code null} if there is no damage, or none of
	 * the kind that a power failure leaves
	 */
	public @Nullable String tailRecovery() {
		TornTail tail = this.examination.tail();
		if (tail == null) {
			return null;
		}
		if (tail.isOfCurrent()) {
			return "would let CURRENT name " + tail.manifest() + " again";
		}
		String later = tail.laterFiles().isEmpty() ? "" : " and all of " + String.join(", ", tail.laterFiles());
		return "would drop " + tail.file() + " from byte " + tail.position() + " on" + later + ", " + tail.bytes()
				+ " bytes in sum with " + tail.readableRecords() + " records that can be read";
	}

	/**
	 * Returns the tables that belong to the store and are neither missing nor cut.
	 * @return their names and sizes in bytes
	 */
	public NavigableMap<String, Long> tables() {
		NavigableMap<String, Long> found = new TreeMap<>();
		Set<String> wrong = this.findings.stream().map(Finding::file).collect(Collectors.toSet());
		this.tables.stream()
			.filter((name) -> !wrong.contains(name) && this.sizes.containsKey(name))
			.forEach((name) -> found.put(name, this.sizes.getOrDefault(name, 0L)));
		return found;
	}

	/**
	 * Returns how many files of the write-ahead log belong to the store.
	 * @return the number of existing files
	 */
	public int walFiles() {
		return this.wal.size();
	}

	/**
	 * Ensures that no server has changed the store meanwhile.
	 * @throws StoreOpenException if a server has used the directory
	 */
	public void ensureUnused() {
		if (!this.lock.isExclusive() && StoreLock.isThere(this.directory)) {
			throw new StoreOpenException("The store in " + this.directory + " was opened meanwhile.",
					"Check it again when no server uses it.", null);
		}
	}

	private void readManifest() throws IOException {
		String name = manifestName();
		Manifest manifest = this.sizes.containsKey(name) ? Manifest.read(this.files.resolve(name)) : null;
		if (manifest == null || !manifest.isUnderstood() || manifest.edits() == 0) {
			// In this case, all tables may belong to the store.
			this.sizes.keySet().stream().filter(StoreFiles::isTable).forEach(this.tables::add);
		}
		else {
			manifest.tables().keySet().forEach((number) -> this.tables.add(StoreFiles.tableName(number)));
		}
		WalDamage damage = (manifest != null) ? manifest.damage() : null;
		if (damage != null && !damage.unfinished()) {
			add(name, "is damaged at byte " + damage.position());
		}
		long first = (manifest != null) ? manifest.firstWal() : 0;
		this.sizes.keySet()
			.stream()
			.filter((file) -> StoreFiles.isWal(file) && StoreFiles.number(file) >= first)
			.forEach(this.wal::add);
		readWal();
	}

	private String manifestName() throws IOException {
		if (!this.sizes.containsKey(StoreFiles.CURRENT)) {
			return "";
		}
		return Files.readString(this.files.resolve(StoreFiles.CURRENT), StandardCharsets.ISO_8859_1).strip();
	}

	private void readWal() throws IOException {
		List<String> cut = new ArrayList<>();
		List<WalDamage> damages = new ArrayList<>();
		for (String name : this.wal) {
			int[] records = new int[1];
			WalDamage damage = RecordFile.read(this.files.resolve(name), (bytes, length) -> records[0]++);
			if (records[0] > 0 || (damage != null && damage.readableRecords() > 0)) {
				// A file may lack its end only if no records follow in later files.
				for (int i = 0; i < cut.size(); i++) {
					add(cut.get(i), "is damaged at byte " + damages.get(i).position());
				}
			}
			if (damage != null && damage.unfinished()) {
				cut.add(name);
				damages.add(damage);
			}
			else if (damage != null) {
				add(name, "is damaged at byte " + damage.position() + ", with " + damage.readableRecords()
						+ " records behind that can be read");
			}
		}
	}

	// Checks the mark, which a start does not need if the store was closed.
	private void checkMark() {
		if (!this.examination.isClean() || !StoreMark.isThere(this.directory)) {
			return;
		}
		StoreMark mark = this.examination.mark();
		if (mark == null) {
			add(StoreMark.FILE, "is damaged");
		}
		else if (!mark.id().equals(id())) {
			add(StoreMark.FILE, "belongs to another store");
		}
	}

	// Each file is named only once, with what a start would report about it.
	private void add(String file, String problem) {
		if (this.findings.stream().noneMatch((finding) -> finding.file().equals(file))) {
			this.findings.add(new Finding(file, problem));
		}
	}

	@Override
	public void close() {
		this.lock.close();
	}

}
