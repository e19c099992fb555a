package io.eardrum.storage.embedded.recovery;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;

import org.rocksdb.AbstractEventListener;
import org.rocksdb.RocksDBException;
import org.rocksdb.Status;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import io.eardrum.storage.StorageException;
import io.eardrum.storage.embedded.codec.CorruptStoreException;
import io.eardrum.storage.embedded.directory.StoreDirectory;
import io.eardrum.storage.embedded.directory.StoreOpenException;
import io.eardrum.storage.embedded.directory.seal.ClosingFacts;
import io.eardrum.storage.embedded.directory.seal.DurableState;
import io.eardrum.storage.embedded.directory.seal.StoreFiles;
import io.eardrum.storage.embedded.rocksdb.Database;
import io.eardrum.storage.embedded.rocksdb.EncodedWriteBatch;
import io.eardrum.storage.embedded.rocksdb.NativeLibrary;
import io.eardrum.storage.embedded.rocksdb.OpenMode;
import io.eardrum.storage.embedded.rocksdb.StoreMetadata;
import io.eardrum.storage.embedded.rocksdb.UseGuard;
import io.eardrum.storage.embedded.settings.EmbeddedStorageSettings;

/**
 * Opens a store, whatever state it was left in, and closes it. No file is changed
 * permanently before the store is known to be undamaged. A start that is refused leaves
 * all files as they were.
 * <p>
 * If the disk is too full to open the store for writing, it is opened for reading, and
 * {@link #reopen} opens it for writing later.
 * <p>
 * Used by one thread at a time, while no thread is inside the {@link UseGuard}. Only
 * {@link #mark()} may run while the database is in use.
 */
public final class StoreOpener implements AutoCloseable {

	/**
	 * How much must fit onto the disk in addition to another copy of the write-ahead log.
	 */
	public static final int SPARE_BYTES = 1 << 20;

	private static final Logger logger = LoggerFactory.getLogger(StoreOpener.class);

	private final StoreDirectory directory;

	private final Database database;

	private final boolean unclean;

	private long uncleanStarts;

	private boolean accepted;

	private boolean readOnly;

	public StoreOpener(EmbeddedStorageSettings settings) {
		this(settings, List.of());
	}

	/**
	 * Opens a store.
	 * @param settings the settings of the store
	 * @param listeners are notified, in RocksDB's own threads, of what it does with its
	 * files; the caller closes them
	 * @throws StoreOpenException if the store can't be opened as it is
	 */
	public StoreOpener(EmbeddedStorageSettings settings, List<AbstractEventListener> listeners) {
		this.directory = StoreDirectory.open(settings.path().toAbsolutePath().normalize(), settings.recover());
		this.database = new Database(this.directory.path(), settings, listeners);
		this.unclean = this.directory.isUnclean();
		try {
			NativeLibrary.load(this.directory.path());
			if (this.directory.isNew()) {
				make();
			}
			else if (isDiskFull()) {
				openForReading();
			}
			else {
				openForWriting();
			}
			this.uncleanStarts = StoreMetadata.UNCLEAN_STARTS.read(this.database, 0) + (this.unclean ? 1 : 0);
		}
		catch (CorruptStoreException ex) {
			abandon();
			throw refusal(ex);
		}
		catch (RocksDBException ex) {
			abandon();
			throw OpenFailures.of(this.directory, ex);
		}
		catch (RuntimeException | Error ex) {
			abandon();
			throw ex;
		}
	}

	private void make() throws RocksDBException {
		this.directory.prepare();
		this.database.open(OpenMode.CREATE);
		EncodedWriteBatch batch = new EncodedWriteBatch(64);
		StoreMetadata.FORMAT.write(StoreMetadata.FIRST_FORMAT, batch);
		StoreMetadata.writeId(this.directory.id(), batch);
		this.database.write(batch, true);
		this.directory.noteMade();
	}

	private void openForWriting() throws RocksDBException {
		try {
			this.directory.prepare();
			this.database.open(OpenMode.EXISTING);
		}
		catch (RocksDBException | StoreOpenException ex) {
			if (!isNoSpace(ex)) {
				throw ex;
			}
			this.directory.rollBack();
			openForReading();
			return;
		}
		examine();
	}

	private void openForReading() throws RocksDBException {
		this.readOnly = true;
		this.database.open(OpenMode.READ_ONLY);
		examine();
	}

	// Checks what can only be checked once RocksDB is open.
	private void examine() {
		long format = StoreMetadata.FORMAT.read(this.database, 0);
		if (format > StoreMetadata.CURRENT_FORMAT) {
			throw new StoreOpenException(
					"The store in " + this.directory.path() + " was written by a newer Eardrum (format " + format
							+ "; this one knows " + StoreMetadata.CURRENT_FORMAT + ").",
					"Use the newer version, or set eardrum.storage.path to another directory.", null);
		}
		if (format < 1) {
			throw new CorruptStoreException("it has no entry with its format; "
					+ "no single file is damaged, but some that belong to it are missing");
		}
		if (this.database.writes() < this.directory.expectedWrites()) {
			throw new CorruptStoreException("it held " + this.directory.expectedWrites() + " writes, and holds "
					+ this.database.writes() + "; the end of its write-ahead log was cut or deleted");
		}
		UUID stored = StoreMetadata.readId(this.database);
		boolean known = !this.directory.isToBeAdopted();
		if (known && !this.directory.id().equals(stored)) {
			throw new CorruptStoreException(this.directory.path().resolve("eardrum.store")
					+ " belongs to another store than the other files: " + this.directory.walNames());
		}
		if (!known && stored != null && !this.directory.isAdopting() && !this.directory.isTrusting()) {
			throw new CorruptStoreException(this.directory.path().resolve("eardrum.store")
					+ " is missing, so not all files of the store were copied");
		}
	}

	public Database database() {
		return this.database;
	}

	/**
	 * Returns how many series the store has to hold at least.
	 * @return the number of series
	 */
	public long expectedSeries() {
		return this.directory.expectedSeries();
	}

	/**
	 * Returns how often the store was found not to have been closed.
	 * @return the number of such starts, including this one
	 */
	public long uncleanStarts() {
		return this.uncleanStarts;
	}

	/**
	 * Returns whether the disk was too full to open the store for writing.
	 * @return whether the store can only be read
	 */
	public boolean isReadOnly() {
		return this.readOnly;
	}

	/**
	 * Completes the start, after the content of the store has been read and found
	 * undamaged. If the store can only be read, the start is completed once it can be
	 * written.
	 */
	public void accept() {
		if (this.unclean && !this.accepted) {
			logger.warn("The store in {} was not closed when it was last used (unclean start number {})",
					this.directory.path(), this.uncleanStarts);
		}
		if (!this.readOnly) {
			acceptWriting();
		}
	}

	private void acceptWriting() {
		this.directory.accept(this.database.noteDurable());
		this.accepted = true;
		if (this.directory.isToBeAdopted()) {
			adopt();
		}
		if (this.unclean) {
			EncodedWriteBatch batch = new EncodedWriteBatch(64);
			StoreMetadata.UNCLEAN_STARTS.write(this.uncleanStarts, batch);
			this.database.write(batch, false);
		}
		this.database.startCompactions();
	}

	private void adopt() {
		UUID stored = StoreMetadata.readId(this.database);
		UUID id = (stored != null) ? stored : this.directory.id();
		this.directory.noteAdopting(id, this.database.noteDurable());
		EncodedWriteBatch batch = new EncodedWriteBatch(64);
		StoreMetadata.writeId(id, batch);
		this.database.write(batch, true);
		this.directory.noteMade();
	}

	/**
	 * Returns the refusal of a store that turned out to be damaged after it had been
	 * opened.
	 * @param ex describes the damage
	 * @return the refusal
	 */
	public StoreOpenException refusal(CorruptStoreException ex) {
		return OpenFailures.of(this.directory, ex);
	}

	/**
	 * Returns whether the directory is still the one that was opened.
	 * @return whether it is
	 */
	public boolean isSameDirectory() {
		return this.directory.isSame();
	}

	/**
	 * Closes RocksDB and opens it again for writing. After an error, this is the only way
	 * to make it writable again. Never creates a store.
	 * @throws StorageException if that fails
	 */
	public void reopen() {
		if (!this.directory.isSame()) {
			throw new StorageException("The directory " + this.directory.path() + " is not the one that was opened");
		}
		this.database.close();
		try {
			if (!this.accepted) {
				this.directory.prepare();
			}
			this.database.open(OpenMode.EXISTING);
			if (this.accepted) {
				this.database.startCompactions();
			}
			else {
				acceptWriting();
				this.readOnly = false;
			}
		}
		catch (RocksDBException | RuntimeException ex) {
			if (!this.accepted) {
				this.database.close();
				this.directory.rollBack();
			}
			throw new StorageException(
					"The store in " + this.directory.path() + " can't be reopened: " + ex.getMessage(), ex);
		}
	}

	/**
	 * Notes what is safe against power loss. A failure to do so is only logged; the next
	 * start then knows less.
	 */
	public void mark() {
		DurableState durable = this.database.durable();
		if (durable == null || !this.accepted || !this.directory.isSame()) {
			return;
		}
		try {
			this.directory.mark(durable);
		}
		catch (IOException ex) {
			logger.debug("What is safe in {} can't be noted", this.directory.path(), ex);
		}
	}

	/**
	 * Completes a copy of the store, so that it can be distinguished from an incomplete
	 * one, and makes it safe against power loss.
	 * @param copy its directory, with RocksDB's files in it
	 * @param facts what the copy holds at least
	 * @throws IOException if that fails
	 */
	public void seal(Path copy, ClosingFacts facts) throws IOException {
		this.directory.seal(copy, facts);
	}

	/**
	 * Closes the store properly, after everything has been written to the disk.
	 * @param facts what the store holds
	 */
	public void close(ClosingFacts facts) {
		try {
			this.database.close();
			if (this.accepted && this.directory.isSame()) {
				this.directory.noteClosing(facts);
			}
		}
		catch (IOException ex) {
			logger.warn("It can't be noted that the store in {} was closed; the next start reports it as unclean",
					this.directory.path(), ex);
		}
		finally {
			this.directory.close();
		}
	}

	/**
	 * Closes the store as it is. The next start finds that it was not closed properly. A
	 * start that was not accepted is undone.
	 */
	@Override
	public void close() {
		abandon();
	}

	private void abandon() {
		try {
			this.database.close();
			if (!this.accepted) {
				this.directory.rollBack();
			}
		}
		finally {
			this.directory.close();
		}
	}

	private boolean isDiskFull() {
		try {
			long free = Files.getFileStore(this.directory.path()).getUsableSpace();
			return free < StoreFiles.walBytes(this.directory.path()) + SPARE_BYTES;
		}
		catch (IOException ex) {
			logger.debug("The free space of {} can't be determined", this.directory.path(), ex);
			return false;
		}
	}

	private static boolean isNoSpace(Exception ex) {
		Status status = (ex instanceof RocksDBException failure) ? failure.getStatus() : null;
		String message = String.valueOf(ex.getMessage());
		return (status != null && status.getSubCode() == Status.SubCode.NoSpace)
				|| message.contains("No space left on device") || message.contains("Disk quota exceeded");
	}

}
