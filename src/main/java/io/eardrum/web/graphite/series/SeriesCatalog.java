package io.eardrum.web.graphite.series;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import io.eardrum.metric.SeriesKey;
import io.eardrum.metric.pattern.KeyPattern;
import io.eardrum.storage.MetricRepository;
import io.eardrum.web.graphite.query.QueryException;

/**
 * The series that the patterns of one request name. All patterns are matched against the
 * keys of the store in one pass, whose time is proportional to the number of series.
 * Patterns that can match only one key need no pass. Immutable.
 */
public final class SeriesCatalog {

	private final Map<String, List<SeriesKey>> found;

	private SeriesCatalog(Map<String, List<SeriesKey>> found) {
		this.found = found;
	}

	/**
	 * Looks up patterns.
	 * @param repository where the keys are
	 * @param account counts the work
	 * @param patterns the patterns
	 * @param maxSeries how many keys all patterns together may match
	 * @return the keys of each pattern
	 * @throws QueryException if a pattern is not valid, or too many keys match
	 */
	public static SeriesCatalog of(MetricRepository repository, ValueBudget.Account account,
			Collection<String> patterns, int maxSeries) {
		Map<String, List<SeriesKey>> found = new HashMap<>();
		Map<KeyPattern, List<SeriesKey>> open = new HashMap<>();
		for (String text : patterns) {
			account.pattern(text);
			KeyPattern pattern = pattern(text);
			List<SeriesKey> keys = new ArrayList<>();
			found.put(text, keys);
			if (pattern.isLiteral()) {
				keys.add(pattern.literalKey());
			}
			else {
				open.put(pattern, keys);
			}
		}
		if (!open.isEmpty()) {
			scan(repository, account, open, maxSeries);
			open.values().forEach((keys) -> keys.sort(Comparator.comparing(SeriesKey::toString)));
		}
		return new SeriesCatalog(found);
	}

	private static KeyPattern pattern(String text) {
		try {
			return KeyPattern.of(text);
		}
		catch (IllegalArgumentException ex) {
			throw new QueryException(QueryException.quoted(text) + " can't be looked up: " + ex.getMessage() + ".");
		}
	}

	private static void scan(MetricRepository repository, ValueBudget.Account account,
			Map<KeyPattern, List<SeriesKey>> open, int maxSeries) {
		int[] total = new int[1];
		repository.forEachKey((key) -> {
			open.forEach((pattern, keys) -> {
				account.work(pattern.work(key));
				if (pattern.matches(key)) {
					if (++total[0] > maxSeries) {
						throw new QueryException(
								"More than " + maxSeries + " series match, " + QueryException.quoted(pattern.toString())
										+ " among the patterns. Ask for fewer, or raise eardrum.render.max-series.");
					}
					account.key(key);
					keys.add(key);
				}
			});
		});
	}

	/**
	 * Returns the keys that a pattern matches.
	 * @param pattern one of the patterns of this catalog
	 * @return the keys, ordered by their text. For a pattern that can match only one key
	 * it is that key, whether such a series exists or not
	 */
	public List<SeriesKey> keys(String pattern) {
		return this.found.getOrDefault(pattern, List.of());
	}

}
