package io.eardrum.web.graphite;

import java.time.Clock;
import java.time.DateTimeException;
import java.time.ZoneId;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;

import io.eardrum.web.graphite.function.Evaluation;
import io.eardrum.web.graphite.query.Expression;
import io.eardrum.web.graphite.query.QueryException;
import io.eardrum.web.graphite.query.TargetParser;
import io.eardrum.web.graphite.query.TimeReference;
import io.eardrum.web.graphite.query.ZoneName;
import io.eardrum.web.graphite.series.ValueBudget;
import io.eardrum.web.http.Query;

/**
 * A request for values.
 *
 * @param targets the expressions to compute
 * @param range the range of time
 * @param format the format of the answer
 * @param maxPoints how many points a series may have in JSON; 0 means any number
 * @param nulls whether points without a value are written
 */
record RenderRequest(List<Expression> targets, Evaluation.Range range, Format format, int maxPoints, boolean nulls) {

	static final Set<String> PARAMETERS = Set.of("target", "target[]", "from", "until", "now", "tz", "format",
			"rawData", "maxDataPoints", "noNullPoints");

	private static final Pattern DIGITS = Pattern.compile("\\d{1,9}");

	/** How many targets a request may have. */
	private static final int MAX_TARGETS = 500;

	/** How many parts the targets of a request may have. */
	static final int MAX_PARTS = 20_000;

	/**
	 * Reads a request.
	 * @param query its parameters
	 * @param clock the present time, and the zone if the request names none
	 * @param account the account from which the memory for the targets is taken
	 * @return the request
	 * @throws QueryException if it can't be understood
	 */
	static RenderRequest of(Query query, Clock clock, ValueBudget.Account account) {
		if (query.optional("jsonp") != null) {
			throw new QueryException("jsonp is not supported, because it lets pages of other sites read all series.");
		}
		List<String> targets = query.all(query.all("target").isEmpty() ? "target[]" : "target");
		if (targets.size() > MAX_TARGETS) {
			throw new QueryException("A request has at most " + MAX_TARGETS + " targets, not " + targets.size() + ".");
		}
		String points = query.optional("maxDataPoints");
		boolean limited = points != null && DIGITS.matcher(points).matches();
		return new RenderRequest(parse(targets, account), range(query, clock), Format.of(query),
				limited ? Integer.parseInt(points) : 0, query.all("noNullPoints").isEmpty());
	}

	private static List<Expression> parse(List<String> targets, ValueBudget.Account account) {
		int[] parts = new int[1];
		return targets.stream().filter((target) -> !target.isBlank()).map((target) -> {
			account.target(target);
			return TargetParser.parse(target, () -> {
				if (++parts[0] > MAX_PARTS) {
					throw new QueryException("The targets have more than " + MAX_PARTS
							+ " parts: calls, patterns, texts and numbers. Ask for fewer.");
				}
				account.expression();
			});
		}).toList();
	}

	private static Evaluation.Range range(Query query, Clock clock) {
		ZoneId zone = zone(query.optional("tz"), clock.getZone());
		String nowText = query.optional("now");
		long present = clock.instant().getEpochSecond();
		long now = (nowText != null) ? TimeReference.seconds(nowText, present, zone) : present;
		String from = query.optional("from");
		String until = query.optional("until");
		long first = TimeReference.seconds((from != null) ? from : "-1d", now, zone);
		long last = TimeReference.seconds((until != null) ? until : "now", now, zone);
		if (first == last) {
			throw new QueryException("'from' and 'until' are the same time.");
		}
		return new Evaluation.Range(Math.min(first, last), Math.max(first, last), now, zone);
	}

	private static ZoneId zone(@Nullable String text, ZoneId fallback) {
		try {
			return (text != null) ? ZoneName.zone(text) : fallback;
		}
		catch (DateTimeException ex) {
			throw new QueryException(QueryException.quoted(text) + " is not a time zone such as Europe/Vienna.");
		}
	}

	/**
	 * The format in which series are written.
	 */
	enum Format {

		/** An array of objects. */
		JSON,

		/** One line for each point. */
		CSV,

		/** One line for each series. */
		RAW;

		private static Format of(Query query) {
			String format = query.optional("format");
			if (format == null) {
				return query.all("rawData").isEmpty() ? JSON : RAW;
			}
			return switch (format) {
				case "json" -> JSON;
				case "csv" -> CSV;
				case "raw" -> RAW;
				default -> throw new QueryException(
						"There is no format " + QueryException.quoted(format) + "; there are json, csv and raw.");
			};
		}

	}

}
