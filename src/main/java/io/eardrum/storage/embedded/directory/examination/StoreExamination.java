package io.eardrum.storage.embedded.directory.examination;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.UUID;

import org.jspecify.annotations.Nullable;

import io.eardrum.storage.embedded.directory.seal.ClosingLedger;
import io.eardrum.storage.embedded.directory.seal.Finding;
import io.eardrum.storage.embedded.directory.seal.RunningMarker;
import io.eardrum.storage.embedded.directory.seal.StoreFiles;
import io.eardrum.storage.embedded.directory.seal.StoreIdentity;
import io.eardrum.storage.embedded.directory.seal.StoreMark;

/**
 * Examines the files of a store that is not open, without changing any, and reports what
 * is wrong with them.
 * <p>
 * A store that was closed, and a backup, must be exactly what their ledger says. A store
 * that was not closed must hold everything that was safe according to its mark. Its
 * MANIFEST and the files of its write-ahead log may be longer, and what was written after
 * the mark may be missing.
 * <p>
 * Used by one thread, once. Which of the files decides depends on what the others say, so
 * the order of the checks is kept in one place here.
 */
public final class StoreExamination {

	private final Path directory;

	/** The directory with the mark, which is never copied. */
	private final Path markDirectory;

	private final boolean trusting;

	private final List<Finding> findings = new ArrayList<>();

	private boolean fresh;

	private boolean occupied;

	private boolean running;

	private boolean clean;

	private @Nullable StoreIdentity identity;

	private @Nullable StoreMark mark;

	private @Nullable ClosingLedger ledger;

	private @Nullable TornTail tail;

	private long lastWrite;

	private NavigableMap<String, Long> sizes = new TreeMap<>();

	private StoreExamination(Path directory, Path markDirectory, boolean trusting) {
		this.directory = directory;
		this.markDirectory = markDirectory;
		this.trusting = trusting;
	}

	/**
	 * Examines a directory.
	 * @param directory the directory, which exists
	 * @param trusting whether to skip the checks that compare the store with what it held
	 * @return the result
	 * @throws IOException if a file can't be read
	 */
	public static StoreExamination of(Path directory, boolean trusting) throws IOException {
		return of(directory, directory, trusting);
	}

	/**
	 * Examines the files of a store as they were before a start that was interrupted.
	 * @param copy the directory with these files
	 * @param markDirectory the directory of the store
	 * @param trusting whether to skip the checks that compare the store with what it held
	 * @return the result
	 * @throws IOException if a file can't be read
	 */
	public static StoreExamination of(Path copy, Path markDirectory, boolean trusting) throws IOException {
		StoreExamination examination = new StoreExamination(copy, markDirectory, trusting);
		examination.examine();
		return examination;
	}

	/**
	 * Returns whether there is no store, so that one may be created.
	 * @return whether the directory has no file that could belong to a store
	 */
	public boolean isFresh() {
		return this.fresh;
	}

	/**
	 * Returns whether there is no store and none may be created.
	 * @return whether the directory has files that do not belong to a store
	 */
	public boolean isOccupied() {
		return this.occupied;
	}

	/**
	 * Returns whether the creation of a store was begun here and not finished, so that it
	 * holds nothing.
	 * @return whether its files may be removed
	 */
	public boolean isUnmade() {
		StoreIdentity known = this.identity;
		return known != null && known.state() == StoreIdentity.State.CREATING;
	}

	public boolean isRunning() {
		return this.running;
	}

	/**
	 * Returns whether the store is the same as when it was closed or copied.
	 * @return whether the ledger says so
	 */
	public boolean isClean() {
		return this.clean;
	}

	public @Nullable StoreIdentity identity() {
		return this.identity;
	}

	public @Nullable StoreMark mark() {
		return this.mark;
	}

	public @Nullable ClosingLedger ledger() {
		return this.ledger;
	}

	/**
	 * Returns how much the store has to hold at least.
	 * @return the number of a write
	 */
	public long writes() {
		long marked = (this.mark != null) ? this.mark.durable().writes() : 0;
		ClosingLedger known = this.ledger;
		long noted = (known != null && (this.clean || known.id() == null)) ? known.writes() : 0;
		return this.trusting ? 0 : Math.max(marked, noted);
	}

	/**
	 * Returns the damage that a power failure explains.
	 * @return the damage, or {@code null} if there is no such damage
	 */
	public @Nullable TornTail tail() {
		return this.findings.isEmpty() ? this.tail : null;
	}

	/**
	 * Returns the names of the files of the write-ahead log.
	 * @return the names
	 */
	public List<String> walNames() {
		return this.sizes.keySet().stream().filter(StoreFiles::isWal).toList();
	}

	public List<Finding> findings() {
		return List.copyOf(this.findings);
	}

	private void examine() throws IOException {
		this.sizes = StoreFiles.sizes(this.directory);
		List<String> names = StoreFiles.names(this.directory);
		if (names.stream().noneMatch((name) -> StoreFiles.isRocksDb(name) || StoreFiles.isOwn(name))) {
			examineStrangers(names);
			return;
		}
		this.running = new RunningMarker(this.directory).isSet();
		readOwnFiles();
		if (!this.findings.isEmpty()) {
			return;
		}
		if (isUnmade()) {
			examineUnmade();
			return;
		}
		if (this.ledger != null && this.ledger.id() != null && examineLedger(this.ledger)) {
			return;
		}
		examineOwnFiles();
		examineFiles();
	}

	private void examineStrangers(List<String> names) {
		List<String> strangers = names.stream().filter((name) -> !StoreFiles.isHarmless(name)).toList();
		this.fresh = strangers.isEmpty();
		this.occupied = !this.fresh;
		strangers.stream()
			.limit(5)
			.forEach((name) -> this.findings
				.add(new Finding(name, "is not a file of Eardrum, and a store is created only in an empty directory")));
	}

	private void readOwnFiles() throws IOException {
		if (this.trusting) {
			return;
		}
		if (StoreIdentity.isThere(this.directory)) {
			this.identity = StoreIdentity.read(this.directory);
			if (this.identity == null) {
				this.findings.add(new Finding(StoreIdentity.FILE, "is damaged"));
			}
		}
		if (ClosingLedger.isThere(this.directory)) {
			this.ledger = ClosingLedger.read(this.directory);
			// While a store is open, the remains of an old ledger mean nothing.
			if (this.ledger == null && !this.running) {
				this.findings.add(new Finding(ClosingLedger.FILE, "is damaged"));
			}
		}
		if (StoreMark.isThere(this.markDirectory)) {
			this.mark = StoreMark.read(this.markDirectory);
		}
	}

	// Only what the creation of a store leaves behind may be removed.
	private void examineUnmade() {
		boolean used = this.running || this.ledger != null || this.sizes.keySet().stream().anyMatch(StoreFiles::isTable)
				|| (this.mark != null && this.mark.durable().writes() > 0);
		if (used) {
			this.findings.add(new Finding(StoreIdentity.FILE,
					"says that the store was never created completely, although it has files of one that was"));
		}
	}

	// Returns whether the ledger decides.
	private boolean examineLedger(ClosingLedger known) throws IOException {
		List<Finding> differences = known.compare(this.directory);
		checkId(ClosingLedger.FILE, known.id());
		StoreMark marked = this.mark;
		if (marked != null && !marked.id().equals(known.id())) {
			checkId(StoreMark.FILE, marked.id());
			return true;
		}
		long markedWrites = (marked != null) ? marked.durable().writes() : 0;
		boolean stale = markedWrites > known.writes();
		if (differences.isEmpty() && !stale) {
			this.clean = this.findings.isEmpty();
			return true;
		}
		if (this.running) {
			// The ledger was to be removed when the store was opened.
			return false;
		}
		if (stale) {
			this.findings.add(new Finding(ClosingLedger.FILE, "is older than the store: it knows " + known.writes()
					+ " writes, and there were " + markedWrites + ", so files of two copies are mixed"));
		}
		else {
			this.findings.addAll(differences);
		}
		return true;
	}

	private void checkId(String file, @Nullable UUID id) {
		if (this.identity != null && id != null && !this.identity.id().equals(id)) {
			this.findings.add(new Finding(file, "and " + StoreIdentity.FILE + " belong to two different stores"));
		}
	}

	private void examineOwnFiles() {
		boolean known = this.identity != null || this.mark != null || StoreMark.isThere(this.markDirectory)
				|| (this.ledger != null && this.ledger.id() != null);
		if (!known || this.trusting) {
			// The store is of an older version, or has to be trusted.
			return;
		}
		if (this.identity == null) {
			this.findings.add(new Finding(StoreIdentity.FILE, "is missing"));
		}
		if (this.mark == null) {
			boolean adopting = this.identity != null && this.identity.state() == StoreIdentity.State.ADOPTING;
			if (StoreMark.isThere(this.markDirectory)) {
				this.findings.add(new Finding(StoreMark.FILE, "is damaged"));
			}
			else if (!adopting) {
				this.findings.add(new Finding(StoreMark.FILE, "is missing"
						+ (this.running ? "" : ", and so is " + ClosingLedger.FILE + ", but a store has one of them")));
			}
		}
		else {
			checkId(StoreMark.FILE, this.mark.id());
		}
	}

	private void examineFiles() throws IOException {
		ManifestExamination named = new ManifestExamination(this.directory, this.sizes, this.mark);
		Manifest manifest = named.read();
		this.findings.addAll(named.findings());
		this.tail = named.tail();
		if (manifest == null) {
			return;
		}
		String manifestName = named.name();
		this.lastWrite = manifest.lastSequence();
		int before = this.findings.size();
		boolean late = examineWal(manifest, manifestName);
		WalDamage end = manifest.damage();
		if (end != null && this.findings.size() > before) {
			this.findings.add(new Finding(manifestName, "lacks its end, from byte " + end.position() + " on"));
		}
		else if (late && this.findings.size() > before) {
			this.findings.add(new Finding(manifestName,
					"may lack its end: it knows of no write after number " + manifest.lastSequence()));
		}
		if (this.tail == null && this.findings.isEmpty() && this.lastWrite < writes()) {
			List<String> wal = this.sizes.keySet().stream().filter(StoreFiles::isWal).toList();
			this.findings.add(new Finding(wal.isEmpty() ? manifestName : wal.get(wal.size() - 1),
					"has lost its end: the store holds " + this.lastWrite + " writes, and held " + writes()));
		}
	}

	// Returns whether the log begins too late for the MANIFEST.
	private boolean examineWal(Manifest manifest, String manifestName) throws IOException {
		long first = manifest.firstWal();
		Map<String, Long> safe = new LinkedHashMap<>();
		manifest.syncedWal().forEach((number, size) -> safe.put(StoreFiles.walName(number), size));
		if (this.mark != null) {
			this.mark.durable()
				.wal()
				.tailMap(first, true)
				.forEach((number, size) -> safe.merge(StoreFiles.walName(number), size, Math::max));
		}
		List<String> needed = this.sizes.keySet()
			.stream()
			.filter((name) -> StoreFiles.isWal(name) && StoreFiles.number(name) >= first)
			.toList();
		safe.keySet().stream().filter((name) -> !needed.contains(name)).forEach((name) -> {
			boolean listed = manifest.syncedWal().containsKey(StoreFiles.number(name));
			this.findings.add(new Finding(name, "is missing, although " + (listed ? manifestName : StoreMark.FILE)
					+ " states that it is a part of the write-ahead log"));
		});
		if (needed.isEmpty() && this.running && safe.isEmpty()) {
			this.findings.add(new Finding("*" + StoreFiles.WAL_SUFFIX,
					"is missing (the write-ahead log), although the store was not closed when it was last used"));
		}
		WalExamination wal = new WalExamination(this.directory, this.sizes, safe, manifest.lastSequence());
		wal.read(needed);
		this.lastWrite = wal.lastWrite();
		this.findings.addAll(wal.findings());
		TornTail end = wal.tail();
		if (end != null && this.tail == null) {
			if (this.mark != null || this.running) {
				this.tail = end;
			}
			else {
				this.findings.add(new Finding(end.file(), "is damaged at byte " + end.position()));
			}
		}
		return wal.isLate();
	}

}
