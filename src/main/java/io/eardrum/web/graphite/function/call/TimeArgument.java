package io.eardrum.web.graphite.function.call;

import java.time.ZoneOffset;

import org.jspecify.annotations.Nullable;

import io.eardrum.web.graphite.query.Expression;
import io.eardrum.web.graphite.query.TimeReference;

/**
 * Arguments that are points in time: texts as in {@code from} and {@code until}, and
 * whole numbers of seconds since 1970.
 */
public final class TimeArgument {

	private TimeArgument() {
	}

	/**
	 * Reads a point in time.
	 * @param call the call, with the time and the zone of its request
	 * @param name the name of the parameter
	 * @param otherwise the time if it was not given
	 * @return the time in seconds since 1970
	 */
	public static long seconds(FunctionCall call, String name, long otherwise) {
		for (Expression argument : call.expressions(name)) {
			String text = text(argument);
			if (text != null) {
				return TimeReference.seconds(text, call.scope().now(), call.scope().zone());
			}
		}
		return otherwise;
	}

	/**
	 * Returns whether an argument is a point in time.
	 * @param argument the argument
	 * @return whether it is a text or a whole number
	 * @throws io.eardrum.web.graphite.query.QueryException if it is a text, but no time
	 */
	static boolean isTime(Expression argument) {
		String text = text(argument);
		return text != null && TimeReference.seconds(text, 0, ZoneOffset.UTC) <= Long.MAX_VALUE;
	}

	private static @Nullable String text(Expression argument) {
		if (argument instanceof Expression.Numeral number && number.whole()) {
			return Long.toString((long) number.value());
		}
		return (argument instanceof Expression.Text text) ? text.value() : null;
	}

}
