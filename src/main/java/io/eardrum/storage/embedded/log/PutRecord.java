package io.eardrum.storage.embedded.log;

import org.jspecify.annotations.Nullable;

import io.eardrum.metric.PointBatch;
import io.eardrum.storage.embedded.codec.ByteReader;
import io.eardrum.storage.embedded.codec.ByteWriter;
import io.eardrum.storage.embedded.codec.CorruptStoreException;
import io.eardrum.storage.embedded.head.Series;

/**
 * The encoding of what is in the log. A batch of points is the number of points, and then
 * for each point the number of its series, the difference to the previous timestamp, and
 * the value. A deletion is a 0, then its kind, the first and the last timestamp, the
 * number of series, and the number of each of them.
 */
public final class PutRecord {

	/** The greatest length of a point: series, timestamp and value. */
	private static final int MAX_POINT_BYTES = 5 + 10 + Long.BYTES;

	/**
	 * Stands where a batch has its number of points, which is 0 only if nothing follows.
	 */
	private static final int DELETION = 0;

	private static final int POINTS = 1;

	private static final int SERIES = 2;

	private PutRecord() {
	}

	/**
	 * Appends a record of a deletion.
	 * @param series the numbers of the series
	 * @param from the first timestamp that is deleted
	 * @param to the last timestamp that is deleted
	 * @param removed whether the series are removed, because no points are left
	 * @param target takes the bytes
	 */
	static void encodeDeletion(int[] series, long from, long to, boolean removed, ByteWriter target) {
		target.writeVarint(DELETION);
		target.writeVarint(removed ? SERIES : POINTS);
		target.writeZigzag(from);
		target.writeZigzag(to);
		target.writeVarint(series.length);
		for (int number : series) {
			target.writeVarint(number);
		}
	}

	/**
	 * Appends a record.
	 * @param batch the points
	 * @param series the series of each point; {@code null} for points that are left out
	 * @param target takes the bytes
	 */
	static void encode(PointBatch batch, @Nullable Series[] series, ByteWriter target) {
		int size = batch.size();
		target.reserve(5 + Math.multiplyExact(size, MAX_POINT_BYTES));
		target.writeVarint(size - batch.refusedCount());
		long previous = 0;
		for (int i = 0; i < size; i++) {
			Series taker = series[i];
			if (taker == null) {
				continue;
			}
			long timestamp = batch.timestamp(i);
			target.writeVarint(taker.number());
			target.writeZigzag(timestamp - previous);
			target.writeLongLittleEndian(Double.doubleToRawLongBits(batch.value(i)));
			previous = timestamp;
		}
	}

	/**
	 * Reads a record.
	 * @param source its bytes
	 * @param target takes the points, in the order in which they were put
	 * @throws CorruptStoreException if the bytes are not a record
	 */
	public static void decode(ByteReader source, Target target) {
		long size = source.readVarint();
		if (size < 0) {
			throw new CorruptStoreException("a record of the log has " + size + " points");
		}
		if (size == DELETION && source.remaining() > 0) {
			decodeDeletion(source, target);
			requireEnd(source);
			return;
		}
		long timestamp = 0;
		for (long i = 0; i < size; i++) {
			int series = readSeries(source);
			timestamp += source.readZigzag();
			target.accept(series, timestamp, Double.longBitsToDouble(source.readLongLittleEndian()));
		}
		requireEnd(source);
	}

	private static void decodeDeletion(ByteReader source, Target target) {
		long kind = source.readVarint();
		if (kind != POINTS && kind != SERIES) {
			throw new CorruptStoreException("a record of the log is of an unknown kind: " + kind);
		}
		long from = source.readZigzag();
		long to = source.readZigzag();
		if (from > to) {
			throw new CorruptStoreException("a record of the log deletes from " + from + " to " + to);
		}
		long count = source.readVarint();
		for (long i = 0; i != count; i++) {
			target.delete(readSeries(source), from, to, kind == SERIES);
		}
	}

	private static int readSeries(ByteReader source) {
		long series = source.readVarint();
		if (series < 0 || series > Integer.MAX_VALUE) {
			throw new CorruptStoreException("a record of the log names series " + series);
		}
		return (int) series;
	}

	private static void requireEnd(ByteReader source) {
		if (source.remaining() != 0) {
			throw new CorruptStoreException("a record of the log has " + source.remaining() + " bytes too many");
		}
	}

	/**
	 * Takes the content of a record.
	 */
	public interface Target {

		/**
		 * Takes the next point.
		 * @param series the number of its series
		 * @param timestamp its timestamp
		 * @param value its value
		 */
		void accept(int series, long timestamp, double value);

		/**
		 * Takes a deletion from one series.
		 * @param series the number of the series
		 * @param from the first timestamp
		 * @param to the last timestamp, not before the first
		 * @param removed whether the series is removed
		 */
		void delete(int series, long from, long to, boolean removed);

	}

}
