package io.eardrum.web.graphite.series;

import java.io.IOException;
import java.util.Collections;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

import org.jspecify.annotations.Nullable;

import io.eardrum.metric.PointSink;
import io.eardrum.metric.SeriesKey;
import io.eardrum.metric.TimeRange;
import io.eardrum.storage.MetricRepository;
import io.eardrum.storage.PendingRead;

/**
 * Reads series one after the other, while the next ones are on their way from a store of
 * other machines. On a store of this machine it reads them as they come. Used by one
 * thread at a time.
 */
final class ReadAhead implements AutoCloseable {

	/** Each may hold a page of the store, and requests share what the store holds. */
	private static final int MAX_READS = 32;

	private final MetricRepository repository;

	private final Map<SeriesKey, Begun> begun = new HashMap<>();

	private Iterator<SeriesKey> expected = Collections.emptyIterator();

	private Function<SeriesKey, @Nullable TimeRange> ranges = (key) -> null;

	/** Whether the store has begun a read, or has not been asked for one. */
	private boolean begins = true;

	/**
	 * Creates a reader that expects no reads.
	 * @param repository where the series are
	 */
	ReadAhead(MetricRepository repository) {
		this.repository = repository;
	}

	/**
	 * Says what is going to be read. Whatever else is read, or is not read, costs a
	 * request more, and is right all the same.
	 * @param keys the keys in the order in which they are read
	 * @param rangeOf returns the range of a series when it is begun, {@code null} for one
	 * that is not read
	 */
	void expect(List<SeriesKey> keys, Function<SeriesKey, @Nullable TimeRange> rangeOf) {
		close();
		this.expected = keys.iterator();
		this.ranges = rangeOf;
	}

	/**
	 * Reads a series.
	 * @param key the key
	 * @param range the timestamps to read
	 * @param sink takes the points
	 * @throws IOException if the sink throws it
	 */
	void read(SeriesKey key, TimeRange range, PointSink sink) throws IOException {
		begin();
		try (@Nullable
		Begun first = this.begun.remove(key)) {
			if (first != null && first.range.equals(range)) {
				first.read.read(sink);
				return;
			}
		}
		this.repository.read(key, range, sink);
	}

	// If the store has too many reads on their way, the next one is left out, and is read
	// when it is its turn.
	private void begin() {
		while (this.begins && this.begun.size() < MAX_READS && this.expected.hasNext()) {
			SeriesKey key = this.expected.next();
			TimeRange range = this.begun.containsKey(key) ? null : this.ranges.apply(key);
			if (range == null) {
				continue;
			}
			PendingRead read = this.repository.beginRead(key, range);
			if (read == null) {
				this.begins = !this.begun.isEmpty();
				return;
			}
			this.begun.put(key, new Begun(range, read));
		}
	}

	/**
	 * Forgets what is on its way.
	 */
	@Override
	public void close() {
		this.begun.values().forEach(Begun::close);
		this.begun.clear();
		this.expected = Collections.emptyIterator();
		this.begins = true;
	}

	/**
	 * A read that has been begun.
	 */
	private record Begun(TimeRange range, PendingRead read) implements AutoCloseable {

		@Override
		public void close() {
			this.read.close();
		}

	}

}
