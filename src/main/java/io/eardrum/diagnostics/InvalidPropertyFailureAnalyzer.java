package io.eardrum.diagnostics;

import java.util.Locale;

import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.core.env.Environment;

/**
 * Reports which property has an invalid value, and which values are valid. It comes
 * before the analyzer of the framework, which reports on binding and classes instead.
 */
@Order(Ordered.HIGHEST_PRECEDENCE)
final class InvalidPropertyFailureAnalyzer extends AbstractFailureAnalyzer<InvalidConfigurationPropertyValueException> {

	private final Environment environment;

	InvalidPropertyFailureAnalyzer(Environment environment) {
		this.environment = environment;
	}

	@Override
	protected FailureAnalysis analyze(Throwable rootFailure, InvalidConfigurationPropertyValueException cause) {
		String name = cause.getName();
		// The value as it was typed, if it was: a duration would read PT-1S here.
		String typed = this.environment.getProperty(name);
		String value = (typed != null) ? typed : String.valueOf(cause.getValue());
		// Others read the log.
		boolean secret = name.endsWith("password") && !value.isEmpty();
		String description = "The property " + name + " has "
				+ (secret ? "a value that is not shown here. " : "the value '" + value + "'. ") + cause.getReason();
		String action = "Correct it where it is set: as an argument (--" + name + "=...), in the environment ("
				+ environmentVariable(name) + "), or in a configuration file.";
		return new FailureAnalysis(description, action, cause);
	}

	static String environmentVariable(String name) {
		return name.replaceAll("[-\\]]", "").replaceAll("[.\\[]", "_").toUpperCase(Locale.ROOT);
	}

}
