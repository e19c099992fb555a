package io.eardrum.storage.embedded.log;

import io.eardrum.storage.embedded.rocksdb.Database;

/**
 * The writes that are not yet safe against power loss. Safe for any number of threads.
 */
final class UnsyncedWrites {

	private final Database database;

	private final StoreCounters counters;

	/**
	 * The time of the oldest write for which no sync has begun, in nanoseconds; 0 if
	 * there is none.
	 */
	private volatile long unsyncedSince;

	/**
	 * The time of the oldest write that the sync in progress is for; 0 if there is none.
	 */
	private volatile long syncingSince;

	/**
	 * Creates an object that knows of no writes.
	 * @param database makes writes safe
	 * @param counters count fsyncs
	 */
	UnsyncedWrites(Database database, StoreCounters counters) {
		this.database = database;
		this.counters = counters;
	}

	/**
	 * Notes a write. Called by one thread at a time.
	 * @param nanos when it began, by {@link System#nanoTime()}
	 */
	void note(long nanos) {
		if (this.unsyncedSince == 0) {
			this.unsyncedSince = nanos;
		}
	}

	synchronized void syncIfNeeded() {
		long since = this.unsyncedSince;
		if (since == 0) {
			return;
		}
		// Reset first, because what is written meanwhile may miss the fsync.
		this.syncingSince = since;
		this.unsyncedSince = 0;
		long start = System.nanoTime();
		try {
			this.database.sync();
		}
		catch (RuntimeException | Error ex) {
			this.unsyncedSince = since;
			throw ex;
		}
		finally {
			this.syncingSince = 0;
		}
		this.counters.synced(System.nanoTime() - start);
	}

	long nanos() {
		long syncing = this.syncingSince;
		long since = (syncing != 0) ? syncing : this.unsyncedSince;
		return (since != 0) ? Math.max(0, System.nanoTime() - since) : 0;
	}

}
