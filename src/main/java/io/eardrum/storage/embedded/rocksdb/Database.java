package io.eardrum.storage.embedded.rocksdb;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;
import org.rocksdb.AbstractEventListener;
import org.rocksdb.Checkpoint;
import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.DBOptions;
import org.rocksdb.LRUCache;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.Status;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteBufferManager;
import org.rocksdb.WriteOptions;

import io.eardrum.storage.StorageException;
import io.eardrum.storage.embedded.codec.ByteWriter;
import io.eardrum.storage.embedded.codec.CorruptStoreException;
import io.eardrum.storage.embedded.directory.StoreOpenException;
import io.eardrum.storage.embedded.directory.seal.DurableState;
import io.eardrum.storage.embedded.settings.EmbeddedStorageSettings;

/**
 * The RocksDB of a store.
 * <p>
 * Any number of threads may use it, but none while it is opened or closed; the
 * {@link UseGuard} ensures that. Failures are thrown as a {@link StorageException}, or as
 * a {@link StoreOpenException} if an operator has to fix something.
 * <p>
 * The write-ahead log is read strictly at the start. A record at its end that was not
 * written completely was never acknowledged and is dropped. Any other damage stops the
 * start. The default mode of RocksDB, point-in-time recovery, would silently drop
 * everything that follows a damaged record, whether it was acknowledged or not.
 */
public final class Database implements AutoCloseable {

	private final Path path;

	private final DatabaseOptions options;

	private final WalFiles walFiles;

	private final ChunkRewrite chunkRewrite = new ChunkRewrite();

	private final NativeObjects opened = new NativeObjects();

	private final List<ColumnFamilyHandle> handles = new ArrayList<>();

	private @Nullable RocksDB rocks;

	private @Nullable WriteOptions synced;

	private @Nullable WriteOptions unsynced;

	private @Nullable NativeWriteBatch logBatch;

	/**
	 * Creates a database that is not open yet. The caller has examined its files.
	 * @param path the directory of the store
	 * @param settings the settings of the store
	 * @param listeners are notified, in RocksDB's own threads, of what it does with its
	 * files; the caller closes them
	 */
	public Database(Path path, EmbeddedStorageSettings settings, List<AbstractEventListener> listeners) {
		this.path = path;
		this.options = new DatabaseOptions(settings, listeners);
		this.walFiles = new WalFiles(path);
	}

	/**
	 * Opens the database.
	 * @param mode how to open it
	 * @throws RocksDBException if that fails; the database is closed then
	 */
	public void open(OpenMode mode) throws RocksDBException {
		try {
			LRUCache cache = this.opened.add(this.options.cache());
			WriteBufferManager buffers = this.opened.add(this.options.buffers(cache));
			DBOptions options = this.opened.add(this.options.database(buffers, mode == OpenMode.CREATE));
			List<ColumnFamilyDescriptor> descriptors = DatabaseOptions.families(cache, this.opened);
			this.rocks = this.opened.add((mode == OpenMode.READ_ONLY)
					? RocksDB.openReadOnly(options, this.path.toString(), descriptors, this.handles)
					: RocksDB.open(options, this.path.toString(), descriptors, this.handles));
			this.handles.forEach(this.opened::add);
			for (ColumnFamily family : ColumnFamily.values()) {
				if (this.handles.get(family.number()).getID() != family.number()) {
					throw new StoreOpenException("The directory " + this.path + " holds a database of another program.",
							"Set eardrum.storage.path to a directory of its own.", null);
				}
			}
			this.synced = this.opened.add(new WriteOptions().setSync(true));
			this.unsynced = this.opened.add(new WriteOptions());
			this.logBatch = this.opened.add(new NativeWriteBatch(this.handles));
		}
		catch (RocksDBException | RuntimeException ex) {
			close();
			throw ex;
		}
	}

	/**
	 * Lets compactions begin. They wait for this call after the database has been opened.
	 */
	public void startCompactions() {
		try {
			rocks().enableAutoCompaction(this.handles);
		}
		catch (RocksDBException ex) {
			throw failure("can't be compacted", ex);
		}
	}

	public Path path() {
		return this.path;
	}

	/**
	 * Writes a batch, either completely or not at all.
	 * @param batch the batch
	 * @param sync whether to return only once the batch is safe against power loss
	 */
	public void write(EncodedWriteBatch batch, boolean sync) {
		try (WriteBatch bytes = new WriteBatch(batch.toByteArray())) {
			rocks().write(require(sync ? this.synced : this.unsynced), bytes);
		}
		catch (RocksDBException ex) {
			throw failure("can't be written", ex);
		}
	}

	/**
	 * Returns the batch in which a commit collects its writes. It is used by one commit
	 * at a time.
	 * @return the same object until the database is reopened
	 */
	public NativeWriteBatch logBatch() {
		return require(this.logBatch);
	}

	/**
	 * Adds an entry to the batch of a commit.
	 * @param family where it goes
	 * @param number its key
	 * @param source holds its value, from the start
	 * @param length the length of the value in bytes
	 */
	public void log(ColumnFamily family, long number, byte[] source, int length) {
		try {
			logBatch().put(family, number, source, length);
		}
		catch (RocksDBException ex) {
			throw failure("can't be written", ex);
		}
	}

	/**
	 * Writes the batch of a commit, either completely or not at all.
	 * @param sync whether to return only once the batch is safe against power loss
	 */
	public void writeLog(boolean sync) {
		try {
			rocks().write(require(sync ? this.synced : this.unsynced), logBatch().batch());
		}
		catch (RocksDBException ex) {
			throw failure("can't be written", ex);
		}
	}

	/**
	 * Makes all writes so far safe against power loss.
	 */
	public void sync() {
		DurableState written = this.walFiles.state(writes());
		try {
			rocks().flushWal(true);
			this.walFiles.noteDurable(written);
		}
		catch (RocksDBException ex) {
			throw failure("can't be synced", ex);
		}
	}

	/**
	 * Makes all writes so far safe against power loss, if there were any since the last
	 * sync.
	 */
	public void syncIfWritten() {
		DurableState last = this.walFiles.durable();
		if (last == null || last.writes() != writes()) {
			sync();
		}
	}

	/**
	 * Returns what the last {@link #sync()} made safe.
	 * @return the state, or {@code null} if nothing was synced since the database was
	 * opened
	 */
	public @Nullable DurableState durable() {
		return this.walFiles.durable();
	}

	/**
	 * Notes that everything is safe, as it is when RocksDB has just been opened.
	 * @return the state that is safe
	 */
	public DurableState noteDurable() {
		DurableState opened = this.walFiles.state(writes());
		this.walFiles.noteDurable(opened);
		return opened;
	}

	/**
	 * Returns how many writes there ever were, as counted by RocksDB. The number only
	 * grows.
	 * @return the number of the last write
	 */
	public long writes() {
		return rocks().getLatestSequenceNumber();
	}

	/**
	 * Reads an entry.
	 * @param family where it is
	 * @param key its key
	 * @return its value, or {@code null} if there is no such entry
	 */
	public byte @Nullable [] get(ColumnFamily family, byte[] key) {
		try {
			return rocks().get(handle(family), key);
		}
		catch (RocksDBException ex) {
			throw failure("can't be read", ex);
		}
	}

	/**
	 * Opens an iterator on the entries of a family as they are now.
	 * @param family the family
	 * @param options how to read; closed by the caller, after the iterator
	 * @return the iterator, which stands nowhere; closed by the caller while the database
	 * is open
	 */
	public RocksIterator iterator(ColumnFamily family, ReadOptions options) {
		return rocks().newIterator(handle(family), options);
	}

	/**
	 * Returns one of RocksDB's numeric properties.
	 * @param family the family that the property is about
	 * @param property the name of the property, such as
	 * {@code rocksdb.total-sst-files-size}
	 * @return the number
	 */
	public long number(ColumnFamily family, String property) {
		try {
			return rocks().getLongProperty(handle(family), property);
		}
		catch (RocksDBException ex) {
			throw failure("can't be asked for " + property, ex);
		}
	}

	/**
	 * Lists the tables that belong to the present state of the store.
	 * @return the files
	 */
	public List<Path> tables() {
		return rocks().getLiveFilesMetaData()
			.stream()
			.map((table) -> this.path.resolve(table.fileName().substring(1)))
			.toList();
	}

	/**
	 * Drops the files that hold only records of the log up to a given one.
	 * @param last the number of that record
	 */
	public void dropLogTables(long last) {
		byte[] from = new byte[Long.BYTES];
		ByteWriter to = new ByteWriter(Long.BYTES);
		to.writeLongBigEndian(last);
		try {
			rocks().deleteFilesInRanges(handle(ColumnFamily.LOG), List.of(from, to.toByteArray()), true);
		}
		catch (RocksDBException ex) {
			throw failure("can't drop files of the log", ex);
		}
	}

	/**
	 * Rewrites the chunks, so that deleted ones no longer take space. Called by one
	 * thread at a time. RocksDB's own compactions continue, because otherwise the writes
	 * would soon wait for them.
	 * @throws StorageException if that fails, or if it was {@linkplain #stopCompaction
	 * stopped}
	 */
	public void compactChunks() {
		try {
			this.chunkRewrite.run(rocks(), handle(ColumnFamily.CHUNKS));
		}
		catch (RocksDBException ex) {
			throw failure("can't be compacted", ex);
		}
	}

	/**
	 * Makes {@link #compactChunks()} end soon if it is in progress.
	 */
	public void stopCompaction() {
		this.chunkRewrite.stop();
	}

	/**
	 * Makes a copy of all files as of one moment. The copy consists of links where that
	 * is possible.
	 * @param target a directory that does not exist yet
	 */
	public void copyTo(Path target) {
		try (Checkpoint checkpoint = Checkpoint.create(rocks())) {
			checkpoint.createCheckpoint(target.toString());
		}
		catch (RocksDBException ex) {
			throw failure("can't be copied to " + target, ex);
		}
	}

	/**
	 * Makes compactions end at once. Nothing may be written afterwards. Does nothing if
	 * RocksDB could not be reopened.
	 */
	public void stopBackgroundWork() {
		RocksDB open = this.rocks;
		if (open != null) {
			open.cancelAllBackgroundWork(false);
		}
	}

	@Override
	public void close() {
		RocksDB closing = this.rocks;
		if (closing != null) {
			closing.cancelAllBackgroundWork(true);
		}
		this.rocks = null;
		this.logBatch = null;
		this.walFiles.forget();
		this.handles.clear();
		try {
			this.opened.closeAll();
		}
		catch (Exception ex) {
			throw new StorageException("The store in " + this.path + " can't be closed", ex);
		}
	}

	private RocksDB rocks() {
		return require(this.rocks);
	}

	private ColumnFamilyHandle handle(ColumnFamily family) {
		return this.handles.get(family.number());
	}

	private <T> T require(@Nullable T object) {
		if (object == null) {
			throw new StorageException("The store in " + this.path + " is not open");
		}
		return object;
	}

	/**
	 * Returns the exception for a failure of RocksDB.
	 * @param what what can't be done, as the rest of a sentence about the store
	 * @param ex the failure
	 * @return the exception, a {@link CorruptStoreException} if a file is damaged
	 */
	public StorageException failure(String what, RocksDBException ex) {
		String message = "The store in " + this.path + " " + what + ": " + ex.getMessage();
		return isCorruption(ex) ? new CorruptStoreException(message, ex) : new StorageException(message, ex);
	}

	/**
	 * Returns whether a failure of RocksDB means that a file is damaged.
	 * @param ex the failure
	 * @return whether RocksDB reports corruption
	 */
	public static boolean isCorruption(RocksDBException ex) {
		Status status = ex.getStatus();
		return status != null && status.getCode() == Status.Code.Corruption;
	}

}
