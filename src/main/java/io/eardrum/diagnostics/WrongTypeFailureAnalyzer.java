package io.eardrum.diagnostics;

import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.context.properties.source.ConfigurationProperty;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.origin.Origin;
import org.springframework.boot.origin.PropertySourceOrigin;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.core.convert.ConversionException;
import org.springframework.core.env.CommandLinePropertySource;
import org.springframework.util.unit.DataSize;

/**
 * Reports a value of a property that can't be read, such as a word where a number
 * belongs, and what it should look like. The analyzer of the framework would speak of
 * classes.
 */
@Order(Ordered.HIGHEST_PRECEDENCE)
final class WrongTypeFailureAnalyzer extends AbstractFailureAnalyzer<BindException> {

	private static final int MAX_NAMED = 12;

	@Override
	protected @Nullable FailureAnalysis analyze(Throwable rootFailure, BindException cause) {
		ConfigurationProperty property = cause.getProperty();
		Class<?> type = cause.getTarget().getType().resolve();
		if (property == null || type == null || !isConversion(cause)) {
			return null;
		}
		String name = cause.getName().toString();
		String expected = expected(type);
		if (!name.startsWith("eardrum.") || expected == null) {
			return null;
		}
		String value = name.endsWith("password") ? "a value that is not shown here"
				: "the value '" + property.getValue() + "'";
		String action = "Correct it where it is set: as an argument (--" + name + "=...), in the environment ("
				+ InvalidPropertyFailureAnalyzer.environmentVariable(name) + "), or in a configuration file.";
		Origin origin = property.getOrigin();
		if (origin instanceof PropertySourceOrigin found
				&& found.getPropertySource() instanceof CommandLinePropertySource<?>) {
			action = "Correct the argument --" + found.getPropertyName() + ".";
		}
		else if (origin != null) {
			action = "Correct it where it is set: " + origin + ".";
		}
		return new FailureAnalysis("The property " + name + " has " + value + ". It must be " + expected + ".", action,
				cause);
	}

	private static boolean isConversion(Throwable failure) {
		for (Throwable next = failure; next != null; next = next.getCause()) {
			if (next instanceof ConversionException) {
				return true;
			}
		}
		return false;
	}

	private static @Nullable String expected(Class<?> type) {
		if (type == int.class || type == Integer.class) {
			return "a whole number of at most " + Integer.MAX_VALUE;
		}
		if (type == long.class || type == Long.class) {
			return "a whole number";
		}
		if (type == boolean.class || type == Boolean.class) {
			return "true or false";
		}
		if (type == double.class || type == Double.class) {
			return "a number";
		}
		if (type == Duration.class) {
			return "a time such as 500ms, 30s, 10m, 12h or 30d";
		}
		if (type == DataSize.class) {
			return "a size such as 512B, 64KB, 256MB or 2GB";
		}
		if (type.isEnum()) {
			return Arrays.stream(Objects.requireNonNull(type.getEnumConstants()))
				.limit(MAX_NAMED)
				.map((constant) -> ((Enum<?>) constant).name().toLowerCase(Locale.ROOT).replace('_', '-'))
				.collect(Collectors.joining(", ", "one of ", ""));
		}
		return null;
	}

}
