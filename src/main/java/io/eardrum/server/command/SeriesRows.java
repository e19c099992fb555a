package io.eardrum.server.command;

import java.io.IOException;
import java.io.UncheckedIOException;

import org.jspecify.annotations.Nullable;

import io.eardrum.metric.Point;
import io.eardrum.metric.PointSink;
import io.eardrum.metric.SeriesKey;
import io.eardrum.metric.TimeRange;
import io.eardrum.metric.pattern.KeyPattern;
import io.eardrum.metric.pattern.KeySelection;
import io.eardrum.protocol.ReplyWriter;
import io.eardrum.server.event.CommandCounts;
import io.eardrum.storage.MetricRepository;

/**
 * Reads the rows of replies from the store and writes them, one at a time, so that memory
 * stays bounded however many there are. Used by one thread at a time.
 */
final class SeriesRows implements PointSink {

	private final MetricRepository repository;

	private final CommandCounts counts;

	private ReplyWriter target;

	/**
	 * Creates a reader.
	 * @param repository where the series are
	 * @param target takes the rows
	 * @param counts counts the points that are read
	 */
	SeriesRows(MetricRepository repository, ReplyWriter target, CommandCounts counts) {
		this.repository = repository;
		this.target = target;
		this.counts = counts;
	}

	/**
	 * Sets what takes the rows from now on.
	 * @param writer the writer
	 */
	void writeTo(ReplyWriter writer) {
		this.target = writer;
	}

	void all() throws IOException {
		this.repository.readAll(TimeRange.ALL, this);
	}

	void range(SeriesKey key, long from, long to) throws IOException {
		if (from <= to) {
			this.repository.read(key, new TimeRange(from, to), this);
		}
	}

	@Override
	public void accept(SeriesKey key, long[] timestamps, double[] values, int from, int to) throws IOException {
		this.counts.returned(to - from);
		this.target.rows(key, timestamps, values, from, to);
	}

	void allKeys() throws IOException {
		try {
			this.repository.forEachKey(this::uncheckedKey);
		}
		catch (UncheckedIOException ex) {
			throw ex.getCause();
		}
	}

	void keys(KeyPattern pattern) throws IOException {
		if (pattern.isLiteral()) {
			key(pattern.literalKey());
			return;
		}
		try {
			this.repository.forEachKey(KeySelection.of(pattern), (key) -> {
				if (pattern.matches(key)) {
					uncheckedKey(key);
				}
			});
		}
		catch (UncheckedIOException ex) {
			throw ex.getCause();
		}
	}

	// A series that exists has a point.
	void key(SeriesKey key) throws IOException {
		if (this.repository.last(key) != null) {
			this.target.key(key);
		}
	}

	void last(SeriesKey key) throws IOException {
		row(key, this.repository.last(key));
	}

	void last(KeyPattern pattern) throws IOException {
		if (pattern.isLiteral()) {
			last(pattern.literalKey());
		}
		else {
			this.repository.forEachLast(KeySelection.of(pattern), pattern::matches, this::row);
		}
	}

	void lastOfAll() throws IOException {
		this.repository.forEachLast((key) -> true, this::row);
	}

	private void row(SeriesKey key, @Nullable Point last) throws IOException {
		if (last != null) {
			this.counts.returned(1);
			this.target.row(key, last);
		}
	}

	private void uncheckedKey(SeriesKey key) {
		try {
			this.target.key(key);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

}
