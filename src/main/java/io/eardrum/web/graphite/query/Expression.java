package io.eardrum.web.graphite.query;

import java.util.List;
import java.util.Map;

/**
 * A target, or a part of one, as it was written. Immutable.
 */
public sealed interface Expression {

	/**
	 * Returns where this part starts.
	 * @return the number of its first character in the target, from 1
	 */
	int position();

	/**
	 * Names series.
	 *
	 * @param pattern a key, or a pattern of keys
	 * @param position where it starts
	 */
	record Path(String pattern, int position) implements Expression {
	}

	/**
	 * Calls a function.
	 *
	 * @param function the name of the function
	 * @param arguments the arguments before the first named one
	 * @param named the named arguments
	 * @param position where it starts
	 */
	record Call(String function, List<Expression> arguments, Map<String, Expression> named,
			int position) implements Expression {

		public Call {
			arguments = List.copyOf(arguments);
			named = Map.copyOf(named);
		}

	}

	/**
	 * A text in quotes.
	 *
	 * @param value the text, without the quotes
	 * @param position where it starts
	 */
	record Text(String value, int position) implements Expression {
	}

	/**
	 * A number.
	 *
	 * @param value the number, possibly infinite
	 * @param whole whether it was written as an integer
	 * @param position where it starts
	 */
	record Numeral(double value, boolean whole, int position) implements Expression {
	}

	/**
	 * True or false.
	 *
	 * @param value which of them
	 * @param position where it starts
	 */
	record Flag(boolean value, int position) implements Expression {
	}

	/**
	 * The word {@code none}, which stands for a missing value.
	 *
	 * @param position where it starts
	 */
	record None(int position) implements Expression {
	}

}
