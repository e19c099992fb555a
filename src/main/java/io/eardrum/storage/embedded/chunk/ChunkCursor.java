package io.eardrum.storage.embedded.chunk;

import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;

import io.eardrum.storage.embedded.codec.CorruptStoreException;
import io.eardrum.storage.embedded.codec.PointColumns;
import io.eardrum.storage.embedded.rocksdb.ColumnFamily;
import io.eardrum.storage.embedded.rocksdb.Database;

/**
 * Moves over the chunks as they were when the cursor was opened.
 * <p>
 * Not safe for use by several threads at once. Must be closed while the store is open.
 */
public final class ChunkCursor implements AutoCloseable {

	private final Database database;

	private final ReadOptions options;

	private final RocksIterator iterator;

	private final PieceBuffer buffer;

	private final byte[] sought = new byte[ChunkKey.BYTES];

	private final byte[] key = new byte[ChunkKey.BYTES];

	private boolean valueRead;

	private boolean valid;

	private int piecesRead;

	private int pointsRead;

	private long bytesRead;

	/**
	 * Opens a cursor.
	 * @param database holds the chunks
	 * @param cached whether RocksDB should keep what is read in its cache
	 */
	public ChunkCursor(Database database, boolean cached) {
		this(database, cached, new PieceBuffer());
	}

	/**
	 * Opens a cursor.
	 * @param database holds the chunks
	 * @param cached whether RocksDB should keep what is read in its cache
	 * @param buffer no other cursor uses it until this one is closed
	 */
	ChunkCursor(Database database, boolean cached, PieceBuffer buffer) {
		this(database, new ReadOptions().setFillCache(cached), buffer);
	}

	/**
	 * Opens a cursor.
	 * @param database holds the chunks
	 * @param options how to read them; closed together with this cursor, and also if this
	 * constructor throws
	 */
	public ChunkCursor(Database database, ReadOptions options) {
		this(database, options, new PieceBuffer());
	}

	private ChunkCursor(Database database, ReadOptions options, PieceBuffer buffer) {
		this.database = database;
		this.options = options;
		this.buffer = buffer;
		try {
			this.iterator = database.iterator(ColumnFamily.CHUNKS, options);
		}
		catch (RuntimeException | Error ex) {
			// Every read ends here after a failed attempt to reopen RocksDB.
			options.close();
			throw ex;
		}
	}

	/**
	 * Moves to the first piece of the chunk in which a timestamp of a series lies, or to
	 * the first chunk of the series if the timestamp lies before all of them.
	 * @param series the number of the series
	 * @param timestamp the timestamp
	 * @return whether there is such a chunk
	 */
	public boolean seek(int series, long timestamp) {
		if (timestamp != Long.MIN_VALUE) {
			this.iterator.seekForPrev(ChunkKey.write(this.sought, series, timestamp, ChunkKey.LAST_PIECE));
			moved();
			if (this.valid && series() == series && piece() == 0) {
				return true;
			}
		}
		long start = (this.valid && timestamp != Long.MIN_VALUE && series() == series) ? start() : Long.MIN_VALUE;
		this.iterator.seek(ChunkKey.write(this.sought, series, start, 0));
		moved();
		return this.valid && series() == series;
	}

	/**
	 * Moves to the last piece of the chunk in which a timestamp of a series lies.
	 * @param series the number of the series
	 * @param timestamp the timestamp
	 * @return whether there is such a chunk; if not, the timestamp lies before all chunks
	 */
	boolean seekLastPiece(int series, long timestamp) {
		this.iterator.seekForPrev(ChunkKey.write(this.sought, series, timestamp, ChunkKey.LAST_PIECE));
		moved();
		return this.valid && series() == series;
	}

	/**
	 * Finds the highest timestamp of a series without decoding points.
	 * @param series the number of the series
	 * @return the timestamp, or {@link Long#MIN_VALUE} if the series has no chunk
	 */
	public long lastTimestamp(int series) {
		long last = Long.MIN_VALUE;
		boolean found = seekLastPiece(series, Long.MAX_VALUE);
		while (found) {
			last = Math.max(last, lastOfPiece());
			found = piece() > 0;
			if (found) {
				this.iterator.prev();
				moved();
				found = this.valid && series() == series;
			}
		}
		return last;
	}

	/**
	 * Finds the last point of a series up to a timestamp. The chunk in which the
	 * timestamp lies contains the point, because a chunk has a point at its start. Any
	 * piece of the chunk can contain it.
	 * @param series the number of the series
	 * @param timestamp the last timestamp that counts
	 * @param target becomes points of one piece, the last of which is the one sought
	 * @return whether there is such a point
	 */
	boolean seekLastPoint(int series, long timestamp, PointColumns target) {
		target.clear();
		if (!seekLastPiece(series, timestamp)) {
			return false;
		}
		long start = start();
		takeLater(timestamp, target);
		while (piece() > 0) {
			this.iterator.prev();
			moved();
			if (!this.valid || series() != series || start() != start) {
				throw new CorruptStoreException(
						"A chunk of series " + series + " in " + this.database.path() + " has lost its first pieces");
			}
			takeLater(timestamp, target);
		}
		return !target.isEmpty();
	}

	// Takes the points of a piece up to a timestamp if the last of them is later than
	// what was taken from the pieces behind it. Of two equal timestamps, the one in the
	// later piece counts.
	private void takeLater(long timestamp, PointColumns target) {
		long last = lastOfPiece();
		if (!target.isEmpty() && last <= target.last()) {
			return;
		}
		if (last <= timestamp) {
			target.clear();
			decode(target);
			return;
		}
		PointColumns piece = this.buffer.piece();
		piece.clear();
		decode(piece);
		piece.truncate(piece.indexBehind(timestamp));
		if (!piece.isEmpty() && (target.isEmpty() || piece.last() > target.last())) {
			target.clear();
			target.addAll(piece, 0, piece.size());
		}
	}

	public boolean next() {
		this.iterator.next();
		moved();
		return this.valid;
	}

	/**
	 * Moves to the first chunk of the store.
	 */
	public void seekToFirst() {
		this.iterator.seekToFirst();
		moved();
	}

	/**
	 * Continues with the chunks as they are now. A thread that writes chunks while it
	 * looks for others must call this now and then, because otherwise RocksDB steps over
	 * each chunk that is too new to be seen. The cursor stands nowhere afterwards.
	 */
	public void refresh() {
		try {
			this.iterator.refresh();
		}
		catch (RocksDBException ex) {
			throw this.database.failure("can't be read", ex);
		}
		this.valid = false;
	}

	public boolean isValid() {
		return this.valid;
	}

	public int series() {
		return ChunkKey.series(this.key);
	}

	public long start() {
		return ChunkKey.start(this.key);
	}

	public int piece() {
		return ChunkKey.piece(this.key);
	}

	public int pointsOfPiece() {
		read();
		return this.buffer.count();
	}

	public long lastOfPiece() {
		read();
		return this.buffer.last();
	}

	public int bytesOfPiece() {
		read();
		return this.buffer.length() + ChunkKey.BYTES;
	}

	/**
	 * Reads the chunk on whose first piece the cursor stands, and moves behind it.
	 * @param target becomes the points of the chunk
	 */
	public void readChunk(PointColumns target) {
		int series = series();
		long start = start();
		target.clear();
		decode(target);
		this.bytesRead = bytesOfPiece();
		this.piecesRead = 1;
		this.pointsRead = target.size();
		PointColumns piece = this.buffer.piece();
		PointColumns merged = this.buffer.merged();
		while (next() && series() == series && start() == start) {
			piece.clear();
			decode(piece);
			this.bytesRead += bytesOfPiece();
			this.piecesRead++;
			this.pointsRead += piece.size();
			if (piece.first() > target.last()) {
				target.addAll(piece, 0, piece.size());
			}
			else {
				merged.merge(target, piece, 0, piece.size());
				target.clear();
				target.addAll(merged, 0, merged.size());
			}
		}
	}

	/**
	 * Returns the number of pieces of the chunk that was read last.
	 * @return the number of pieces
	 */
	int piecesRead() {
		return this.piecesRead;
	}

	/**
	 * Returns how many points these pieces had in sum.
	 * @return the number of points, including those that were overwritten
	 */
	int pointsRead() {
		return this.pointsRead;
	}

	/**
	 * Returns how many bytes these pieces take.
	 * @return the number of bytes, before RocksDB compresses them
	 */
	long bytesRead() {
		return this.bytesRead;
	}

	private void decode(PointColumns target) {
		read();
		try {
			this.buffer.decode(target);
		}
		catch (CorruptStoreException ex) {
			throw new CorruptStoreException(
					"A chunk of series " + series() + " in " + this.database.path() + " is damaged: " + ex.getMessage(),
					ex);
		}
	}

	private void read() {
		if (this.valueRead) {
			return;
		}
		this.buffer.read(this.iterator);
		this.valueRead = true;
	}

	private void moved() {
		this.valueRead = false;
		this.valid = this.iterator.isValid();
		if (!this.valid) {
			try {
				// Without this check, a chunk that can't be read would look like the end.
				this.iterator.status();
			}
			catch (RocksDBException ex) {
				throw this.database.failure("can't be read", ex);
			}
			return;
		}
		this.iterator.key(this.key);
	}

	@Override
	public void close() {
		this.iterator.close();
		this.options.close();
	}

}
