package io.eardrum.web.federate;

import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Set;

import io.eardrum.budget.RequestBudget;
import io.eardrum.metric.Point;
import io.eardrum.metric.SeriesKey;
import io.eardrum.metric.pattern.KeyPattern;
import io.eardrum.metric.pattern.KeySelection;
import io.eardrum.storage.LastPointConsumer;
import io.eardrum.storage.MetricRepository;
import io.eardrum.web.http.Exchange;
import io.eardrum.web.http.ObservedRepository;
import io.eardrum.web.http.Query;
import io.eardrum.web.http.TextReply;
import io.eardrum.web.http.admission.RequestMemory;
import io.eardrum.web.http.problem.RequestProblem;

/**
 * Shows the last values of series to a Prometheus server, in the text format 0.0.4, or in
 * OpenMetrics for clients that accept it. The {@code # EOF} of OpenMetrics distinguishes
 * a complete reply from a truncated one.
 * <p>
 * Samples carry no timestamps. A sample with a timestamp would disappear from Prometheus'
 * queries five minutes after that time, and with it the value of a job that runs once a
 * day. Prometheus would refuse it as out of bounds if it is older than the newest block,
 * and could not mark a series as stale once it is missing here. A value therefore counts
 * as current for as long as the scrape says ({@code max-age}), and a separate family
 * contains its time, as with a Pushgateway.
 * <p>
 * Safe for any number of threads.
 */
final class Federation {

	static final Set<String> PARAMETERS = Set.of("match[]", "max-age");

	private static final String TEXT = "text/plain;version=0.0.4;charset=utf-8";

	private static final String OPEN_METRICS = "application/openmetrics-text;version=1.0.0;charset=utf-8";

	private static final Duration DEFAULT_MAX_AGE = Duration.ofMinutes(5);

	private static final int MAX_PATTERNS = 64;

	/** The maximum length of all patterns together. */
	private static final int MAX_PATTERN_LENGTH = 8192;

	private final ObservedRepository repository;

	private final Clock clock;

	Federation(ObservedRepository repository, Clock clock) {
		this.repository = repository;
		this.clock = clock;
	}

	/**
	 * Answers a scrape.
	 * @param query the parameters
	 * @param exchange the reply
	 * @throws IOException if the client has gone
	 */
	void scrape(Query query, Exchange exchange) throws IOException {
		List<KeyPattern> patterns = patterns(query, exchange.memory());
		long oldest = this.clock.instant().minus(query.duration("max-age", DEFAULT_MAX_AGE)).getEpochSecond();
		String accept = exchange.header("Accept");
		boolean openMetrics = accept != null && accept.contains("application/openmetrics-text");
		exchange.reply(openMetrics ? OPEN_METRICS : TEXT, (text) -> {
			FreshSeries series = new FreshSeries(exchange.memory());
			family(text, "eardrum_last_value", "Last value of a series.");
			forEach(patterns, oldest, exchange.budget(), (key, last) -> {
				text.ascii("eardrum_last_value{key=").labelValue(key).ascii("} ");
				text.value(last.value()).ascii("\n");
				series.add(key, last.timestamp());
			});
			family(text, "eardrum_last_timestamp_seconds", "Timestamp of the last value of a series.");
			for (int i = 0; i < series.size(); i++) {
				text.ascii("eardrum_last_timestamp_seconds{key=").labelValue(series.key(i)).ascii("} ");
				text.integer(series.timestamp(i)).ascii("\n");
			}
			if (openMetrics) {
				text.ascii("# EOF\n");
			}
		});
	}

	private static List<KeyPattern> patterns(Query query, RequestMemory memory) {
		List<String> texts = query.all("match[]");
		if (texts.isEmpty()) {
			throw RequestProblem.parameter("match[]", "This parameter is missing; match[]=palm.* is an example.");
		}
		if (texts.size() > MAX_PATTERNS) {
			throw RequestProblem.parameter("match[]", "It can be given " + MAX_PATTERNS + " times at most.");
		}
		if (texts.stream().mapToInt(String::length).sum() > MAX_PATTERN_LENGTH) {
			throw RequestProblem.parameter("match[]",
					"All patterns together can have " + MAX_PATTERN_LENGTH + " characters at most.");
		}
		return texts.stream().map((text) -> query.pattern("match[]", text, memory)).toList();
	}

	private static void family(TextReply text, String name, String help) throws IOException {
		text.ascii("# HELP ").ascii(name).ascii(" ").ascii(help).ascii("\n");
		text.ascii("# TYPE ").ascii(name).ascii(" gauge\n");
	}

	private void forEach(List<KeyPattern> patterns, long oldest, RequestBudget budget, FreshPointConsumer consumer)
			throws IOException {
		MetricRepository within = this.repository.within(budget);
		LastPointConsumer fresh = (key, last) -> {
			if (last != null && last.timestamp() >= oldest) {
				consumer.accept(key, last);
			}
		};
		if (patterns.size() == 1 && patterns.get(0).isLiteral()) {
			SeriesKey key = patterns.get(0).literalKey();
			fresh.accept(key, within.last(key));
			return;
		}
		within.forEachLast(KeySelection.of(patterns), (key) -> matches(patterns, key, budget), fresh);
	}

	private static boolean matches(List<KeyPattern> patterns, SeriesKey key, RequestBudget budget) {
		for (KeyPattern pattern : patterns) {
			budget.work(pattern.work(key));
			if (pattern.matches(key)) {
				return true;
			}
		}
		return false;
	}

	/**
	 * Takes last points that are recent enough.
	 */
	@FunctionalInterface
	private interface FreshPointConsumer {

		void accept(SeriesKey key, Point last) throws IOException;

	}

}
