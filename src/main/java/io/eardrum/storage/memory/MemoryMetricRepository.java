package io.eardrum.storage.memory;

import java.io.IOException;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.function.Predicate;

import org.jspecify.annotations.Nullable;

import io.eardrum.budget.HeapBudget;
import io.eardrum.budget.HeapShare;
import io.eardrum.budget.HeapUse;
import io.eardrum.metric.Point;
import io.eardrum.metric.PointBatch;
import io.eardrum.metric.PointSink;
import io.eardrum.metric.SeriesKey;
import io.eardrum.metric.TimeRange;
import io.eardrum.metric.pattern.KeySelection;
import io.eardrum.storage.Horizon;
import io.eardrum.storage.LastPointConsumer;
import io.eardrum.storage.MetricRepository;
import io.eardrum.storage.SeriesAhead;
import io.eardrum.storage.StorageStatus;
import io.eardrum.storage.series.SeriesIndex;
import io.eardrum.storage.series.SeriesListing;
import io.eardrum.storage.series.SeriesWalk;

/**
 * Keeps all points on the heap, for as long as the process lives.
 * <p>
 * <em>Threads</em>: finding a series takes no lock. Each series has its own lock, which
 * is held while one point is put or a snapshot is taken, so threads wait for each other
 * only if they use the same series at the same moment. No lock is held while a sink
 * works.
 * <p>
 * <em>Memory</em>: 16 to 24 bytes for each point, and about 140 bytes and the key for
 * each series. Measured, with compressed references and keys of 23 bytes: 179 bytes for a
 * series of one point (a million of them), 341 for one of 10 points, 2392 for one of 100,
 * and 19.1 bytes a point in a series of ten million. All of it is reserved from the heap
 * budget; a put that finds nothing left there is refused.
 */
public final class MemoryMetricRepository implements MetricRepository {

	/**
	 * The time after which the series that are ahead are looked for again.
	 */
	private static final long AHEAD_MILLIS = 10_000;

	private final int maxSeries;

	private final Clock clock;

	private final HeapShare memory;

	private final SeriesIndex<MemorySeries> index;

	private final LongAdder points = new LongAdder();

	/** Guards the result of the last search for series that are ahead. */
	private final Object aheadLock = new Object();

	private SeriesAhead ahead = SeriesAhead.NONE;

	/** When that search was made. */
	private long aheadMillis = Long.MIN_VALUE;

	/**
	 * Creates a store without a limit on the number of series.
	 */
	public MemoryMetricRepository() {
		this(Integer.MAX_VALUE, Clock.systemUTC());
	}

	/**
	 * Creates a store.
	 * @param maxSeries how many series it takes
	 * @param clock the clock that decides which points are in the future
	 */
	public MemoryMetricRepository(int maxSeries, Clock clock) {
		this(maxSeries, clock, HeapBudget.unlimited());
	}

	/**
	 * Creates a store.
	 * @param maxSeries how many series it takes
	 * @param clock the clock that decides which points are in the future
	 * @param budget the heap budget, from which all memory is reserved
	 */
	public MemoryMetricRepository(int maxSeries, Clock clock, HeapBudget budget) {
		this.maxSeries = maxSeries;
		this.clock = clock;
		this.memory = budget.share(HeapUse.POINTS);
		this.index = new SeriesIndex<>(budget.share(HeapUse.SERIES), Long.MAX_VALUE, MemorySeries.OBJECT_BYTES, 1);
	}

	/**
	 * {@inheritDoc} If memory runs out within a batch, the points before that place are
	 * kept.
	 */
	@Override
	public void put(PointBatch batch) {
		byte[] keyBytes = batch.keyBytes();
		long added = 0;
		for (int i = 0; i < batch.size(); i++) {
			if (batch.isRefused(i)) {
				continue;
			}
			MemorySeries series = this.index.find(keyBytes, batch.keyOffset(i), batch.keyLength(i), batch.keyHash(i));
			int more = (series != null) ? series.put(batch.timestamp(i), batch.value(i), this.memory) : -1;
			while (more < 0) {
				// A series that has just been removed is soon no longer found.
				series = add(batch.key(i));
				if (series == null) {
					batch.refuse(i, PointBatch.Refusal.TOO_MANY_SERIES);
					break;
				}
				more = series.put(batch.timestamp(i), batch.value(i), this.memory);
			}
			added += Math.max(0, more);
		}
		this.points.add(added);
	}

	@Override
	public void delete(List<SeriesKey> keys, TimeRange range) {
		for (SeriesKey key : keys) {
			MemorySeries series = this.index.find(key);
			if (series != null) {
				this.points.add(-series.delete(range, this.memory));
				if (series.isRemoved()) {
					this.index.remove(series);
				}
			}
		}
	}

	private @Nullable MemorySeries add(SeriesKey key) {
		return this.index.findOrAdd(key, this.maxSeries, (number) -> new MemorySeries(key, number));
	}

	@Override
	public void read(SeriesKey key, TimeRange range, PointSink sink) throws IOException {
		read(this.index.find(key), range, sink);
	}

	@Override
	public void readAll(TimeRange range, PointSink sink) throws IOException {
		SeriesListing<MemorySeries> all = this.index.listing();
		for (int i = 0; i < all.size(); i++) {
			read(all.get(i), range, sink);
		}
	}

	private void read(@Nullable MemorySeries series, TimeRange range, PointSink sink) throws IOException {
		if (series == null) {
			return;
		}
		MemorySeries.View view = series.view(this.memory);
		if (view.replaced() > 0) {
			this.points.add(-view.replaced());
		}
		view.points().read(series.key(), range, sink);
	}

	@Override
	public void forEachKey(Consumer<SeriesKey> consumer) {
		forEachKey(KeySelection.ALL, consumer);
	}

	@Override
	public void forEachKey(KeySelection selection, Consumer<SeriesKey> consumer) {
		try (SeriesWalk<MemorySeries> selected = select(selection)) {
			for (MemorySeries series = selected.next(); series != null; series = selected.next()) {
				consumer.accept(series.key());
			}
		}
	}

	private SeriesWalk<MemorySeries> select(KeySelection selection) {
		return this.index.select(selection, Integer.MAX_VALUE);
	}

	@Override
	public @Nullable Point last(SeriesKey key) {
		MemorySeries series = this.index.find(key);
		return (series != null) ? series.last(horizon()) : null;
	}

	@Override
	public void forEachLast(Predicate<SeriesKey> wanted, LastPointConsumer consumer) throws IOException {
		forEachLast(KeySelection.ALL, wanted, consumer);
	}

	@Override
	public void forEachLast(KeySelection selection, Predicate<SeriesKey> wanted, LastPointConsumer consumer)
			throws IOException {
		try (SeriesWalk<MemorySeries> selected = select(selection)) {
			for (MemorySeries series = selected.next(); series != null; series = selected.next()) {
				if (wanted.test(series.key())) {
					consumer.accept(series.key(), series.last(horizon()));
				}
			}
		}
	}

	private long horizon() {
		return Horizon.of(Math.floorDiv(this.clock.millis(), 1000L));
	}

	/**
	 * {@inheritDoc} Looks at all series if that was not done in the last ten seconds. A
	 * million of them take some hundredths of a second.
	 */
	@Override
	public SeriesAhead seriesAhead() {
		synchronized (this.aheadLock) {
			long now = this.clock.millis();
			if (this.aheadMillis == Long.MIN_VALUE || now < this.aheadMillis
					|| now - this.aheadMillis >= AHEAD_MILLIS) {
				this.ahead = findAhead();
				this.aheadMillis = now;
			}
			return this.ahead;
		}
	}

	private SeriesAhead findAhead() {
		SeriesAhead found = SeriesAhead.NONE;
		long horizon = horizon();
		SeriesListing<MemorySeries> all = this.index.listing();
		for (int i = 0; i < all.size(); i++) {
			MemorySeries series = all.get(i);
			if (series != null && series.isBehind(horizon)) {
				found = found.and(series.key());
			}
		}
		return found;
	}

	@Override
	public long seriesCount() {
		return this.index.size();
	}

	/**
	 * {@inheritDoc} The detail {@code points} may count a point that replaced another one
	 * as two points, until that series is read.
	 */
	@Override
	public StorageStatus status() {
		Map<String, Object> details = new LinkedHashMap<>();
		details.put("series", seriesCount());
		details.put("points", this.points.sum());
		return new StorageStatus("memory", true, null, details);
	}

}
