package io.eardrum.storage.embedded.directory;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import io.eardrum.storage.embedded.directory.examination.StoreExamination;
import io.eardrum.storage.embedded.directory.examination.TornTail;
import io.eardrum.storage.embedded.directory.seal.ClosingFacts;
import io.eardrum.storage.embedded.directory.seal.ClosingLedger;
import io.eardrum.storage.embedded.directory.seal.DiskSync;
import io.eardrum.storage.embedded.directory.seal.DurableState;
import io.eardrum.storage.embedded.directory.seal.RunningMarker;
import io.eardrum.storage.embedded.directory.seal.StoreFiles;
import io.eardrum.storage.embedded.directory.seal.StoreIdentity;
import io.eardrum.storage.embedded.directory.seal.StoreMark;

/**
 * The directory of a store, from the moment its lock is taken until the lock is released.
 * <p>
 * A start goes through these steps, and the files are left as they were if it stops at
 * any of them. {@link #open} takes the lock and examines the files. {@link #prepare}
 * ensures that nothing RocksDB does meanwhile is final. {@link #accept} declares the
 * store undamaged and writable, or {@link #rollBack} undoes the start. Later,
 * {@link #mark} notes what is safe, and {@link #noteClosing} notes what the store
 * consists of when it is closed.
 * <p>
 * Used by one thread at a time.
 */
public final class StoreDirectory implements AutoCloseable {

	private static final Logger logger = LoggerFactory.getLogger(StoreDirectory.class);

	private final Path path;

	private final RecoverMode mode;

	private final StoreRefusals refusals;

	private final StoreLock lock;

	private final RunningMarker marker;

	private final SafetyCopy safetyCopy;

	private StoreExamination examination;

	private UUID id;

	private final MarkWriter marks;

	private @Nullable DirectoryKey fileKey;

	private StoreDirectory(Path path, RecoverMode mode, StoreLock lock) throws IOException {
		this.path = path;
		this.mode = mode;
		this.refusals = new StoreRefusals(path, mode == RecoverMode.ACCEPT);
		this.lock = lock;
		this.marker = new RunningMarker(path);
		this.safetyCopy = new SafetyCopy(path);
		if (this.safetyCopy.isThere()) {
			logger.info("The last start with {} was interrupted; its files are restored", path);
			this.safetyCopy.restore();
		}
		this.safetyCopy.remove();
		this.examination = StoreExamination.of(path, mode == RecoverMode.ACCEPT);
		recoverTail();
		this.marks = new MarkWriter(path, this.examination.mark());
		StoreIdentity known = this.examination.identity();
		this.id = (known != null && !this.examination.isUnmade()) ? known.id() : UUID.randomUUID();
	}

	/**
	 * Takes the lock of a directory, which is created if it does not exist, and examines
	 * the files in it.
	 * @param path the directory
	 * @param mode what to do if the store is not as it was left
	 * @return the directory, to be {@linkplain #close() closed}
	 * @throws StoreOpenException if another server has the lock, or the store is damaged
	 */
	public static StoreDirectory open(Path path, RecoverMode mode) {
		try {
			DiskSync.makeDirectories(path);
		}
		catch (IOException ex) {
			throw new StoreOpenException("The directory " + path + " can't be made: " + ex,
					"Set eardrum.storage.path to a directory that can be made and written by this user.", ex);
		}
		StoreLock lock = StoreLock.take(path);
		StoreDirectory opened = null;
		try {
			opened = new StoreDirectory(path, mode, lock);
			opened.refusals.ensureWhole(opened.examination);
			StoreDirectory whole = opened;
			lock = null;
			return whole;
		}
		catch (IOException ex) {
			throw StoreRefusals.unreadable(path, ex);
		}
		finally {
			if (lock != null) {
				lock.close();
			}
		}
	}

	private void recoverTail() throws IOException {
		if (this.mode == RecoverMode.STRICT) {
			return;
		}
		TornTail tail = this.examination.tail();
		if (tail == null) {
			if (this.mode == RecoverMode.TAIL && this.examination.findings().isEmpty()) {
				logger.warn("The end of the store in {} has no damage that could be dropped; "
						+ "remove eardrum.storage.recover from the configuration", this.path);
			}
			return;
		}
		this.examination = new WalTailRecovery(this.path).recover(tail, isTrusting());
	}

	/**
	 * Returns the refusal of a store whose damage was found only after it had been
	 * opened.
	 * @param what what is wrong, naming the file if it is known
	 * @param cause what was thrown, if anything
	 * @return the refusal
	 */
	public StoreOpenException refusal(String what, @Nullable Throwable cause) {
		return this.refusals.damaged(what, cause);
	}

	/**
	 * Returns the paths of the files of the write-ahead log before the start, for a
	 * message.
	 * @return the paths, separated by commas
	 */
	public String walNames() {
		return this.examination.walNames()
			.stream()
			.map((name) -> this.path.resolve(name).toString())
			.collect(Collectors.joining(", "));
	}

	public Path path() {
		return this.path;
	}

	/**
	 * Returns the id of the store.
	 * @return the id, which no other store has
	 */
	public UUID id() {
		return this.id;
	}

	/**
	 * Returns whether there is no store yet, so that one has to be created.
	 * @return whether nothing was ever stored here
	 */
	public boolean isNew() {
		return this.examination.isFresh() || this.examination.isUnmade();
	}

	/**
	 * Returns whether the store may lack its id, because it is of an older version, or
	 * because the settings ask to open it as it is.
	 * @return whether the id has to be written to it
	 */
	public boolean isToBeAdopted() {
		StoreIdentity known = this.examination.identity();
		return !isNew() && (known == null || known.state() == StoreIdentity.State.ADOPTING);
	}

	/**
	 * Returns whether writing the id to the store was begun, so that it may or may not
	 * have it already.
	 * @return whether it was begun
	 */
	public boolean isAdopting() {
		StoreIdentity known = this.examination.identity();
		return known != null && known.state() == StoreIdentity.State.ADOPTING;
	}

	/**
	 * Returns whether the store is to be opened as it is.
	 * @return whether the settings ask for that
	 */
	public boolean isTrusting() {
		return this.mode == RecoverMode.ACCEPT;
	}

	/**
	 * Returns whether the store was not closed after it was last used.
	 * @return {@code true} if it was not closed
	 */
	public boolean isUnclean() {
		return !isNew() && !this.examination.isClean()
				&& (this.examination.isRunning() || this.examination.identity() != null);
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
	 * Prepares the directory for RocksDB to be opened for writing. Everything that a
	 * killed process, or a program that copied the store, left unsynced is synced first,
	 * so that a power failure can only tear the end of what is written last.
	 */
	public void prepare() {
		try {
			if (isNew()) {
				removeUnmade();
				new StoreIdentity(this.id, StoreIdentity.State.CREATING).write(this.path);
				return;
			}
			// This costs nothing for files that were synced before. Those of a copy were
			// not.
			for (String name : StoreFiles.sizes(this.path).keySet()) {
				DiskSync.file(this.path.resolve(name));
			}
			if (!this.safetyCopy.make()) {
				// Without a safety copy, the changes of the start remain, so that a
				// ledger is no longer valid.
				this.marker.set();
			}
		}
		catch (IOException ex) {
			throw StoreRefusals.unreadable(this.path, ex);
		}
	}

	private void removeUnmade() throws IOException {
		for (String name : StoreFiles.names(this.path)) {
			if (StoreFiles.isRocksDb(name) || name.equals(StoreMark.FILE)) {
				Files.delete(this.path.resolve(name));
			}
		}
		this.marks.forget();
	}

	/**
	 * Restores the files as they were before {@link #prepare}. RocksDB has to be closed.
	 */
	public void rollBack() {
		try {
			if (this.safetyCopy.isThere()) {
				this.safetyCopy.restore();
			}
			else if (!isNew() && !this.examination.isRunning()) {
				this.marker.remove();
			}
		}
		catch (IOException ex) {
			logger.warn("Not all files in {} could be restored; the next start restores them, and until then they "
					+ "are in {}", this.path, SafetyCopy.NAME, ex);
		}
	}

	/**
	 * Notes that the store has been created or adopted, and has its id.
	 */
	public void noteMade() {
		try {
			if (!StoreMark.isThere(this.path)) {
				this.marks.writeFirst(this.id);
			}
			new StoreIdentity(this.id, StoreIdentity.State.MADE).write(this.path);
			this.fileKey = DirectoryKey.of(this.path);
		}
		catch (IOException ex) {
			throw StoreRefusals.unreadable(this.path, ex);
		}
	}

	/**
	 * Notes that the id of a store is about to be written to it.
	 * @param given the id
	 * @param durable what of the store is safe
	 */
	public void noteAdopting(UUID given, DurableState durable) {
		try {
			this.id = given;
			Files.deleteIfExists(this.path.resolve(StoreMark.FILE));
			this.marks.write(this.id, durable, true);
			new StoreIdentity(given, StoreIdentity.State.ADOPTING).write(this.path);
		}
		catch (IOException ex) {
			throw StoreRefusals.unreadable(this.path, ex);
		}
	}

	/**
	 * Completes the start. The store is undamaged, and what is written from now on
	 * counts.
	 * @param durable what of the store is safe
	 */
	public void accept(DurableState durable) {
		try {
			if (!isToBeAdopted() && !StoreMark.isThere(this.path)) {
				// A backup has no mark. What was written so far may still be undone.
				this.marks.writeFirst(this.id);
			}
			// The ledger has to match in case the start is interrupted before the marker
			// is set.
			this.marker.set();
			Files.deleteIfExists(this.path.resolve(ClosingLedger.FILE));
			if (!this.safetyCopy.remove()) {
				DiskSync.directory(this.path);
			}
			if (!isToBeAdopted()) {
				this.marks.write(this.id, durable, false);
				this.fileKey = DirectoryKey.of(this.path);
			}
		}
		catch (IOException ex) {
			throw StoreRefusals.unreadable(this.path, ex);
		}
	}

	/**
	 * Returns whether the directory is still the one that was opened, and was not moved,
	 * removed or hidden by another disk.
	 * @return whether it is
	 */
	public boolean isSame() {
		try {
			return this.fileKey == null || this.fileKey.equals(DirectoryKey.of(this.path));
		}
		catch (IOException ex) {
			return false;
		}
	}

	/**
	 * Notes what is safe, if it differs from what was noted last.
	 * @param durable what is safe
	 * @throws IOException if that can't be written
	 */
	public void mark(DurableState durable) throws IOException {
		this.marks.write(this.id, durable, false);
	}

	/**
	 * Notes what the store consists of. Called after RocksDB has been closed.
	 * @param facts what the store holds
	 * @throws IOException if that can't be written
	 */
	public void noteClosing(ClosingFacts facts) throws IOException {
		this.marks.write(this.id, DurableState.of(this.path, facts.writes()), false);
		ClosingLedger.of(this.path, this.id, facts).write(this.path);
		this.marker.remove();
	}

	/**
	 * Adds a ledger to a copy of the store, and makes the copy safe against power loss.
	 * @param copy the directory of the copy, with all of RocksDB's files
	 * @param facts what the copy holds at least
	 * @throws IOException if that fails
	 */
	public void seal(Path copy, ClosingFacts facts) throws IOException {
		new StoreIdentity(this.id, StoreIdentity.State.MADE).write(copy);
		for (String name : StoreFiles.sizes(copy).keySet()) {
			DiskSync.file(copy.resolve(name));
		}
		ClosingLedger.of(copy, this.id, facts).write(copy);
		DiskSync.directory(copy);
	}

	@Override
	public void close() {
		this.lock.close();
	}

}
