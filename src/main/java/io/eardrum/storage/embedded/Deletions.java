package io.eardrum.storage.embedded;

import java.util.List;
import java.util.function.Supplier;

import io.eardrum.metric.SeriesKey;
import io.eardrum.metric.TimeRange;
import io.eardrum.storage.StorageException;
import io.eardrum.storage.embedded.chunk.LastPointReader;
import io.eardrum.storage.embedded.head.DeletedRanges;
import io.eardrum.storage.embedded.head.Head;
import io.eardrum.storage.embedded.head.Series;
import io.eardrum.storage.embedded.log.Committer;
import io.eardrum.storage.embedded.log.HeadMemoryLimit;
import io.eardrum.storage.embedded.log.PendingDeletion;
import io.eardrum.storage.embedded.rocksdb.UseGuard;
import io.eardrum.storage.series.SeriesIndex;

/**
 * Deletes points. A deletion goes into the log like a put, in the same line. Points in
 * memory are gone at once. Those in chunks are hidden from readers, and the next
 * checkpoint removes them. A series that has no point left is removed.
 * <p>
 * Safe for any number of threads.
 */
final class Deletions {

	/** How many points of a series in memory are too many to be copied. */
	private static final int MANY_POINTS = 1 << 16;

	/** How many deleted ranges of a series are too many to be kept in memory. */
	private static final int MANY_RANGES = 1 << 10;

	private final SeriesIndex<Series> index;

	private final Committer committer;

	private final HeadMemoryLimit headMemoryLimit;

	private final UseGuard guard;

	private final Runnable checkpoint;

	private final Supplier<LastPointReader> readers;

	/**
	 * Creates the deletions of a store.
	 * @param engine the store
	 * @param readers makes readers, for threads that have entered the guard
	 */
	Deletions(StoreEngine engine, Supplier<LastPointReader> readers) {
		this.index = engine.index();
		this.committer = engine.committer();
		this.headMemoryLimit = engine.headMemoryLimit();
		this.guard = engine.guard();
		this.checkpoint = engine.checkpointScheduler()::checkpointNow;
		this.readers = readers;
	}

	/**
	 * Deletes points of some series.
	 * @param keys the keys of the series
	 * @param range the timestamps to delete
	 * @throws StorageException if the deletion could not be written
	 */
	void delete(List<SeriesKey> keys, TimeRange range) {
		makeRoom(keys);
		int generation = this.guard.enter();
		try {
			PendingDeletion deletion = PendingDeletion.of(keys, range);
			commit(deletion);
			if (!range.equals(TimeRange.ALL)) {
				removeEmpty(deletion.series());
			}
		}
		finally {
			this.guard.leave(generation);
		}
	}

	private void commit(PendingDeletion deletion) {
		try {
			this.committer.commit(deletion);
		}
		finally {
			this.headMemoryLimit.force(deletion.grown());
		}
	}

	// A deletion copies what stays of a series in memory.
	private void makeRoom(List<SeriesKey> keys) {
		for (SeriesKey key : keys) {
			Series series = this.index.find(key);
			Head head = (series != null) ? series.head() : null;
			if (head != null && isLarge(head)) {
				this.checkpoint.run();
				return;
			}
		}
	}

	private static boolean isLarge(Head head) {
		DeletedRanges deleted = head.deleted();
		return head.size() > MANY_POINTS || (deleted != null && deleted.count() > MANY_RANGES);
	}

	private void removeEmpty(List<Series> candidates) {
		List<SeriesKey> empty = candidates.stream().filter(this::isEmpty).map(Series::key).toList();
		if (!empty.isEmpty()) {
			commit(PendingDeletion.ofEmpty(empty, this::isEmpty));
		}
	}

	// A series that can't be read stays.
	private boolean isEmpty(Series series) {
		try (LastPointReader reader = this.readers.get()) {
			return reader.isEmpty(series);
		}
		catch (StorageException ex) {
			return false;
		}
	}

}
