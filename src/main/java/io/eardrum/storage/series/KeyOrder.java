package io.eardrum.storage.series;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.IntSupplier;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

import io.eardrum.budget.HeapShare;
import io.eardrum.budget.ThreadShortage;
import io.eardrum.metric.pattern.KeySelection;

/**
 * Finds series of an index by patterns, without a look at all of them. It keeps the
 * series in the order of their keys, but for the newest ones, at which every search
 * looks. When there are many of those, a search lets another thread sort them in, and
 * goes on without waiting for it.
 * <p>
 * A search in which too many keys would have to be looked at is faster as a walk over all
 * series, and becomes one. So does a search before the first series have been sorted, and
 * one for which memory is lacking.
 * <p>
 * Memory: 4 bytes for each series, from the first search on, and 10 bytes more while a
 * series is sorted in. A search takes two bytes for each series at most. All of it is
 * reserved before it is allocated.
 * <p>
 * <em>Threads</em>: any number may search. Series are added and removed under the lock of
 * the index.
 *
 * @param <S> the type of the entries
 */
final class KeyOrder<S extends IndexedSeries> {

	/** How many of the newest series are looked at one by one, at most. */
	static final int MAX_NEWEST = 4096;

	/** One series of so many may be found or looked at in a search, at most. */
	private static final int MAX_FOUND_SHARE = 8;

	/** As many more may be among the newest ones as there are sorted ones for each. */
	private static final int NEWEST_SHARE = 128;

	private static final int MIN_FOUND = 1024;

	/** More removals than that make it pointless to go on sorting. */
	private static final int MAX_REMOVED = 1 << 16;

	private final Object lock;

	private final Supplier<SeriesListing<S>> listing;

	private final IntSupplier nextNumber;

	private final @Nullable HeapShare share;

	private final int maxNewest;

	private final Executor executor;

	/** Used under the lock of the index, like the fields that follow. */
	private final ReservedMemory memory;

	/** Written under the lock of the index. */
	private volatile SortedSeries sorted = SortedSeries.NONE;

	/** Written under the lock of the index. */
	private volatile boolean sorting;

	/**
	 * The series that have been removed while others are being sorted in, or {@code null}
	 * if there are too many.
	 */
	private @Nullable List<IndexedSeries> removed;

	private boolean released;

	/**
	 * Creates an order without series.
	 * @param lock the lock of the index
	 * @param listing returns the series of the index
	 * @param nextNumber returns the number of the next series of the index
	 * @param share the share from which memory is reserved, or {@code null} to count none
	 * @param maxNewest how many of the newest series are looked at one by one
	 * @param executor sorts series
	 */
	KeyOrder(Object lock, Supplier<SeriesListing<S>> listing, IntSupplier nextNumber, @Nullable HeapShare share,
			int maxNewest, Executor executor) {
		this.lock = lock;
		this.listing = listing;
		this.nextNumber = nextNumber;
		this.share = share;
		this.maxNewest = maxNewest;
		this.executor = executor;
		this.memory = new ReservedMemory(share);
	}

	/**
	 * Runs a task in a thread of its own.
	 * @param task sorts series
	 */
	static void inNewThread(Runnable task) {
		Thread thread = new Thread(task, "eardrum-key-order");
		thread.setDaemon(true);
		thread.start();
	}

	/**
	 * Finds series.
	 * @param selection what is wanted
	 * @param end the number of the first series that is not wanted
	 * @return the series in the order of their numbers, those that are wanted and perhaps
	 * others
	 */
	SeriesWalk<S> select(KeySelection selection, int end) {
		// Comes first, so that a series is in one of the two whatever is done meanwhile.
		SortedSeries known = this.sorted;
		SeriesListing<S> all = this.listing.get();
		if (!selection.isAll()) {
			int newest = all.placeFrom(known.endNumber());
			if (all.size() - newest > this.maxNewest + known.size() / NEWEST_SHARE) {
				sortNewest();
			}
			FoundSeries found = (known.size() > 0) ? find(selection, known) : null;
			if (found != null) {
				return new SeriesWalk<>(found, all, newest, end);
			}
		}
		return new SeriesWalk<>(null, all, 0, end);
	}

	private @Nullable FoundSeries find(KeySelection selection, SortedSeries known) {
		int max = MIN_FOUND + known.size() / MAX_FOUND_SHARE;
		FoundSeries found = new FoundSeries(known, max, this.share);
		boolean complete = false;
		try {
			complete = selection.find(known, max, found);
			found.sort();
		}
		finally {
			if (!complete) {
				found.close();
			}
		}
		return complete ? found : null;
	}

	private void sortNewest() {
		if (this.sorting) {
			return;
		}
		SortedSeries known;
		SeriesListing<S> all;
		int first;
		int count;
		int end;
		synchronized (this.lock) {
			known = this.sorted;
			all = this.listing.get();
			end = this.nextNumber.getAsInt();
			first = all.placeFrom(known.endNumber());
			count = all.size() - first;
			// Each of the newest has a place in a list, in the order, and half a one to
			// sort with.
			if (this.sorting || this.released
					|| !this.memory.tryReserve(2 * known.bytes() + SortedSeries.bytes(count) * 5 / 2)) {
				return;
			}
			this.sorting = true;
			this.removed = new ArrayList<>();
		}
		boolean begun = false;
		try {
			this.executor.execute(() -> sort(known, newest(all, first, count), end));
			begun = true;
		}
		catch (RuntimeException | Error ex) {
			ThreadShortage.require(ex);
		}
		finally {
			if (!begun) {
				end();
			}
		}
	}

	private void sort(SortedSeries known, IndexedSeries[] newest, int end) {
		try {
			SortedSeries merged = known.and(newest, end);
			synchronized (this.lock) {
				if (this.removed != null && !this.released) {
					this.removed.forEach(merged::remove);
					this.sorted = merged;
				}
			}
		}
		finally {
			end();
		}
	}

	private void end() {
		synchronized (this.lock) {
			this.removed = null;
			this.sorting = false;
			this.memory.releaseDownTo(this.sorted.bytes());
		}
	}

	private IndexedSeries[] newest(SeriesListing<S> all, int first, int count) {
		IndexedSeries[] newest = new IndexedSeries[count];
		int size = 0;
		for (int place = first; place < first + count; place++) {
			S entry = all.get(place);
			if (entry != null) {
				newest[size++] = entry;
			}
		}
		return (size < count) ? Arrays.copyOf(newest, size) : newest;
	}

	/**
	 * Forgets a series that has been removed from the index. Called under its lock.
	 * @param series the series
	 */
	void removed(S series) {
		SortedSeries known = this.sorted;
		if (series.number() < known.endNumber()) {
			known.remove(series);
			// The index has just given back more than a gap takes.
			this.memory.reserve(known.bytes(), true);
		}
		if (this.sorting) {
			noteRemoved(series);
		}
		else if (known.gaps() > this.maxNewest + known.size() / 4
				|| (known.gaps() == known.size() && known.size() > 0)) {
			withoutGaps(known);
		}
	}

	private void noteRemoved(S series) {
		List<IndexedSeries> noted = this.removed;
		if (noted != null && noted.size() < MAX_REMOVED) {
			noted.add(series);
		}
		else {
			this.removed = null;
		}
	}

	private void withoutGaps(SortedSeries known) {
		boolean room = this.memory.tryReserve(2 * known.bytes());
		this.sorted = room ? known.and(new IndexedSeries[0], known.endNumber()) : SortedSeries.NONE;
		this.memory.releaseDownTo(this.sorted.bytes());
	}

	/**
	 * Releases the memory of this order, which must not be searched any more. Called
	 * under the lock of the index.
	 */
	void release() {
		this.released = true;
		this.sorted = SortedSeries.NONE;
		this.memory.releaseDownTo(0);
	}

}
