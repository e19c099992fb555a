package io.eardrum.storage.embedded.chunk;

import org.jspecify.annotations.Nullable;

import io.eardrum.storage.embedded.head.Heads;
import io.eardrum.storage.embedded.rocksdb.Database;

/**
 * Holds the cursor of a reader, and reopens it after points were dropped from memory.
 * Only then can the chunks hold more than when they were opened.
 * <p>
 * Used by one thread.
 */
final class CursorHolder {

	private final Database database;

	private final Heads heads;

	private final OpenReads.Read chunksKept;

	private final boolean cached;

	private final PieceBuffer buffer = new PieceBuffer();

	private @Nullable ChunkCursor cursor;

	private long version;

	private boolean reopened;

	/**
	 * Creates a holder without a cursor.
	 * @param database holds the chunks
	 * @param heads the points in memory
	 * @param chunksKept tracks which chunks are kept, and closes the cursor
	 * @param cached whether RocksDB should keep what is read in its cache
	 */
	CursorHolder(Database database, Heads heads, OpenReads.Read chunksKept, boolean cached) {
		this.database = database;
		this.heads = heads;
		this.chunksKept = chunksKept;
		this.cached = cached;
	}

	/**
	 * Returns a cursor on chunks that are not older than what is in memory now.
	 * @return the cursor; the same one as before if nothing was dropped since
	 */
	ChunkCursor current() {
		ChunkCursor current = this.cursor;
		long now = this.heads.version();
		this.reopened = current == null || this.version != now;
		if (current == null || this.reopened) {
			close();
			this.version = now;
			current = new ChunkCursor(this.database, this.cached, this.buffer);
			this.chunksKept.use(current);
			this.cursor = current;
		}
		return current;
	}

	/**
	 * Returns whether the last call of {@link #current()} opened a new cursor.
	 * @return whether the cursor is new and stands nowhere yet
	 */
	boolean isReopened() {
		return this.reopened;
	}

	/**
	 * Returns whether no points have been dropped from memory since {@link #current()}.
	 * @return whether chunks and memory were seen as of one moment
	 */
	boolean isCurrent() {
		return this.heads.version() == this.version;
	}

	/**
	 * Returns the version of the heads in which the cursor was opened.
	 * @return the version
	 */
	long version() {
		return this.version;
	}

	// Returns whether there is a cursor, which keeps chunks.
	boolean isOpen() {
		return this.cursor != null;
	}

	/**
	 * Closes the cursor if there is one.
	 */
	void close() {
		if (this.cursor != null) {
			this.cursor = null;
			this.chunksKept.close();
		}
	}

	/**
	 * Releases memory that only long chunks need.
	 */
	void shrink() {
		this.buffer.shrink();
	}

}
