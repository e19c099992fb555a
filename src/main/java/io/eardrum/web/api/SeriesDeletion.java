package io.eardrum.web.api;

import java.io.IOException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import io.eardrum.metric.SeriesKey;
import io.eardrum.metric.TimeRange;
import io.eardrum.metric.pattern.KeyPattern;
import io.eardrum.protocol.Command;
import io.eardrum.protocol.CommandObserver;
import io.eardrum.protocol.ErrorReason;
import io.eardrum.storage.StorageException;
import io.eardrum.web.http.Exchange;
import io.eardrum.web.http.ObservedRepository;
import io.eardrum.web.http.Query;
import io.eardrum.web.http.problem.RequestProblem;

/**
 * Deletes series, or their points in a range of time, and lists beforehand what would go.
 * <p>
 * Safe for any number of threads.
 */
final class SeriesDeletion {

	static final Set<String> PARAMETERS = Set.of("match", "contains", "key", "from", "to", "dry-run", "limit");

	private static final Logger logger = LoggerFactory.getLogger(SeriesDeletion.class);

	private static final int MAX_KEYS = 100;

	/** How many series are deleted at once: one record of the log. */
	private static final int BATCH = 1000;

	/** The memory of a key in a list, besides its bytes. */
	private static final int KEY_BYTES = 64;

	private final ObservedRepository repository;

	private final CommandObserver observer;

	private final Clock clock;

	SeriesDeletion(ObservedRepository repository, CommandObserver observer, Clock clock) {
		this.repository = repository;
		this.observer = observer;
		this.clock = clock;
	}

	/**
	 * Deletes what the parameters say, or lists it.
	 * @param query the parameters
	 * @param exchange the reply
	 * @throws IOException if the client has gone
	 */
	void delete(Query query, Exchange exchange) throws IOException {
		boolean dry = query.flag("dry-run");
		TimeRange range = query.range("from", "to", this.clock.instant());
		KeyPattern pattern = query.pattern("match", exchange.memory());
		List<String> contained = SeriesLists.contained(query);
		boolean filtered = pattern != null || !contained.isEmpty();
		if (filtered && !query.all("key").isEmpty()) {
			throw RequestProblem.parameter("key", "There is 'match' or 'contains' already; give keys or a filter.");
		}
		if (!filtered && query.all("key").isEmpty()) {
			throw RequestProblem.parameter("match",
					"Say what to delete: 'match' is a pattern, 'contains' a part of a key, and 'key' a key.");
		}
		int limit = query.number("limit", Integer.MAX_VALUE, 1, SeriesLists.MAX_LIMIT);
		List<SeriesKey> keys = filtered ? matching(pattern, contained, exchange) : existing(query, exchange);
		if (dry) {
			list(keys, range, limit, exchange);
		}
		else {
			delete(keys, range, filtered ? described(pattern, contained) : keys, exchange);
		}
	}

	private List<SeriesKey> existing(Query query, Exchange exchange) {
		ObservedRepository within = this.repository.within(exchange.budget());
		return query.keys("key", MAX_KEYS).stream().filter((key) -> within.last(key) != null).toList();
	}

	private static String described(@Nullable KeyPattern pattern, List<String> contained) {
		return ((pattern != null) ? pattern.toString() : "") + (contained.isEmpty() ? "" : " with " + contained);
	}

	private List<SeriesKey> matching(@Nullable KeyPattern pattern, List<String> contained, Exchange exchange) {
		ObservedRepository within = this.repository.within(exchange.budget());
		Predicate<SeriesKey> matches = SeriesLists.matching(pattern, contained, exchange.budget());
		if (pattern != null && pattern.isLiteral()) {
			SeriesKey key = pattern.literalKey();
			return (matches.test(key) && within.last(key) != null) ? List.of(key) : List.of();
		}
		List<SeriesKey> keys = new ArrayList<>();
		within.forEachKey(SeriesLists.selection(pattern), (key) -> {
			if (matches.test(key)) {
				exchange.memory().reserve(KEY_BYTES + key.length());
				keys.add(key);
			}
		});
		return keys;
	}

	private void list(List<SeriesKey> keys, TimeRange range, int limit, Exchange exchange) throws IOException {
		ObservedRepository within = this.repository.within(exchange.budget());
		exchange.reply("application/json", (text) -> {
			SeriesArray series = new SeriesArray(text);
			long total = range.equals(TimeRange.ALL) ? listAll(keys, limit, within, series)
					: listInRange(keys, range, limit, within, series);
			series.end();
			text.ascii(",\"total\":").integer(total).ascii("}\n");
		});
	}

	private static long listAll(List<SeriesKey> keys, int limit, ObservedRepository repository, SeriesArray series)
			throws IOException {
		for (SeriesKey key : keys.subList(0, Math.min(limit, keys.size()))) {
			series.add(key, repository.last(key));
		}
		return keys.size();
	}

	private static long listInRange(List<SeriesKey> keys, TimeRange range, int limit, ObservedRepository repository,
			SeriesArray series) throws IOException {
		long total = 0;
		for (SeriesKey key : keys) {
			long points = count(repository, key, range);
			total += (points > 0) ? 1 : 0;
			if (points > 0 && total <= limit) {
				series.add(key, points);
			}
		}
		return total;
	}

	private static long count(ObservedRepository repository, SeriesKey key, TimeRange range) throws IOException {
		long[] points = { 0 };
		repository.read(key, range, (unused, timestamps, values, from, to) -> points[0] += to - from);
		return points[0];
	}

	private void delete(List<SeriesKey> keys, TimeRange range, Object what, Exchange exchange) throws IOException {
		ObservedRepository within = this.repository.within(exchange.budget());
		int deleted = 0;
		try {
			while (deleted < keys.size()) {
				List<SeriesKey> batch = keys.subList(deleted, Math.min(deleted + BATCH, keys.size()));
				within.delete(batch, range);
				deleted += batch.size();
			}
		}
		catch (StorageException ex) {
			this.observer.failed(Command.DELETE, ErrorReason.STORAGE, 1);
			throw RequestProblem.storageUnavailable().with("deleted", deleted);
		}
		finally {
			this.observer.served(Command.DELETE, deleted);
			note(deleted, range, what);
		}
		int all = deleted;
		exchange.reply("application/json", (text) -> text.ascii("{\"deleted\":").integer(all).ascii("}\n"));
	}

	// What is gone can't be asked for any more, so the log says who took it.
	private static void note(int deleted, TimeRange range, Object what) {
		if (deleted > 0) {
			logger.info("Deleted {} of {} series over HTTP, for {}",
					range.equals(TimeRange.ALL) ? "all points" : "the points of " + range, deleted,
					RequestProblem.cut(what.toString()));
		}
	}

}
