package io.eardrum.web.api;

import java.io.IOException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

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

	static final Set<String> PARAMETERS = Set.of("match", "key", "from", "to", "dry-run");

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
		if (pattern != null && !query.all("key").isEmpty()) {
			throw RequestProblem.parameter("key", "There is 'match' already; give one of them.");
		}
		if (pattern == null && query.all("key").isEmpty()) {
			throw RequestProblem.parameter("match", "Say what to delete: 'match' is a pattern, and 'key' a key.");
		}
		List<SeriesKey> keys = (pattern != null) ? matching(pattern, exchange) : existing(query, exchange);
		if (dry) {
			list(keys, range, exchange);
		}
		else {
			delete(keys, range, (pattern != null) ? pattern : keys, exchange);
		}
	}

	private List<SeriesKey> existing(Query query, Exchange exchange) {
		ObservedRepository within = this.repository.within(exchange.budget());
		return query.keys("key", MAX_KEYS).stream().filter((key) -> within.last(key) != null).toList();
	}

	private List<SeriesKey> matching(KeyPattern pattern, Exchange exchange) {
		ObservedRepository within = this.repository.within(exchange.budget());
		if (pattern.isLiteral()) {
			SeriesKey key = pattern.literalKey();
			return (within.last(key) != null) ? List.of(key) : List.of();
		}
		Predicate<SeriesKey> matches = SeriesLists.matching(pattern, List.of(), exchange.budget());
		List<SeriesKey> keys = new ArrayList<>();
		within.forEachKey((key) -> {
			if (matches.test(key)) {
				exchange.memory().reserve(KEY_BYTES + key.length());
				keys.add(key);
			}
		});
		return keys;
	}

	private void list(List<SeriesKey> keys, TimeRange range, Exchange exchange) throws IOException {
		ObservedRepository within = this.repository.within(exchange.budget());
		exchange.reply("application/json", (text) -> {
			SeriesArray series = new SeriesArray(text);
			for (SeriesKey key : keys) {
				if (range.equals(TimeRange.ALL)) {
					series.add(key, within.last(key));
					continue;
				}
				long points = count(within, key, range);
				if (points > 0) {
					series.add(key, points);
				}
			}
			series.end();
			text.ascii(",\"total\":").integer(series.count()).ascii("}\n");
		});
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
