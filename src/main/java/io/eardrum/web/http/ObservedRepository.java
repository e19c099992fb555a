package io.eardrum.web.http;

import java.io.IOException;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Predicate;

import org.jspecify.annotations.Nullable;

import io.eardrum.budget.HeapExhaustedException;
import io.eardrum.budget.RequestBudget;
import io.eardrum.budget.RequestEndedException;
import io.eardrum.metric.Point;
import io.eardrum.metric.PointBatch;
import io.eardrum.metric.PointSink;
import io.eardrum.metric.SeriesKey;
import io.eardrum.metric.TimeRange;
import io.eardrum.metric.pattern.KeySelection;
import io.eardrum.protocol.Command;
import io.eardrum.protocol.CommandObserver;
import io.eardrum.protocol.ErrorReason;
import io.eardrum.storage.LastPointConsumer;
import io.eardrum.storage.MetricRepository;
import io.eardrum.storage.PendingRead;
import io.eardrum.storage.SeriesAhead;
import io.eardrum.storage.StorageStatus;
import io.eardrum.web.http.problem.RequestProblem;

/**
 * The store as requests see it. It counts all points that are read for them, including
 * those that a function or a downsampled reply leaves out. It does not count puts. The
 * code that puts counts them itself, because some of its points have failed before they
 * get here.
 * <p>
 * Safe for any number of threads, except for the objects that
 * {@link #within(RequestBudget)} returns.
 */
public final class ObservedRepository implements MetricRepository {

	/** The work to find a series or its last point; 1 is the work to look at a byte. */
	private static final long READ_WORK = 1000;

	/** The work to read a point. */
	private static final long POINT_WORK = 8;

	/** The work to get to the next key. */
	private static final long KEY_WORK = 16;

	private final MetricRepository repository;

	private final CommandObserver observer;

	private final RequestBudget budget;

	private final boolean counting;

	/**
	 * Creates a view of a store.
	 * @param repository the store
	 * @param observer is notified of what is read
	 */
	public ObservedRepository(MetricRepository repository, CommandObserver observer) {
		this(repository, observer, RequestBudget.unlimited(), true);
	}

	private ObservedRepository(MetricRepository repository, CommandObserver observer, RequestBudget budget,
			boolean counting) {
		this.repository = repository;
		this.observer = observer;
		this.budget = budget;
		this.counting = counting;
	}

	/**
	 * Returns the store as one request sees it. Reads count as work of the request, and
	 * fail in the middle if the request has to end.
	 * @param request the budget of the request
	 * @return the store, for the thread of the request
	 */
	public ObservedRepository within(RequestBudget request) {
		return new ObservedRepository(this.repository, this.observer, request, true);
	}

	/**
	 * Returns the store for reads that are not for the client, but to learn something of
	 * a series. They are work of the request, and not counted.
	 * @return the store, for the thread of the request
	 */
	public MetricRepository uncounted() {
		return new ObservedRepository(this.repository, this.observer, this.budget, false);
	}

	/**
	 * Makes each request that an action answers count as a get. It counts as an error if
	 * the store or the server fails, and not at all if the request itself is wrong or its
	 * client has gone.
	 * @param action reads from this store
	 * @return the action that counts
	 */
	public Endpoint.Action counted(Endpoint.Action action) {
		return (query, exchange) -> {
			try {
				action.serve(query, exchange);
			}
			catch (RequestProblem | RequestEndedException | HeapExhaustedException ex) {
				throw ex;
			}
			catch (RuntimeException ex) {
				// Defects count too, because the client has not received what the store
				// contains.
				this.observer.failed(Command.GET, ErrorReason.STORAGE, 1);
				throw ex;
			}
			this.observer.served(Command.GET, 1);
		};
	}

	@Override
	public void delete(List<SeriesKey> keys, TimeRange range) {
		this.budget.waits();
		this.repository.delete(keys, range);
	}

	@Override
	public void put(PointBatch batch) {
		this.budget.waits();
		this.repository.put(batch);
	}

	@Override
	public void read(SeriesKey key, TimeRange range, PointSink sink) throws IOException {
		begin();
		Tally tally = new Tally(sink, this.budget);
		try {
			this.repository.read(key, range, tally);
		}
		finally {
			returned(tally.points);
		}
	}

	@Override
	public @Nullable PendingRead beginRead(SeriesKey key, TimeRange range) {
		PendingRead read = this.repository.beginRead(key, range);
		return (read != null) ? new ObservedRead(read) : null;
	}

	@Override
	public void readAll(TimeRange range, PointSink sink) throws IOException {
		begin();
		Tally tally = new Tally(sink, this.budget);
		try {
			this.repository.readAll(range, tally);
		}
		finally {
			returned(tally.points);
		}
	}

	@Override
	public void forEachKey(Consumer<SeriesKey> consumer) {
		forEachKey(KeySelection.ALL, consumer);
	}

	@Override
	public void forEachKey(KeySelection selection, Consumer<SeriesKey> consumer) {
		this.repository.forEachKey(selection.countedBy(this.budget::work), (key) -> {
			this.budget.work(workOf(key));
			consumer.accept(key);
		});
	}

	@Override
	public @Nullable Point last(SeriesKey key) {
		begin();
		Point last = this.repository.last(key);
		returned((last != null) ? 1 : 0);
		return last;
	}

	@Override
	public void forEachLast(Predicate<SeriesKey> wanted, LastPointConsumer consumer) throws IOException {
		forEachLast(KeySelection.ALL, wanted, consumer);
	}

	@Override
	public void forEachLast(KeySelection selection, Predicate<SeriesKey> wanted, LastPointConsumer consumer)
			throws IOException {
		long[] points = { 0 };
		try {
			this.repository.forEachLast(selection.countedBy(this.budget::work), (key) -> {
				this.budget.work(workOf(key));
				if (!wanted.test(key)) {
					return false;
				}
				this.budget.waits();
				return true;
			}, (key, last) -> {
				this.budget.work(READ_WORK);
				points[0] += (last != null) ? 1 : 0;
				consumer.accept(key, last);
			});
		}
		finally {
			returned(points[0]);
		}
	}

	private void returned(long points) {
		if (this.counting) {
			this.observer.returned(points);
		}
	}

	// The store may make the request wait until others have finished reading.
	private void begin() {
		this.budget.work(READ_WORK);
		this.budget.waits();
	}

	private static long workOf(SeriesKey key) {
		return KEY_WORK + key.length();
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
	 * Counts a read that has been begun when its points are taken.
	 */
	private final class ObservedRead implements PendingRead {

		private final PendingRead read;

		ObservedRead(PendingRead read) {
			this.read = read;
		}

		@Override
		public void whenArrived(Runnable action) {
			this.read.whenArrived(action);
		}

		@Override
		public void read(PointSink sink) throws IOException {
			begin();
			Tally tally = new Tally(sink, ObservedRepository.this.budget);
			try {
				this.read.read(tally);
			}
			finally {
				returned(tally.points);
			}
		}

		@Override
		public void close() {
			this.read.close();
		}

	}

	/**
	 * Counts points as it passes them on.
	 */
	private static final class Tally implements PointSink {

		private final PointSink sink;

		private final RequestBudget budget;

		private long points;

		Tally(PointSink sink, RequestBudget budget) {
			this.sink = sink;
			this.budget = budget;
		}

		@Override
		public void accept(SeriesKey key, long[] timestamps, double[] values, int from, int to) throws IOException {
			this.points += to - from;
			this.budget.work((to - from) * POINT_WORK);
			this.sink.accept(key, timestamps, values, from, to);
		}

	}

}
