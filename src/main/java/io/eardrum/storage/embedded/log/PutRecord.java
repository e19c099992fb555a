package io.eardrum.storage.embedded.log;

import org.jspecify.annotations.Nullable;

import io.eardrum.metric.PointBatch;
import io.eardrum.storage.embedded.codec.ByteReader;
import io.eardrum.storage.embedded.codec.ByteWriter;
import io.eardrum.storage.embedded.codec.CorruptStoreException;
import io.eardrum.storage.embedded.head.Series;

/**
 * The encoding of a batch of points in the log: the number of points, and then for each
 * point the number of its series, the difference to the previous timestamp, and the
 * value.
 */
public final class PutRecord {

	/** The greatest length of a point: series, timestamp and value. */
	private static final int MAX_POINT_BYTES = 5 + 10 + Long.BYTES;

	private PutRecord() {
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
		long timestamp = 0;
		for (long i = 0; i < size; i++) {
			long series = source.readVarint();
			timestamp += source.readZigzag();
			if (series < 0 || series > Integer.MAX_VALUE) {
				throw new CorruptStoreException("a record of the log names series " + series);
			}
			target.accept((int) series, timestamp, Double.longBitsToDouble(source.readLongLittleEndian()));
		}
		if (source.remaining() != 0) {
			throw new CorruptStoreException("a record of the log has " + source.remaining() + " bytes too many");
		}
	}

	/**
	 * Takes the points of a record.
	 */
	@FunctionalInterface
	public interface Target {

		/**
		 * Takes the next point.
		 * @param series the number of its series
		 * @param timestamp its timestamp
		 * @param value its value
		 */
		void accept(int series, long timestamp, double value);

	}

}
