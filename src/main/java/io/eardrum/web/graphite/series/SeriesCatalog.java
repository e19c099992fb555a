package io.eardrum.web.graphite.series;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;

import io.eardrum.metric.SeriesKey;
import io.eardrum.metric.pattern.KeyPattern;
import io.eardrum.metric.pattern.KeySelection;
import io.eardrum.metric.pattern.MalformedPatternException;
import io.eardrum.storage.MetricRepository;
import io.eardrum.web.graphite.query.QueryException;

/**
 * The series that the patterns of one request name. All patterns are matched against the
 * keys of the store in one pass, whose time is proportional to the number of series.
 * Patterns that can match only certain keys, such as <code>palm.{cpu,mem}</code>, need no
 * pass. Immutable.
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
	 * @throws QueryException if a pattern is too large, or too many keys match
	 */
	public static SeriesCatalog of(MetricRepository repository, ValueBudget.Account account,
			Collection<String> patterns, int maxSeries) {
		Map<String, List<SeriesKey>> found = new HashMap<>();
		Map<KeyPattern, List<SeriesKey>> open = new HashMap<>();
		for (String text : patterns) {
			account.pattern(text);
			KeyPattern pattern = pattern(text);
			List<SeriesKey> keys = new ArrayList<>((pattern != null) ? pattern.keys(maxSeries) : List.of());
			keys.forEach(account::key);
			found.put(text, keys);
			if (pattern != null && keys.isEmpty()) {
				open.put(pattern, keys);
			}
		}
		if (!open.isEmpty()) {
			scan(repository, account, open, maxSeries);
		}
		found.values().forEach((keys) -> keys.sort(Comparator.naturalOrder()));
		return new SeriesCatalog(found);
	}

	/**
	 * Reads a pattern.
	 * @param text the text
	 * @return the pattern, or {@code null} if the text is not a pattern, and so finds
	 * nothing; it may be half typed
	 * @throws QueryException if it can't be looked up
	 */
	public static @Nullable KeyPattern pattern(String text) {
		try {
			return KeyPattern.of(text, Integer.MAX_VALUE);
		}
		catch (MalformedPatternException ex) {
			return null;
		}
		catch (IllegalArgumentException ex) {
			throw new QueryException(QueryException.quoted(text) + " can't be looked up: " + ex.getMessage() + ".");
		}
	}

	private static void scan(MetricRepository repository, ValueBudget.Account account,
			Map<KeyPattern, List<SeriesKey>> open, int maxSeries) {
		int[] total = new int[1];
		repository.forEachKey(KeySelection.of(open.keySet()), (key) -> {
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
	 * @return the keys, ordered by their characters, as graphite-web orders them. For a
	 * pattern that can match only certain keys it is these keys, whether such series
	 * exist or not
	 */
	public List<SeriesKey> keys(String pattern) {
		return this.found.getOrDefault(pattern, List.of());
	}

}
