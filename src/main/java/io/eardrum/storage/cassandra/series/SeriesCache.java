package io.eardrum.storage.cassandra.series;

import java.util.List;
import java.util.function.IntFunction;

import org.jspecify.annotations.Nullable;

import io.eardrum.budget.HeapShare;
import io.eardrum.metric.SeriesKey;
import io.eardrum.storage.series.SeriesIndex;
import io.eardrum.storage.time.Retention;

/**
 * The series that are known to be registered, as many as fit into memory.
 * <p>
 * Safe for any number of threads. Finding a series of the younger generation takes no
 * lock and makes no object.
 * <p>
 * Implementation note: there are two generations. New series, and old ones that are
 * looked up, go into the younger generation. Once that is full, it becomes the older one,
 * and the previous older one is dropped. So the series that receive points stay, at the
 * cost of one addition for each generation.
 */
public final class SeriesCache {

	/** A generation counts as full when less than one of this many parts is free. */
	private static final int NEARLY = 8;

	private final Retention retention;

	private final int generationSize;

	private final HeapShare share;

	private final long generationBytes;

	private volatile Generations generations;

	/**
	 * Creates a cache.
	 * @param retention how long points are kept
	 * @param size how many series it holds at most, 2 or more
	 * @param share the share of the heap from which their memory is reserved
	 */
	public SeriesCache(Retention retention, int size, HeapShare share) {
		this.retention = retention;
		this.generationSize = size / 2;
		this.share = share;
		this.generationBytes = share.maxBytes() / 2;
		this.generations = new Generations(newGeneration(), newGeneration());
	}

	private SeriesIndex<KnownSeries> newGeneration() {
		return new SeriesIndex<>(this.share, this.generationBytes, KnownSeries.OBJECT_BYTES, 2);
	}

	/**
	 * Finds a series.
	 * @param bytes the array that holds the bytes of the key
	 * @param offset where they start
	 * @param length how many there are
	 * @param hash the hash of the key
	 * @return the series, or {@code null} if it is not known to be registered
	 */
	public @Nullable KnownSeries find(byte[] bytes, int offset, int length, int hash) {
		Generations current = this.generations;
		KnownSeries series = current.young.find(bytes, offset, length, hash);
		if (series != null) {
			return series;
		}
		KnownSeries old = current.old.find(bytes, offset, length, hash);
		return (old != null) ? promote(old) : null;
	}

	/**
	 * Finds a series.
	 * @param key the key
	 * @return the series, or {@code null} if it is not known to be registered
	 */
	public @Nullable KnownSeries find(SeriesKey key) {
		Generations current = this.generations;
		KnownSeries series = current.young.find(key);
		if (series != null) {
			return series;
		}
		KnownSeries old = current.old.find(key);
		return (old != null) ? promote(old) : null;
	}

	/**
	 * Adds a series that is registered.
	 * @param key the key
	 * @return the series
	 */
	public synchronized KnownSeries add(SeriesKey key) {
		KnownSeries known = find(key);
		if (known != null) {
			return known;
		}
		long seconds = this.retention.seconds(key);
		return add(key, (number) -> new KnownSeries(key, number, seconds));
	}

	private synchronized KnownSeries promote(KnownSeries old) {
		return add(old.key(), (number) -> new KnownSeries(old, number));
	}

	private KnownSeries add(SeriesKey key, IntFunction<KnownSeries> factory) {
		Generations current = this.generations;
		KnownSeries added = current.young.findOrAdd(key, this.generationSize, factory);
		if (added != null) {
			return added;
		}
		SeriesIndex<KnownSeries> next = newGeneration();
		this.generations = new Generations(next, current.young);
		current.old.release();
		return next.findOrAdd(key, factory);
	}

	/**
	 * Forgets a series, because it may not be registered any more.
	 * @param key the key
	 */
	public synchronized void remove(SeriesKey key) {
		Generations current = this.generations;
		for (SeriesIndex<KnownSeries> generation : List.of(current.young, current.old)) {
			KnownSeries known = generation.find(key);
			if (known != null) {
				generation.remove(known);
			}
		}
	}

	/**
	 * Forgets all series.
	 */
	public synchronized void clear() {
		Generations current = this.generations;
		this.generations = new Generations(newGeneration(), newGeneration());
		current.young.release();
		current.old.release();
	}

	/**
	 * Returns how long the points of a key are kept.
	 * @param key the key, registered or not
	 * @return the number of seconds, or 0 if for ever
	 */
	public long retentionSeconds(SeriesKey key) {
		return this.retention.seconds(key);
	}

	/**
	 * Returns whether there are points that expire.
	 * @return whether some series, registered or not, have a retention
	 */
	public boolean expires() {
		return this.retention.isLimited();
	}

	/**
	 * Returns whether one more series would soon make others be dropped.
	 * @return whether the younger generation is full
	 */
	public boolean isFull() {
		SeriesIndex<KnownSeries> young = this.generations.young;
		return young.size() >= this.generationSize || young.bytes() >= this.generationBytes / NEARLY * (NEARLY - 1);
	}

	/**
	 * Returns how many series are known. A series in both generations counts twice.
	 * @return the number of series
	 */
	public long size() {
		Generations current = this.generations;
		return (long) current.young.size() + current.old.size();
	}

	private record Generations(SeriesIndex<KnownSeries> young, SeriesIndex<KnownSeries> old) {
	}

}
