package io.eardrum.storage;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Predicate;

import org.jspecify.annotations.Nullable;

import io.eardrum.metric.Point;
import io.eardrum.metric.PointBatch;
import io.eardrum.metric.PointSink;
import io.eardrum.metric.SeriesKey;
import io.eardrum.metric.TimeRange;
import io.eardrum.metric.pattern.KeySelection;

/**
 * Stores points. This is the port that every engine implements.
 * <p>
 * A series has one point for each timestamp: the last one that was put. Series are
 * ordered by their first put. Any number of threads may call the methods at once, and the
 * methods may block. A {@link StorageException} means that the store can't serve the
 * request now; a later one may succeed.
 */
public interface MetricRepository {

	/**
	 * Stores points. When this method returns, all of them are as safe as the
	 * configuration of this store asks for, and every read that starts afterwards sees
	 * them. If a key and timestamp occur twice in a batch, the later point wins. Points
	 * that have been {@linkplain PointBatch#refuse refused} are left out. Points of a new
	 * series for which there is no room are refused by this call, and the others are
	 * stored.
	 * @param batch the points; the store no longer uses the batch once this method
	 * returns
	 * @throws StorageException if not all of them could be stored. Each point of the
	 * batch may then have been stored or not, as if the answer had been lost on its way.
	 * No point is stored in part
	 */
	void put(PointBatch batch);

	/**
	 * Deletes the points that some series have in a range. When this method returns, that
	 * is as safe as the configuration of this store asks for: no read that starts
	 * afterwards sees one of these points, and none of them comes back after a crash.
	 * Points that are put afterwards are not touched. A series that has no point left is
	 * gone: it is in no list, and once put again it is the newest.
	 * @param keys the keys of the series; an unknown one has nothing to delete
	 * @param range the timestamps to delete
	 * @throws StorageException if not all of them could be deleted. Each point may then
	 * have been deleted or not
	 */
	void delete(List<SeriesKey> keys, TimeRange range);

	/**
	 * Reads one series, ascending by timestamp, as it was at one moment between the call
	 * and the first block. Memory stays bounded however long the series is, and no lock
	 * is held while the sink works. A store that fetches a series in pieces from other
	 * machines can't show it as of one moment; such a store documents what it guarantees
	 * instead.
	 * @param key the key of the series; an unknown one has no points
	 * @param range the timestamps to read
	 * @param sink takes the points
	 * @throws IOException if the sink throws it
	 * @throws StorageException if the store can't be read
	 */
	void read(SeriesKey key, TimeRange range, PointSink sink) throws IOException;

	/**
	 * Begins to {@linkplain #read read} a series, and does not wait for it. So one thread
	 * can have many reads on their way to other machines. It sees every put that was
	 * answered before this call.
	 * @param key the key of the series
	 * @param range the timestamps to read
	 * @return the read, or {@code null} if the caller is to use {@code read}: because
	 * this store is on this machine and is quick, because it has too many reads on their
	 * way, or because it can't be reached
	 */
	default @Nullable PendingRead beginRead(SeriesKey key, TimeRange range) {
		return null;
	}

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
	 * Passes on the key of each series, in the order of their first put.
	 * @param consumer takes the keys
	 * @throws StorageException if the store can't be read
	 */
	void forEachKey(Consumer<SeriesKey> consumer);

	/**
	 * Passes on the keys that are selected, in the order of their first put. Others may
	 * come between them, because a store uses the selection only as far as it makes the
	 * walk shorter.
	 * @param selection what is wanted
	 * @param consumer takes the keys
	 * @throws StorageException if the store can't be read
	 */
	default void forEachKey(KeySelection selection, Consumer<SeriesKey> consumer) {
		forEachKey(consumer);
	}

	/**
	 * Reads the last point of a series: the newest that is not beyond the
	 * {@linkplain Horizon horizon} of this machine's clock, or the newest of all if all
	 * of them are beyond it. This takes about the same time however long the series is.
	 * If points in the future have to be passed over, it takes longer by a look at the
	 * points in memory.
	 * @param key the key of the series
	 * @return its last point, or {@code null} if it has none
	 * @throws StorageException if the store can't be read
	 */
	@Nullable Point last(SeriesKey key);

	/**
	 * Begins to read the {@linkplain #last last} point of a series, like
	 * {@link #beginRead}.
	 * @param key the key of the series
	 * @return the read, which passes on one point at most, or {@code null} if the caller
	 * is to use {@code last}
	 */
	default @Nullable PendingRead beginLast(SeriesKey key) {
		return null;
	}

	/**
	 * Passes on the {@linkplain #last last} point of some series, in the order of their
	 * first put, each as of a moment of its own. No lock is held while the consumer
	 * works.
	 * @param wanted called for each series, in order; returns whether it is to be read.
	 * Series that are not read cost next to nothing
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
	 * Passes on the {@linkplain #last last} point of some of the series that are
	 * selected, as {@link #forEachLast(Predicate, LastPointConsumer)} does.
	 * @param selection the series for which {@code wanted} has to be called; it may be
	 * called for others
	 * @param wanted called for each of them, in order; returns whether it is to be read
	 * @param consumer takes the points
	 * @throws IOException if the consumer throws it
	 * @throws StorageException if the store can't be read
	 */
	default void forEachLast(KeySelection selection, Predicate<SeriesKey> wanted, LastPointConsumer consumer)
			throws IOException {
		forEachLast(wanted, consumer);
	}

	/**
	 * Returns how many series there are.
	 * @return the number of series
	 * @throws StorageException if the store can't be read
	 */
	long seriesCount();

	/**
	 * Returns which series have points that are too far ahead of the clock, as of some
	 * seconds or minutes ago. It is quick and never throws.
	 * @return the series, or {@code null} if this store does not look for them
	 */
	default @Nullable SeriesAhead seriesAhead() {
		return null;
	}

	/**
	 * Returns the state of this store, for the health endpoint. It is quick and never
	 * throws.
	 * @return the state as of now
	 */
	StorageStatus status();

}
