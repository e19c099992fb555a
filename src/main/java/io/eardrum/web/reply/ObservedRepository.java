package io.eardrum.web.reply;

import java.io.IOException;
import java.util.function.Consumer;
import java.util.function.Predicate;

import org.jspecify.annotations.Nullable;

import io.eardrum.metric.Point;
import io.eardrum.metric.PointBatch;
import io.eardrum.metric.PointSink;
import io.eardrum.metric.SeriesKey;
import io.eardrum.metric.TimeRange;
import io.eardrum.protocol.Command;
import io.eardrum.protocol.CommandObserver;
import io.eardrum.protocol.ErrorReason;
import io.eardrum.storage.LastPointConsumer;
import io.eardrum.storage.MetricRepository;
import io.eardrum.storage.SeriesAhead;
import io.eardrum.storage.StorageStatus;

/**
 * The store as requests see it: the points that are read for them are counted, all of
 * them, also those that a function or a thinned reply leaves out. Who puts counts by
 * itself, for some of the points have failed before they come here.
 * <p>
 * Safe for any number of threads.
 */
public final class ObservedRepository implements MetricRepository {

	private final MetricRepository repository;

	private final CommandObserver observer;

	/**
	 * Puts itself before a store.
	 * @param repository the store
	 * @param observer is told what is read
	 */
	public ObservedRepository(MetricRepository repository, CommandObserver observer) {
		this.repository = repository;
		this.observer = observer;
	}

	/**
	 * Makes the requests that an action answers count as a get each: as an error if the
	 * store or the server fails, and not at all if the request itself is wrong or its
	 * client has gone.
	 * @param action reads from this store
	 * @return the action that counts
	 */
	public Endpoint.Action counted(Endpoint.Action action) {
		return (query, exchange) -> {
			try {
				action.serve(query, exchange);
			}
			catch (RequestProblem ex) {
				throw ex;
			}
			catch (RuntimeException ex) {
				// Defects too: nobody has got what the store has.
				this.observer.failed(Command.GET, ErrorReason.STORAGE, 1);
				throw ex;
			}
			this.observer.served(Command.GET, 1);
		};
	}

	@Override
	public void put(PointBatch batch) {
		this.repository.put(batch);
	}

	@Override
	public void read(SeriesKey key, TimeRange range, PointSink sink) throws IOException {
		Tally tally = new Tally(sink);
		try {
			this.repository.read(key, range, tally);
		}
		finally {
			this.observer.returned(tally.points);
		}
	}

	@Override
	public void readAll(TimeRange range, PointSink sink) throws IOException {
		Tally tally = new Tally(sink);
		try {
			this.repository.readAll(range, tally);
		}
		finally {
			this.observer.returned(tally.points);
		}
	}

	@Override
	public void forEachKey(Consumer<SeriesKey> consumer) {
		this.repository.forEachKey(consumer);
	}

	@Override
	public @Nullable Point last(SeriesKey key) {
		Point last = this.repository.last(key);
		this.observer.returned((last != null) ? 1 : 0);
		return last;
	}

	@Override
	public void forEachLast(Predicate<SeriesKey> wanted, LastPointConsumer consumer) throws IOException {
		long[] points = { 0 };
		try {
			this.repository.forEachLast(wanted, (key, last) -> {
				points[0] += (last != null) ? 1 : 0;
				consumer.accept(key, last);
			});
		}
		finally {
			this.observer.returned(points[0]);
		}
	}

	@Override
	public long seriesCount() {
		return this.repository.seriesCount();
	}

	@Override
	public @Nullable SeriesAhead seriesAhead() {
		return this.repository.seriesAhead();
	}

	@Override
	public StorageStatus status() {
		return this.repository.status();
	}

	/**
	 * Counts points on their way.
	 */
	private static final class Tally implements PointSink {

		private final PointSink sink;

		private long points;

		Tally(PointSink sink) {
			this.sink = sink;
		}

		@Override
		public void accept(SeriesKey key, long[] timestamps, double[] values, int from, int to) throws IOException {
			this.points += to - from;
			this.sink.accept(key, timestamps, values, from, to);
		}

	}

}
