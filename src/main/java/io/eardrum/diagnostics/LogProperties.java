package io.eardrum.diagnostics;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;

/**
 * The configuration of the log.
 *
 * @param maxLines how many lines are logged in a second, 10 to 100000, and as many errors
 * besides; further lines are left out and counted. Lines of the levels debug and trace
 * are never left out, because an operator who turns them on wants them all.
 */
@ConfigurationProperties(prefix = "eardrum.log", ignoreUnknownFields = false)
record LogProperties(@DefaultValue("100") int maxLines) {

	private static final int MIN_LINES = 10;

	private static final int MAX_LINES = 100_000;

	LogProperties {
		if (maxLines < MIN_LINES || maxLines > MAX_LINES) {
			throw new InvalidConfigurationPropertyValueException("eardrum.log.max-lines", maxLines,
					"It must be from " + MIN_LINES + " to " + MAX_LINES + ".");
		}
	}

}
