package io.eardrum.web.api;

import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Set;

import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.InvalidMediaTypeException;
import org.springframework.http.MediaType;

import io.eardrum.metric.Point;
import io.eardrum.metric.PointSink;
import io.eardrum.metric.SeriesKey;
import io.eardrum.metric.TimeRange;
import io.eardrum.storage.MetricRepository;
import io.eardrum.web.http.Exchange;
import io.eardrum.web.http.ObservedRepository;
import io.eardrum.web.http.Query;
import io.eardrum.web.http.problem.RequestProblem;

/**
 * Answers with the points of some series, and sends them as they are read from the store.
 * <p>
 * Safe for any number of threads.
 */
final class PointsReader {

	static final Set<String> PARAMETERS = Set.of("key", "from", "to", "max-points", "step", "aggregate", "format");

	private static final int MAX_KEYS = 100;

	private static final int MAX_POINTS = 100_000;

	private final ObservedRepository repository;

	private final Clock clock;

	PointsReader(ObservedRepository repository, Clock clock) {
		this.repository = repository;
		this.clock = clock;
	}

	/**
	 * Answers a request for points.
	 * @param query the parameters
	 * @param exchange the reply
	 * @throws IOException if the client has gone
	 */
	void read(Query query, Exchange exchange) throws IOException {
		List<SeriesKey> keys = query.keys("key", MAX_KEYS);
		TimeRange range = query.range("from", "to", this.clock.instant());
		int maxPoints = query.number("max-points", 0, Downsampling.MIN_POINTS, MAX_POINTS);
		long step = query.duration("step", Duration.ZERO).toSeconds();
		StepAggregation.Aggregate aggregate = aggregate(query, step);
		boolean csv = isCsv(query.optional("format"), exchange.header("Accept"));
		MetricRepository within = this.repository.within(exchange.budget());
		exchange.reply(csv ? "text/csv;charset=UTF-8" : "application/json", (text) -> {
			PointsFormat format = csv ? new CsvPoints(text) : new JsonPoints(text);
			format.begin();
			for (SeriesKey key : keys) {
				format.beginSeries(key);
				Series series = new Series(within, key, range, step, aggregate);
				if (maxPoints == 0) {
					series.read(format);
					format.endSeries();
				}
				else {
					readDownsampled(series, format, new Downsampling.Target(maxPoints, format, exchange.memory()));
				}
			}
			format.end();
		});
	}

	private static StepAggregation.Aggregate aggregate(Query query, long step) {
		String name = query.optional("aggregate");
		if (name != null && step == 0) {
			throw RequestProblem.parameter("aggregate", "It needs 'step', such as step=5min.");
		}
		for (StepAggregation.Aggregate aggregate : StepAggregation.Aggregate.values()) {
			if (name == null || aggregate.text().equals(name)) {
				return aggregate;
			}
		}
		throw RequestProblem.parameter("aggregate", "It must be one of " + StepAggregation.Aggregate.names() + ".");
	}

	private static void readDownsampled(Series series, PointsFormat format, Downsampling.Target target)
			throws IOException {
		TimeRange range = series.range();
		Point last = series.repository().last(series.key());
		if (last == null) {
			format.endSeries(0, 0);
			return;
		}
		// Points after that one are too far in the future, and share the last span. A
		// range that contains only such points is cut into spans up to its own end.
		long end = (last.timestamp() < range.from()) ? range.to() : Math.min(last.timestamp(), range.to());
		Downsampling downsampling = new Downsampling(series.key(), end, target);
		series.read(downsampling);
		downsampling.end();
		format.endSeries(downsampling.count(), downsampling.mean());
	}

	static boolean isCsv(@Nullable String format, @Nullable String accept) {
		if (format != null) {
			return switch (format) {
				case "csv" -> true;
				case "json" -> false;
				default -> throw RequestProblem.parameter("format", "It must be json or csv.");
			};
		}
		if (accept == null) {
			return false;
		}
		MediaType csv = new MediaType("text", "csv");
		try {
			return MediaType.parseMediaTypes(accept)
				.stream()
				.filter((type) -> type.getQualityValue() > 0)
				.sorted(Comparator.comparingDouble(MediaType::getQualityValue).reversed())
				.filter((type) -> type.includes(csv) || type.includes(MediaType.APPLICATION_JSON))
				.findFirst()
				.map((type) -> !type.includes(MediaType.APPLICATION_JSON))
				.orElseThrow(() -> new RequestProblem(HttpStatus.NOT_ACCEPTABLE,
						"The reply can be application/json or text/csv."));
		}
		catch (InvalidMediaTypeException ex) {
			throw new RequestProblem(HttpStatus.BAD_REQUEST, "The header Accept is not well-formed.");
		}
	}

	/**
	 * The points of one series, or one for each step.
	 *
	 * @param repository where the points are
	 * @param key the key of the series
	 * @param range the range of time
	 * @param step the length of a step in seconds, or 0 for all points
	 * @param aggregate what the points of a step become
	 */
	private record Series(MetricRepository repository, SeriesKey key, TimeRange range, long step,
			StepAggregation.Aggregate aggregate) {

		void read(PointSink sink) throws IOException {
			if (this.step == 0) {
				this.repository.read(this.key, this.range, sink);
				return;
			}
			StepAggregation steps = new StepAggregation(this.key, this.step, this.aggregate, sink);
			this.repository.read(this.key, this.range, steps);
			steps.end();
		}

	}

}
