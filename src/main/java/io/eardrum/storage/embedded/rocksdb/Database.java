package io.eardrum.storage.embedded.rocksdb;

import java.nio.ByteBuffer;
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
 * The RocksDB of a store, open.
 * <p>
 * Any number of threads may use it, but none while it is opened or closed: that is for
 * the {@link UseGuard} to ensure. What goes wrong is a {@link StorageException}, or a
 * {@link StoreOpenException} if it is for somebody to put right.
 * <p>
 * The write-ahead log is read strictly at the start. A record at its end that was not
 * written in full was never acknowledged and is dropped; anything else that is wrong
 * stops the start. The mode that RocksDB has as its default, point-in-time recovery,
 * would drop whatever follows a damaged record, acknowledged or not, and say nothing.
 * <p>
 * Long, because all that is said to RocksDB is said here.
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
	 * Makes a database that is not open yet, of files that somebody else has judged.
	 * @param path where it is
	 * @param settings how it is to work
	 * @param listeners are told what RocksDB does with its files, in its own threads;
	 * theirs to close who passes them
	 */
	public Database(Path path, EmbeddedStorageSettings settings, List<AbstractEventListener> listeners) {
		this.path = path;
		this.options = new DatabaseOptions(settings, listeners);
		this.walFiles = new WalFiles(path);
	}

	/**
	 * Opens it.
	 * @param mode how
	 * @throws RocksDBException if that fails; it is closed then
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
	 * Lets compactions begin, which have to wait after this was opened.
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
	 * Writes a batch as a whole or not at all.
	 * @param batch the batch
	 * @param sync whether to return only once it is safe against power loss
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
	 * Returns the batch in which a commit collects what it writes, one commit at a time.
	 * @return the same object until the database is opened anew
	 */
	public NativeWriteBatch logBatch() {
		return require(this.logBatch);
	}

	/**
	 * Adds an entry to the batch of a commit.
	 * @param family where it goes
	 * @param number its key
	 * @param source holds its value, from the start
	 * @param length how many bytes that has
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
	 * Writes the batch of a commit as a whole or not at all.
	 * @param sync whether to return only once it is safe against power loss
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
	 * Makes all that was written safe against power loss.
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
	 * Makes what was written safe against power loss, if anything was since that was done
	 * last.
	 */
	public void syncIfWritten() {
		DurableState last = this.walFiles.durable();
		if (last == null || last.writes() != writes()) {
			sync();
		}
	}

	/**
	 * Returns what was made safe by the last {@link #sync()}.
	 * @return the state, or {@code null} if nothing was since this was opened
	 */
	public @Nullable DurableState durable() {
		return this.walFiles.durable();
	}

	/**
	 * Notes that everything is safe, as it is when RocksDB has just been opened.
	 * @return what is
	 */
	public DurableState noteDurable() {
		DurableState opened = this.walFiles.state(writes());
		this.walFiles.noteDurable(opened);
		return opened;
	}

	/**
	 * Returns how much was ever written, in RocksDB's own count. It only grows.
	 * @return the number of the last write
	 */
	public long writes() {
		return rocks().getLatestSequenceNumber();
	}

	public byte @Nullable [] get(ColumnFamily family, byte[] key) {
		try {
			return rocks().get(handle(family), key);
		}
		catch (RocksDBException ex) {
			throw failure("can't be read", ex);
		}
	}

	public RocksIterator iterator(ColumnFamily family, ReadOptions options) {
		return rocks().newIterator(handle(family), options);
	}

	/**
	 * Returns the key of the last entry of a family whose keys are numbers.
	 * @param family the family
	 * @return the key, or -1 if there is no entry
	 */
	public long lastNumber(ColumnFamily family) {
		try (ReadOptions options = new ReadOptions().setFillCache(false);
				RocksIterator iterator = iterator(family, options)) {
			iterator.seekToLast();
			if (iterator.isValid()) {
				return ByteBuffer.wrap(iterator.key()).getLong();
			}
			iterator.status();
			return -1;
		}
		catch (RocksDBException ex) {
			throw failure("can't be read", ex);
		}
	}

	/**
	 * Asks RocksDB for a number it knows.
	 * @param family what to ask about
	 * @param property the name, such as {@code rocksdb.total-sst-files-size}
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
	 * Lists the tables that hold what is stored now.
	 * @return the files
	 */
	public List<Path> tables() {
		return rocks().getLiveFilesMetaData()
			.stream()
			.map((table) -> this.path.resolve(table.fileName().substring(1)))
			.toList();
	}

	/**
	 * Drops the files that hold nothing but records of the log up to one.
	 * @param last that record
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
	 * Rewrites the chunks, so that deleted ones take no space any more; for one thread at
	 * a time. RocksDB's own compactions go on, or the writes would soon wait for them.
	 * @throws StorageException also if it was {@linkplain #stopCompaction stopped}
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
	 * Lets {@link #compactChunks()} end soon, if it is under way.
	 */
	public void stopCompaction() {
		this.chunkRewrite.stop();
	}

	/**
	 * Makes a copy of all files, as of one moment; of links where that is possible.
	 * @param target a directory that doesn't exist
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
	 * Lets compactions end at once. Nothing may be written from then on. Does nothing if
	 * RocksDB could not be opened anew.
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

	public StorageException failure(String what, RocksDBException ex) {
		String message = "The store in " + this.path + " " + what + ": " + ex.getMessage();
		return isCorruption(ex) ? new CorruptStoreException(message, ex) : new StorageException(message, ex);
	}

	/**
	 * Returns whether a failure of RocksDB means that a file is damaged.
	 * @param ex the failure
	 * @return whether RocksDB calls it corruption
	 */
	public static boolean isCorruption(RocksDBException ex) {
		Status status = ex.getStatus();
		return status != null && status.getCode() == Status.Code.Corruption;
	}

}
