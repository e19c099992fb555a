package io.eardrum.web.graphite.function;

import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

import io.eardrum.metric.SeriesKey;
import io.eardrum.storage.MetricRepository;
import io.eardrum.web.graphite.function.call.FunctionCall;
import io.eardrum.web.graphite.function.call.Scope;
import io.eardrum.web.graphite.function.call.SeriesFunction;
import io.eardrum.web.graphite.function.call.SeriesStream;
import io.eardrum.web.graphite.query.Expression;
import io.eardrum.web.graphite.query.QueryException;
import io.eardrum.web.graphite.query.TargetParser;
import io.eardrum.web.graphite.series.GridReader;
import io.eardrum.web.graphite.series.GridSeries;
import io.eardrum.web.graphite.series.SeriesCatalog;
import io.eardrum.web.graphite.series.ValueBudget;
import io.eardrum.web.graphite.step.Steps;

/**
 * Computes the targets of one request over one range of time. For one thread.
 */
public final class Evaluation implements Scope {

	/**
	 * How many paths and calls are computed for a request at most. Some functions compute
	 * their arguments twice, so each level of such functions doubles the number.
	 */
	private static final int MAX_STEPS = 20_000;

	/**
	 * The work of a step. It is large enough that the time limit is checked now and then.
	 */
	private static final int STEP_WORK = 1024;

	/**
	 * How many different paths a request may name. Each key of the store is compared with
	 * each of those that are patterns.
	 */
	private static final int MAX_PATTERNS = 1000;

	/**
	 * The number of series that may be read, as a multiple of the number that the targets
	 * may name. A series that several targets name, or that is computed twice, is read
	 * each time.
	 */
	private static final int MAX_READS_A_SERIES = 20;

	/**
	 * How deeply targets that functions have composed may be nested. Such a target can
	 * compose the next one, and so on without end.
	 */
	private static final int MAX_COMPOSED_DEPTH = 8;

	/** How many composed targets are looked up in one pass over the keys. */
	private static final int COMPOSED_AT_ONCE = 100;

	private final Source source;

	private final long from;

	private final long until;

	private Evaluation(Source source, long from, long until) {
		this.source = source;
		this.from = from;
		this.until = until;
	}

	/**
	 * Prepares a request by looking up all keys that its targets name.
	 * @param repository where the series are
	 * @param account the account from which the memory for values is taken
	 * @param targets the targets
	 * @param range the requested range of time
	 * @param maxSeries how many series the targets may name
	 * @return the evaluation, for which nothing is known of the steps of series
	 * @throws QueryException if a pattern is too large, or too many series match
	 */
	public static Evaluation of(MetricRepository repository, ValueBudget.Account account,
			Collection<Expression> targets, Range range, int maxSeries) {
		return of(repository, account, targets, range, maxSeries, Steps.unknown());
	}

	/**
	 * Prepares a request by looking up all keys that its targets name.
	 * @param repository where the series are
	 * @param account the account from which the memory for values is taken
	 * @param targets the targets
	 * @param range the requested range of time
	 * @param maxSeries how many series the targets may name
	 * @param steps what is known of the steps of series
	 * @return the evaluation
	 * @throws QueryException if a pattern is too large, or too many series match
	 */
	public static Evaluation of(MetricRepository repository, ValueBudget.Account account,
			Collection<Expression> targets, Range range, int maxSeries, Steps steps) {
		Set<String> patterns = new LinkedHashSet<>();
		int parts = 0;
		for (Expression target : targets) {
			parts = collectPatterns(target, patterns, parts);
		}
		SeriesCatalog catalog = SeriesCatalog.of(repository, account, patterns, maxSeries);
		GridReader reader = new GridReader(repository, account, steps, range.until() - range.from());
		return new Evaluation(new Source(repository, catalog, reader, account, range, maxSeries), range.from(),
				range.until());
	}

	// Each path and each call is computed at least once. Returns their number plus the
	// number before.
	private static int collectPatterns(Expression expression, Set<String> patterns, int before) {
		int parts = before;
		if (expression instanceof Expression.Path path) {
			requireSteps(++parts);
			if (patterns.add(path.pattern()) && patterns.size() > MAX_PATTERNS) {
				throw new QueryException("The targets name more than " + MAX_PATTERNS
						+ " different keys and patterns. Ask for fewer, or put several into one: palm.{cpu,mem}.");
			}
		}
		else if (expression instanceof Expression.Call call) {
			requireSteps(++parts);
			for (Expression argument : call.arguments()) {
				parts = collectPatterns(argument, patterns, parts);
			}
			for (Expression argument : call.named().values()) {
				parts = collectPatterns(argument, patterns, parts);
			}
		}
		return parts;
	}

	private static void requireSteps(int steps) {
		if (steps > MAX_STEPS) {
			throw new QueryException("The targets take more than " + MAX_STEPS
					+ " computations. Nest fewer functions that look at other times.");
		}
	}

	@Override
	public List<GridSeries> evaluate(Expression expression) {
		this.source.countStep();
		if (expression instanceof Expression.Path path) {
			List<SeriesKey> keys = this.source.keys(path.pattern());
			this.source.countReads(keys.size());
			return new ArrayList<>(this.source.reader.read(keys, path.pattern(), this.from, this.until));
		}
		if (expression instanceof Expression.Call call) {
			SeriesFunction function = function(call);
			long before = account().taken();
			List<GridSeries> result = function.body().apply(FunctionCall.bind(function.parameters(), call, this));
			account().keep(before, GridSeries.heldBy(result));
			return result;
		}
		throw new QueryException("Character " + expression.position() + " of the target has to begin a pattern or a "
				+ "function, not a text or a number.");
	}

	@Override
	public List<GridSeries> apply(Expression.Call call, List<GridSeries> series) {
		this.source.countStep();
		SeriesFunction function = function(call);
		return function.body().apply(FunctionCall.bind(function.parameters(), call, this).with(series));
	}

	@Override
	public SeriesStream stream(Expression expression) {
		if (expression instanceof Expression.Path path) {
			this.source.countStep();
			List<SeriesKey> keys = this.source.keys(path.pattern());
			return (consumer) -> {
				this.source.countReads(keys.size());
				this.source.reader.forEach(keys, path.pattern(), this.from, this.until, consumer);
			};
		}
		if (expression instanceof Expression.Call call && function(call).isForEach()) {
			this.source.countStep();
			return forEach(function(call), FunctionCall.bind(function(call).parameters(), call, this));
		}
		List<GridSeries> all = evaluate(expression);
		return all::forEach;
	}

	private SeriesStream forEach(SeriesFunction function, FunctionCall call) {
		// An error in the call is an error even if there are no series.
		function.body().apply(call.with(List.of()));
		SeriesStream series = call.stream();
		return (consumer) -> series.forEach((one) -> {
			long before = account().taken();
			List<GridSeries> made = function.body().apply(call.with(List.of(one)));
			long taken = account().taken() - before;
			made.forEach(consumer);
			account().release(taken);
		});
	}

	private static SeriesFunction function(Expression.Call call) {
		SeriesFunction function = FunctionTable.get().find(call.function());
		if (function == null) {
			throw new QueryException("There is no function " + QueryException.quoted(call.function()) + " (character "
					+ call.position() + "); /functions lists all functions.");
		}
		return function;
	}

	@Override
	public <T> List<T> evaluate(List<String> targets, Function<List<GridSeries>, T> function) {
		if (this.source.composedDepth == MAX_COMPOSED_DEPTH) {
			throw new QueryException("Functions that compose targets, such as applyByNode, are nested more than "
					+ MAX_COMPOSED_DEPTH + " deep.");
		}
		this.source.composedDepth++;
		List<T> results = new ArrayList<>();
		for (int i = 0; i < targets.size(); i += COMPOSED_AT_ONCE) {
			List<String> some = targets.subList(i, Math.min(i + COMPOSED_AT_ONCE, targets.size()));
			for (Expression expression : composed(some)) {
				results.add(function.apply(evaluate(expression)));
			}
		}
		this.source.composedDepth--;
		return results;
	}

	private List<Expression> composed(List<String> targets) {
		List<Expression> expressions = new ArrayList<>();
		Set<String> patterns = new LinkedHashSet<>();
		int parts = 0;
		for (String target : targets) {
			account().target(target);
			Expression expression = TargetParser.parse(target, account()::expression);
			parts = collectPatterns(expression, patterns, parts);
			expressions.add(expression);
		}
		this.source.lookUp(patterns);
		return expressions;
	}

	@Override
	public List<GridSeries> call(Expression.Call call, List<List<GridSeries>> series) {
		SeriesFunction function = function(call);
		this.source.countStep();
		Scope scope = new GivenSeries(this, call.arguments(), series);
		return function.body().apply(FunctionCall.bind(function.parameters(), call, scope));
	}

	@Override
	public Evaluation over(long newFrom, long newUntil) {
		return new Evaluation(this.source, newFrom, newUntil);
	}

	@Override
	public long from() {
		return this.from;
	}

	@Override
	public long until() {
		return this.until;
	}

	@Override
	public long now() {
		return this.source.range.now();
	}

	@Override
	public ZoneId zone() {
		return this.source.range.zone();
	}

	@Override
	public ValueBudget.Account account() {
		return this.source.account;
	}

	/**
	 * The range of time of a request.
	 *
	 * @param from where it begins, in seconds since 1970
	 * @param until where it ends
	 * @param now the time from which other times count
	 * @param zone where its days begin
	 */
	public record Range(long from, long until, long now, ZoneId zone) {

		/**
		 * Creates a range that ends now.
		 * @param from where it begins, in seconds since 1970
		 * @param until where it ends
		 * @param zone where its days begin
		 */
		public Range(long from, long until, ZoneId zone) {
			this(from, until, until, zone);
		}

	}

	/**
	 * The state that all evaluations of a request share.
	 */
	private static final class Source {

		private final MetricRepository repository;

		/** The keys of each pattern of a composed target. */
		private final Map<String, List<SeriesKey>> keys = new HashMap<>();

		private final SeriesCatalog catalog;

		private final GridReader reader;

		private final ValueBudget.Account account;

		private final Range range;

		private final int maxSeries;

		private final long maxReads;

		private int steps;

		private long reads;

		private int composedDepth;

		Source(MetricRepository repository, SeriesCatalog catalog, GridReader reader, ValueBudget.Account account,
				Range range, int maxSeries) {
			this.repository = repository;
			this.catalog = catalog;
			this.reader = reader;
			this.account = account;
			this.range = range;
			this.maxSeries = maxSeries;
			this.maxReads = (long) maxSeries * MAX_READS_A_SERIES;
		}

		void lookUp(Set<String> patterns) {
			patterns.removeAll(this.keys.keySet());
			SeriesCatalog found = SeriesCatalog.of(this.repository, this.account, patterns, this.maxSeries);
			patterns.forEach((pattern) -> this.keys.put(pattern, found.keys(pattern)));
		}

		List<SeriesKey> keys(String pattern) {
			List<SeriesKey> composed = this.keys.get(pattern);
			return (composed != null) ? composed : this.catalog.keys(pattern);
		}

		void countReads(int series) {
			this.reads += series;
			if (this.reads > this.maxReads) {
				throw new QueryException("The targets read more than " + this.maxReads
						+ " series, counting each one as often as it is read. Name the same series less often.");
			}
		}

		void countStep() {
			requireSteps(++this.steps);
			this.account.work(STEP_WORK);
		}

	}

}
