package io.eardrum.web.graphite.function;

import java.time.ZoneId;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;

import io.eardrum.web.graphite.function.call.Scope;
import io.eardrum.web.graphite.function.call.SeriesStream;
import io.eardrum.web.graphite.query.Expression;
import io.eardrum.web.graphite.series.GridSeries;
import io.eardrum.web.graphite.series.ValueBudget;

/**
 * The scope of a call whose arguments stand for series that have been computed. They are
 * the same over each range of time.
 */
final class GivenSeries implements Scope {

	private final Scope scope;

	private final Map<Expression, List<GridSeries>> given;

	/**
	 * Creates a scope.
	 * @param scope the scope of the call
	 * @param expressions the expressions
	 * @param series the series of each of them
	 */
	GivenSeries(Scope scope, List<Expression> expressions, List<List<GridSeries>> series) {
		this(scope, new IdentityHashMap<>());
		for (int i = 0; i < expressions.size(); i++) {
			this.given.put(expressions.get(i), series.get(i));
		}
	}

	private GivenSeries(Scope scope, Map<Expression, List<GridSeries>> given) {
		this.scope = scope;
		this.given = given;
	}

	@Override
	public long from() {
		return this.scope.from();
	}

	@Override
	public long until() {
		return this.scope.until();
	}

	@Override
	public long now() {
		return this.scope.now();
	}

	@Override
	public ZoneId zone() {
		return this.scope.zone();
	}

	@Override
	public ValueBudget.Account account() {
		return this.scope.account();
	}

	@Override
	public Scope over(long newFrom, long newUntil) {
		return new GivenSeries(this.scope.over(newFrom, newUntil), this.given);
	}

	@Override
	public List<GridSeries> evaluate(Expression expression) {
		return new ArrayList<>(Objects.requireNonNull(this.given.get(expression)));
	}

	@Override
	public SeriesStream stream(Expression expression) {
		return evaluate(expression)::forEach;
	}

	@Override
	public <T> List<T> evaluate(List<String> targets, Function<List<GridSeries>, T> function) {
		return this.scope.evaluate(targets, function);
	}

	@Override
	public List<GridSeries> apply(Expression.Call call, List<GridSeries> series) {
		return this.scope.apply(call, series);
	}

	@Override
	public List<GridSeries> call(Expression.Call call, List<List<GridSeries>> series) {
		return this.scope.call(call, series);
	}

}
