package io.eardrum.web.api;

import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

import org.jspecify.annotations.Nullable;

import io.eardrum.budget.RequestBudget;
import io.eardrum.metric.SeriesKey;
import io.eardrum.metric.pattern.KeyPattern;
import io.eardrum.metric.pattern.KeySelection;
import io.eardrum.storage.MetricRepository;
import io.eardrum.storage.SeriesAhead;
import io.eardrum.web.http.Exchange;
import io.eardrum.web.http.ObservedRepository;
import io.eardrum.web.http.Query;
import io.eardrum.web.http.problem.RequestProblem;

/**
 * Lists series with their last points, either page by page or as the latest point of
 * each.
 * <p>
 * Safe for any number of threads.
 */
final class SeriesLists {

	static final Set<String> PAGE_PARAMETERS = Set.of("match", "contains", "limit", "offset");

	static final Set<String> LATEST_PARAMETERS = Set.of("match", "limit");

	private static final String JSON = "application/json";

	private static final int DEFAULT_LIMIT = 200;

	static final int MAX_LIMIT = 10_000;

	/** How many texts a key can be required to contain. */
	private static final int MAX_CONTAINED = 16;

	private final ObservedRepository repository;

	SeriesLists(ObservedRepository repository) {
		this.repository = repository;
	}

	/**
	 * Answers with some of the series that match, with the number of all that match, and
	 * with the number of all series that have points too far ahead of the clock, if there
	 * are any.
	 * @param query the parameters
	 * @param exchange the reply
	 * @throws IOException if the client has gone
	 */
	void page(Query query, Exchange exchange) throws IOException {
		int limit = query.number("limit", DEFAULT_LIMIT, 1, MAX_LIMIT);
		long first = query.number("offset", 0, 0, Integer.MAX_VALUE);
		MetricRepository within = this.repository.within(exchange.budget());
		KeyPattern pattern = query.pattern("match", exchange.memory());
		Predicate<SeriesKey> matching = matching(pattern, contained(query), exchange.budget());
		exchange.reply(JSON, (text) -> {
			long[] total = { 0 };
			SeriesArray series = new SeriesArray(text);
			within.forEachLast(selection(pattern), (key) -> {
				boolean matches = matching.test(key);
				total[0] += matches ? 1 : 0;
				return matches && total[0] > first && total[0] <= first + limit;
			}, series::add);
			series.end();
			text.ascii(",\"total\":").integer(total[0]);
			SeriesAhead ahead = within.seriesAhead();
			if (ahead != null && ahead.example() != null) {
				text.ascii(",\"ahead\":{\"count\":").integer(ahead.count());
				text.ascii(",\"example\":").jsonString(ahead.example()).ascii("}");
			}
			text.ascii("}\n");
		});
	}

	/**
	 * Answers with the last points of those matching series that have points.
	 * @param query the parameters
	 * @param exchange the reply
	 * @throws IOException if the client has gone
	 */
	void latest(Query query, Exchange exchange) throws IOException {
		int limit = query.number("limit", Integer.MAX_VALUE, 1, Integer.MAX_VALUE);
		KeyPattern pattern = query.pattern("match", exchange.memory());
		MetricRepository within = this.repository.within(exchange.budget());
		Predicate<SeriesKey> matching = matching(pattern, List.of(), exchange.budget());
		exchange.reply(JSON, (text) -> {
			SeriesArray series = new SeriesArray(text);
			if (pattern != null && pattern.isLiteral()) {
				series.addIfAny(pattern.literalKey(), within.last(pattern.literalKey()));
			}
			else {
				within.forEachLast(selection(pattern), (key) -> series.count() < limit && matching.test(key),
						series::addIfAny);
			}
			series.end();
			text.ascii("}\n");
		});
	}

	static KeySelection selection(@Nullable KeyPattern pattern) {
		return (pattern != null) ? KeySelection.of(pattern) : KeySelection.ALL;
	}

	static List<String> contained(Query query) {
		List<String> texts = query.all("contains");
		if (texts.size() > MAX_CONTAINED) {
			throw RequestProblem.parameter("contains",
					"It can be given " + MAX_CONTAINED + " times at most, not " + texts.size() + " times.");
		}
		return texts.stream().filter((text) -> !text.isEmpty()).toList();
	}

	static Predicate<SeriesKey> matching(@Nullable KeyPattern pattern, List<String> contained, RequestBudget budget) {
		Predicate<SeriesKey> matching = (pattern != null) ? (key) -> {
			budget.work(pattern.work(key));
			return pattern.matches(key);
		} : (key) -> true;
		return contained.isEmpty() ? matching : matching.and(new ContainedText(contained, budget));
	}

}
