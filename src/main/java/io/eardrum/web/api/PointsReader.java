package io.eardrum.web.api;

import java.io.IOException;
import java.time.Clock;
import java.util.Comparator;
import java.util.List;
import java.util.Set;

import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.InvalidMediaTypeException;
import org.springframework.http.MediaType;

import io.eardrum.metric.Point;
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

	static final Set<String> PARAMETERS = Set.of("key", "from", "to", "max-points", "format");

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
		boolean csv = isCsv(query.optional("format"), exchange.header("Accept"));
		MetricRepository within = this.repository.within(exchange.budget());
		exchange.reply(csv ? "text/csv;charset=UTF-8" : "application/json", (text) -> {
			PointsFormat format = csv ? new CsvPoints(text) : new JsonPoints(text);
			format.begin();
			for (SeriesKey key : keys) {
				format.beginSeries(key);
				if (maxPoints == 0) {
					within.read(key, range, format);
					format.endSeries();
				}
				else {
					readDownsampled(within, key, range, format,
							new Downsampling.Target(maxPoints, format, exchange.memory()));
				}
			}
			format.end();
		});
	}

	private static void readDownsampled(MetricRepository repository, SeriesKey key, TimeRange range,
			PointsFormat format, Downsampling.Target target) throws IOException {
		Point last = repository.last(key);
		if (last == null) {
			format.endSeries(0, 0);
			return;
		}
		// Points after that one are too far in the future, and share the last span. A
		// range that contains only such points is cut into spans up to its own end.
		long end = (last.timestamp() < range.from()) ? range.to() : Math.min(last.timestamp(), range.to());
		Downsampling downsampling = new Downsampling(key, end, target);
		repository.read(key, range, downsampling);
		downsampling.end();
		format.endSeries(downsampling.count(), downsampling.mean());
	}

	private static boolean isCsv(@Nullable String format, @Nullable String accept) {
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

}
