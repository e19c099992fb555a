package io.eardrum.web.graphite.function.call;

import java.time.ZoneId;
import java.util.List;
import java.util.function.Function;

import io.eardrum.web.graphite.query.Expression;
import io.eardrum.web.graphite.query.QueryException;
import io.eardrum.web.graphite.series.GridSeries;
import io.eardrum.web.graphite.series.ValueBudget;

/**
 * The part of a request that a function sees: the range of time, the memory, and the
 * series of the parts of a target. For one thread.
 */
public interface Scope {

	/**
	 * Returns where the range of time begins.
	 * @return the time in seconds since 1970
	 */
	long from();

	/**
	 * Returns where the range of time ends.
	 * @return the time in seconds since 1970
	 */
	long until();

	/**
	 * Returns where the days of this request begin.
	 * @return the time zone
	 */
	ZoneId zone();

	/**
	 * Returns the account from which the memory for values is taken.
	 * @return the account of the request
	 */
	ValueBudget.Account account();

	/**
	 * Returns a scope of the same request over another range of time.
	 * @param newFrom where it begins, in seconds since 1970
	 * @param newUntil where it ends
	 * @return the scope
	 */
	Scope over(long newFrom, long newUntil);

	/**
	 * Computes a target, or a part of one.
	 * @param expression the target
	 * @return its series in a mutable list
	 * @throws QueryException if a function is unknown, or was called wrongly
	 */
	List<GridSeries> evaluate(Expression expression);

	/**
	 * Applies a function to series that have been computed.
	 * @param call the call; the series of its first argument are not computed
	 * @param series the series
	 * @return the series in a mutable list
	 * @throws QueryException if the function is unknown, or was called wrongly
	 */
	List<GridSeries> apply(Expression.Call call, List<GridSeries> series);

	/**
	 * Computes a part of a target. The series of a pattern, and those of functions that
	 * are computed for each series separately, are computed one after the other, so that
	 * only one of them is in memory at a time.
	 * @param expression the part
	 * @return its series
	 */
	SeriesStream stream(Expression expression);

	/**
	 * Computes targets that a function has composed, one after the other.
	 * @param <T> the type of what is made of their series
	 * @param targets the targets as texts
	 * @param function takes the series of each target
	 * @return what the function has made of each target
	 * @throws QueryException if a target can't be understood
	 */
	<T> List<T> evaluate(List<String> targets, Function<List<GridSeries>, T> function);

	/**
	 * Calls a function with series that have been computed.
	 * @param call the call; its arguments are places for these series
	 * @param series the series of each argument
	 * @return the series that the function returns
	 * @throws QueryException if the function is unknown, or was called wrongly
	 */
	List<GridSeries> call(Expression.Call call, List<List<GridSeries>> series);

	/**
	 * Returns the time from which the other times of this request count.
	 * @return the time in seconds since 1970
	 */
	long now();

}
