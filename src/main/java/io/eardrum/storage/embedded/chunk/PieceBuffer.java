package io.eardrum.storage.embedded.chunk;

import org.rocksdb.RocksIterator;

import io.eardrum.storage.embedded.codec.ByteReader;
import io.eardrum.storage.embedded.codec.ChunkDecoder;
import io.eardrum.storage.embedded.codec.PointColumns;

/**
 * The memory that a {@link ChunkCursor} needs: the bytes of one piece, and what decoding
 * it takes. One cursor after the other can use it, because a reader of many short series
 * would spend most of its time on clearing new memory.
 * <p>
 * Used by one thread at a time.
 */
final class PieceBuffer {

	private static final int FIRST_LENGTH = 4096;

	/** More than almost all pieces have. Longer ones are not kept. */
	private static final int MAX_KEPT_LENGTH = 64 * 1024;

	private static final int MAX_KEPT_POINTS = 2048;

	private final ChunkDecoder decoder = new ChunkDecoder();

	private byte[] value = new byte[FIRST_LENGTH];

	private int length;

	/** The points of a piece, and of all pieces before it. */
	private final PointColumns piece = new PointColumns(64);

	private final PointColumns merged = new PointColumns(64);

	/**
	 * Takes the value on which an iterator stands.
	 * @param iterator the iterator
	 */
	void read(RocksIterator iterator) {
		this.length = iterator.value(this.value);
		if (this.length > this.value.length - ByteReader.SLACK) {
			this.value = new byte[this.length + this.length / 2 + ByteReader.SLACK];
			this.length = iterator.value(this.value);
		}
	}

	int length() {
		return this.length;
	}

	int count() {
		return this.decoder.count(this.value, this.length);
	}

	long last() {
		return this.decoder.last(this.value, this.length);
	}

	/**
	 * Appends the points of the piece.
	 * @param target takes the points
	 */
	void decode(PointColumns target) {
		this.decoder.decode(this.value, this.length, target);
	}

	PointColumns piece() {
		return this.piece;
	}

	PointColumns merged() {
		return this.merged;
	}

	/**
	 * Releases memory that only long pieces need.
	 */
	void shrink() {
		if (this.value.length > MAX_KEPT_LENGTH) {
			this.value = new byte[FIRST_LENGTH];
		}
		this.piece.clear(MAX_KEPT_POINTS);
		this.merged.clear(MAX_KEPT_POINTS);
	}

}
