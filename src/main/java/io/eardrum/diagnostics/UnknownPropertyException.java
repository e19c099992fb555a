package io.eardrum.diagnostics;

import java.util.Locale;
import java.util.Optional;

import org.jspecify.annotations.Nullable;

/**
 * Thrown if something is configured that does not exist.
 */
final class UnknownPropertyException extends RuntimeException {

	private static final long serialVersionUID = 1L;

	/**
	 * Creates an exception.
	 * @param name the name, as it was written
	 * @param value its value, which a message must not show if it may be a password
	 * @param where where it was written, as the end of a sentence
	 * @param meant the property that is probably meant
	 */
	UnknownPropertyException(String name, @Nullable Object value, String where, Optional<String> meant) {
		super("The property " + name + " (" + shown(name, value) + "), " + where + ", does not exist."
				+ meant.map((known) -> " Did you mean " + known + "?").orElse(""));
	}

	private static String shown(String name, @Nullable Object value) {
		return name.toLowerCase(Locale.ROOT).contains("pas") ? "its value is not shown here" : "'" + value + "'";
	}

}
