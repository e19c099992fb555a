package io.eardrum.storage.embedded.log;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

import io.eardrum.metric.SeriesKey;
import io.eardrum.storage.StorageException;
import io.eardrum.storage.embedded.codec.ByteWriter;
import io.eardrum.storage.embedded.head.Heads;
import io.eardrum.storage.embedded.head.Series;
import io.eardrum.storage.embedded.rocksdb.ColumnFamily;
import io.eardrum.storage.embedded.rocksdb.Database;
import io.eardrum.storage.embedded.rocksdb.EncodedWriteBatch;
import io.eardrum.storage.embedded.rocksdb.LastEntry;
import io.eardrum.storage.embedded.rocksdb.NativeWriteBatch;
import io.eardrum.storage.embedded.rocksdb.StoreMetadata;
import io.eardrum.storage.embedded.settings.Fsync;
import io.eardrum.storage.series.SeriesIndex;

/**
 * Writes batches to the log, and then into memory in the same order, so that after a
 * restart the same points overwrite the same others.
 * <p>
 * Any number of threads may commit at once. They line up, and the first one in line
 * leads: it waits until the previous leader has finished, and then writes the batches of
 * all threads in line together, with one fsync. While an fsync is in progress there is
 * thus always a line to join, and a single thread commits its batch itself.
 */
public final class Committer {

	/** The maximum size of one write, so that its memory is bounded. */
	private static final int MAX_WRITE_BYTES = 4 << 20;

	private static final int BATCH_BYTES = 1 << 20;

	/**
	 * The age of an unsynced write at which further writes wait for an fsync, if fsyncs
	 * are made once a second. No more than the points of two seconds are at stake,
	 * however slow the disk is.
	 */
	private static final long MAX_UNSYNCED_NANOS = Duration.ofSeconds(2).toNanos();

	private final Database database;

	private final SeriesIndex<Series> index;

	private final Heads heads;

	private final WriteAvailability availability;

	private final StoreCounters counters;

	private final Fsync fsync;

	private final Runnable whenGrown;

	private final AtomicReference<@Nullable PendingCommit> line = new AtomicReference<>();

	private final ReentrantLock lock = new ReentrantLock();

	private final UnsyncedWrites unsynced;

	private final ByteWriter key = new ByteWriter(512);

	/** The number of the last record in the log. */
	private long sequence;

	/** The number of the first series that is not known to be in the store. */
	private volatile int storedSeries;

	/** How many series are known to be in the store, without those that were removed. */
	private volatile int seriesCount;

	/**
	 * Creates a committer.
	 * @param database takes the log
	 * @param index knows all series, by number
	 * @param heads take the points once they are in the log
	 * @param availability decides whether anything may be written, and takes failures
	 * @param counters count fsyncs and bytes
	 * @param fsync when a write is made safe against power loss
	 * @param whenGrown called after each write, under the lock under which points are
	 * logged
	 */
	public Committer(Database database, SeriesIndex<Series> index, Heads heads, WriteAvailability availability,
			StoreCounters counters, Fsync fsync, Runnable whenGrown) {
		this.database = database;
		this.index = index;
		this.heads = heads;
		this.availability = availability;
		this.counters = counters;
		this.fsync = fsync;
		this.whenGrown = whenGrown;
		this.unsynced = new UnsyncedWrites(database, counters);
	}

	/**
	 * Continues the log where it ends. Called before any other method.
	 * @param last the number of the last record in the log
	 */
	public void start(long last) {
		this.sequence = last;
		this.storedSeries = this.index.nextNumber();
		this.seriesCount = this.index.size();
	}

	/**
	 * Returns the number of the first series that is not in the store yet.
	 * @return how many series have ever been stored
	 */
	public int storedSeries() {
		return this.storedSeries;
	}

	/**
	 * Returns how many series there are in the store.
	 * @return the number of series
	 */
	public int seriesCount() {
		return this.seriesCount;
	}

	/**
	 * Commits a batch or a deletion, and waits until it is committed.
	 * @param write the batch or the deletion
	 * @throws StorageException if it could not be written
	 */
	public void commit(PendingCommit write) {
		PendingCommit before;
		do {
			before = this.line.get();
			write.next = before;
		}
		while (!this.line.compareAndSet(before, write));
		if (before == null) {
			lead();
		}
		else {
			write.await();
		}
		write.throwFailure();
	}

	/**
	 * Runs an action while nothing is being committed.
	 * @param <T> the type of its result
	 * @param action the action
	 * @return the result of the action
	 */
	public <T> T exclusively(Supplier<T> action) {
		this.lock.lock();
		try {
			return action.get();
		}
		finally {
			this.lock.unlock();
		}
	}

	/**
	 * Returns the number of the last record. Must only be called {@link #exclusively}.
	 * @return the number
	 */
	public long sequence() {
		return this.sequence;
	}

	/**
	 * Makes all writes safe against power loss, if they are not. Safe for any number of
	 * threads.
	 */
	public void syncIfNeeded() {
		this.unsynced.syncIfNeeded();
	}

	/**
	 * Returns how long a write has been waiting to become safe against power loss.
	 * @return the age of the oldest such write in nanoseconds, or 0 if all writes are
	 * safe
	 */
	public long unsyncedNanos() {
		return this.unsynced.nanos();
	}

	/**
	 * Writes series again that the disk lost when an fsync failed, although points of
	 * them were put. Nothing else would write them, because they count as stored. Must
	 * only be called {@link #exclusively}.
	 */
	public void restoreLostSeries() {
		EncodedWriteBatch batch = new EncodedWriteBatch(BATCH_BYTES);
		int number = (int) LastEntry.number(this.database, ColumnFamily.SERIES) + 1;
		for (; number < this.storedSeries; number++) {
			Series lost = this.index.find(number);
			if (lost == null) {
				RemovedSeries.write(number, batch);
			}
			else {
				batch.put(ColumnFamily.SERIES, number, this.key.buffer(), encodeKey(lost.key()));
			}
			if (batch.size() > BATCH_BYTES) {
				this.database.write(batch, true);
				batch.clear();
			}
		}
		if (!batch.isEmpty()) {
			this.database.write(batch, true);
		}
	}

	/**
	 * Returns whether the disk still has the last record, and therefore all records
	 * before it. If it does not, nothing may be committed before a checkpoint, because
	 * the log would have a gap, which stops the next start. Must only be called
	 * {@link #exclusively}.
	 * @return whether the next record follows the last one in the log
	 */
	public boolean isLogComplete() {
		long checkpoint = StoreMetadata.CHECKPOINT.read(this.database, 0);
		return Math.max(checkpoint, LastEntry.number(this.database, ColumnFamily.LOG)) >= this.sequence;
	}

	/**
	 * Removes records that could not be written. They may nevertheless be in the log, and
	 * the next records take their numbers.
	 */
	public void removeFailedRecords() {
		EncodedWriteBatch removal = new EncodedWriteBatch(64);
		removal.deleteRange(ColumnFamily.LOG, this.sequence + 1, Long.MAX_VALUE);
		this.database.write(removal, true);
	}

	private void lead() {
		PendingCommit first;
		Throwable failure = null;
		PendingCommit failed;
		this.lock.lock();
		try {
			first = PendingCommit.reverse(this.line.getAndSet(null));
			failed = first;
			String problem = this.availability.problem();
			try {
				if (problem != null) {
					failure = new StorageException(problem);
				}
				if (this.fsync == Fsync.EVERYSEC && unsyncedNanos() > MAX_UNSYNCED_NANOS) {
					syncIfNeeded();
				}
				while (failed != null && failure == null) {
					failed = write(failed);
				}
			}
			catch (Throwable ex) {
				failure = ex;
				this.availability.writeFailed(String.valueOf(ex.getMessage()));
			}
		}
		finally {
			this.lock.unlock();
		}
		boolean succeeded = true;
		PendingCommit write = first;
		while (write != null) {
			PendingCommit following = write.next;
			succeeded = succeeded && write != failed;
			write.complete(succeeded ? null : failure);
			write = following;
		}
		if (failure instanceof OutOfMemoryError error) {
			// Memory may now hold only a part of what the log has, so the process has to
			// end.
			throw error;
		}
	}

	// Writes a deletion, or as many batches as fit into one write. Returns the first that
	// does not fit, or null.
	@SuppressWarnings("NonAtomicVolatileUpdate")
	private @Nullable PendingCommit write(PendingCommit first) {
		if (first instanceof PendingDeletion deletion) {
			delete(deletion);
			return deletion.next;
		}
		NativeWriteBatch bytes = this.database.logBatch();
		bytes.clear(MAX_WRITE_BYTES);
		int series = this.storedSeries;
		long last = this.sequence;
		PendingCommit rest = first;
		int added = 0;
		while (rest instanceof PendingWrite write
				&& (rest == first || bytes.size() + write.record().size() < MAX_WRITE_BYTES)) {
			write.findRemoved(this.index);
			if (!write.hasPoints()) {
				// Their series have been removed, and others have taken the room.
				rest = rest.next;
				continue;
			}
			for (; series <= write.largestSeries(); series++) {
				putSeries(series);
				added++;
			}
			this.database.log(ColumnFamily.LOG, ++last, write.record().buffer(), write.record().size());
			rest = rest.next;
		}
		if (last > this.sequence) {
			writeLog(last);
		}
		// The log has the series. They are listed before their points can be read,
		// because a client that has found a point must find its series in every later
		// list.
		this.seriesCount += added;
		this.storedSeries = series;
		long grown = 0;
		for (PendingCommit next = first; next != rest && next instanceof PendingWrite write; next = write.next) {
			grown += write.applyTo(this.heads);
		}
		grow(grown);
		return rest;
	}

	@SuppressWarnings("NonAtomicVolatileUpdate")
	private void delete(PendingDeletion deletion) {
		deletion.find(this.index, this.storedSeries);
		if (deletion.series().isEmpty()) {
			return;
		}
		StoreMetadata.requireFormat(StoreMetadata.FORMAT_WITH_DELETIONS, this.database);
		this.database.logBatch().clear(MAX_WRITE_BYTES);
		this.database.log(ColumnFamily.LOG, this.sequence + 1, deletion.record().buffer(), deletion.record().size());
		writeLog(this.sequence + 1);
		grow(deletion.applyTo(this.heads, this.index));
		if (deletion.removes()) {
			this.seriesCount -= deletion.series().size();
		}
	}

	private void writeLog(long last) {
		long start = System.nanoTime();
		boolean sync = this.fsync == Fsync.ALWAYS;
		this.database.writeLog(sync);
		if (sync) {
			this.counters.synced(System.nanoTime() - start);
		}
		else {
			this.unsynced.note(start);
		}
		this.counters.logged(this.database.logBatch().size());
		this.sequence = last;
	}

	private void grow(long grown) {
		if (grown > 0) {
			this.heads.grow(grown);
		}
		// Called even if all points took the places of others, because the log has grown.
		this.whenGrown.run();
	}

	/**
	 * Removes a series that has no points, neither in memory nor in chunks. Must only be
	 * called {@link #exclusively}.
	 * @param series the series
	 */
	@SuppressWarnings("NonAtomicVolatileUpdate")
	public void removeEmpty(Series series) {
		StoreMetadata.requireFormat(StoreMetadata.FORMAT_WITH_DELETIONS, this.database);
		EncodedWriteBatch batch = new EncodedWriteBatch(64);
		RemovedSeries.write(series.number(), batch);
		this.database.write(batch, false);
		series.removed();
		this.index.remove(series);
		this.seriesCount--;
	}

	private void putSeries(int number) {
		SeriesKey added = this.index.get(number).key();
		this.database.log(ColumnFamily.SERIES, number, this.key.buffer(), encodeKey(added));
	}

	// Returns the length of the key.
	private int encodeKey(SeriesKey encoded) {
		this.key.clear();
		this.key.reserve(encoded.length());
		encoded.copyTo(this.key.buffer(), 0);
		return encoded.length();
	}

}
