package io.eardrum.storage;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.function.Consumer;
import java.util.function.Predicate;

import org.jspecify.annotations.Nullable;

import io.eardrum.metric.Point;
import io.eardrum.metric.PointBatch;
import io.eardrum.metric.PointSink;
import io.eardrum.metric.SeriesKey;
import io.eardrum.metric.TimeRange;

/**
 * Keeps points. This is the port that every engine implements.
 * <p>
 * Within a series there is one point a timestamp: the last one that was put. Series are
 * ordered by their first put. All methods may be called by any number of threads at once,
 * and may block. A {@link StorageException} means that the store can't serve the request
 * now; a later one may succeed.
 */
public interface MetricRepository {

	/**
	 * Stores points. When this method returns, all of them are stored as safely as this
	 * store is configured to, and every read that starts afterwards sees them. Where a
	 * key and timestamp come twice in a batch, the later one wins. Points that have been
	 * {@linkplain PointBatch#refuse refused} are left out. Points of a new series for
	 * which there is no room are refused now, and the others are stored.
	 * @param batch the points; this store does not use it any more once this returns
	 * @throws StorageException if not all of them could be stored. Each point of the
	 * batch may then have been stored or not, as if the answer had been lost on its way;
	 * none is stored in part
	 */
	void put(PointBatch batch);

	/**
	 * Reads one series, ascending by timestamp, as it was at one moment between the call
	 * and the first block. Memory stays bounded however long the series is, and no lock
	 * is held while the sink works. A store that fetches a series in pieces from other
	 * machines, and can't keep a moment for it, says what it keeps instead.
	 * @param key the key of the series; an unknown one has no points
	 * @param range the timestamps to read
	 * @param sink takes the points
	 * @throws IOException if the sink throws it
	 * @throws StorageException if the store can't be read
	 */
	void read(SeriesKey key, TimeRange range, PointSink sink) throws IOException;

	/**
	 * Reads all series, in the order of their first put, each as {@link #read} does and
	 * as of a moment of its own.
	 * @param range the timestamps to read
	 * @param sink takes the points
	 * @throws IOException if the sink throws it
	 * @throws StorageException if the store can't be read
	 */
	void readAll(TimeRange range, PointSink sink) throws IOException;

	/**
	 * Passes the key of each series on, in the order of their first put.
	 * @param consumer takes the keys
	 * @throws StorageException if the store can't be read
	 */
	void forEachKey(Consumer<SeriesKey> consumer);

	/**
	 * Reads the last point of a series: the newest that is not behind the
	 * {@linkplain Horizon horizon} of this machine's clock, and if all are, the newest of
	 * them. Takes about as long however long the series is; where points in the future
	 * have to be passed over, longer by a look at what is in memory.
	 * @param key the key of the series
	 * @return its last point, or {@code null} if it has none
	 * @throws StorageException if the store can't be read
	 */
	@Nullable Point last(SeriesKey key);

	/**
	 * Passes the {@linkplain #last last} point of some series on, in the order of their
	 * first put, each as of a moment of its own. No lock is held while the consumer
	 * works.
	 * @param wanted is asked of each series, in order, whether it is to be read; those
	 * that are not cost next to nothing
	 * @param consumer takes the points
	 * @throws IOException if the consumer throws it
	 * @throws StorageException if the store can't be read
	 */
	default void forEachLast(Predicate<SeriesKey> wanted, LastPointConsumer consumer) throws IOException {
		try {
			forEachKey((key) -> {
				if (wanted.test(key)) {
					try {
						consumer.accept(key, last(key));
					}
					catch (IOException ex) {
						throw new UncheckedIOException(ex);
					}
				}
			});
		}
		catch (UncheckedIOException ex) {
			throw ex.getCause();
		}
	}

	/**
	 * Returns how many series there are.
	 * @return the number of series
	 * @throws StorageException if the store can't be read
	 */
	long seriesCount();

	/**
	 * Returns which series have points that are too far ahead of the clock, as of some
	 * seconds or minutes ago. Quick, and never throws.
	 * @return the series, or {@code null} if this store does not look for them
	 */
	default @Nullable SeriesAhead seriesAhead() {
		return null;
	}

	/**
	 * Returns the state of this store, for the health endpoint. Quick, and never throws.
	 * @return the state as of now
	 */
	StorageStatus status();

}
