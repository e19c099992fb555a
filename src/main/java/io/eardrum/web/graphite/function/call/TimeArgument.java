package io.eardrum.web.graphite.function.call;

import java.time.ZoneOffset;
import java.util.List;
import java.util.Objects;

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
	 * @param scope the time and the zone of the request
	 * @param arguments the argument, or none
	 * @param otherwise the time if there is no argument
	 * @return the time in seconds since 1970
	 */
	public static long seconds(Scope scope, List<Expression> arguments, long otherwise) {
		if (arguments.isEmpty()) {
			return otherwise;
		}
		String text = Objects.requireNonNull(text(arguments.get(0)));
		return TimeReference.seconds(text, scope.now(), scope.zone());
	}

	/**
	 * Returns whether an argument is a point in time.
	 * @param argument the argument
	 * @return whether it is a text or a whole number
	 * @throws io.eardrum.web.graphite.query.QueryException if it is a text, but no time
	 */
	static boolean isTime(Expression argument) {
		String text = text(argument);
		if (text == null) {
			return false;
		}
		TimeReference.seconds(text, 0, ZoneOffset.UTC);
		return true;
	}

	private static @Nullable String text(Expression argument) {
		if (argument instanceof Expression.Numeral number && number.whole()) {
			return Long.toString((long) number.value());
		}
		return (argument instanceof Expression.Text text) ? text.value() : null;
	}

}
