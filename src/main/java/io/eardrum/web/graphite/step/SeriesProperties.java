package io.eardrum.web.graphite.step;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.boot.convert.DurationUnit;

import io.eardrum.budget.HeapShare;
import io.eardrum.metric.pattern.KeyPattern;

/**
 * What people say of series.
 *
 * @param rules what they say of some keys. The first rule whose pattern matches applies
 * @param storageSchemas a storage-schemas.conf of Graphite's, whose sections are further
 * rules; by default none
 */
@ConfigurationProperties(prefix = "eardrum.series", ignoreUnknownFields = false)
public record SeriesProperties(@DefaultValue List<Rule> rules, @Nullable Path storageSchemas) {

	private static final Duration MAX_STEP = Duration.ofDays(365);

	public SeriesProperties {
		rules = List.copyOf(rules);
		for (int i = 0; i < rules.size(); i++) {
			Rule rule = rules.get(i);
			String name = "rules[" + i + "].";
			try {
				KeyPattern.of(rule.keys());
			}
			catch (IllegalArgumentException ex) {
				throw wrong(name + "keys", rule.keys(),
						"It must be a pattern of keys, such as palm.**: " + ex.getMessage() + ".");
			}
			if (rule.step().compareTo(Duration.ofSeconds(1)) < 0 || rule.step().compareTo(MAX_STEP) > 0
					|| !rule.step().equals(rule.step().truncatedTo(ChronoUnit.SECONDS))) {
				throw wrong(name + "step", rule.step(), "It must be whole seconds, from 1s to 365d.");
			}
		}
		// Read here as well, so that a check of the configuration finds what is wrong.
		schemas(storageSchemas);
	}

	private static List<StepRule> schemas(@Nullable Path file) {
		try {
			return (file != null) ? StorageSchemas.read(file) : List.of();
		}
		catch (IOException ex) {
			throw wrong("storage-schemas", String.valueOf(file), "It can't be read: " + ex.getMessage() + ".");
		}
		catch (IllegalArgumentException ex) {
			throw wrong("storage-schemas", String.valueOf(file), String.valueOf(ex.getMessage()));
		}
	}

	private static InvalidConfigurationPropertyValueException wrong(String name, Object value, String reason) {
		return new InvalidConfigurationPropertyValueException("eardrum.series." + name, value, reason);
	}

	/**
	 * Reads the rules.
	 * @param share where memory is reserved for what is learnt of series
	 * @param nanoTime a clock in nanoseconds
	 * @return the steps of series, as far as people say them
	 */
	public Steps steps(HeapShare share, LongSupplier nanoTime) {
		List<StepRule> all = new ArrayList<>();
		this.rules.forEach((rule) -> all.add(StepRule.of(KeyPattern.of(rule.keys()), rule.step().toSeconds())));
		all.addAll(schemas(this.storageSchemas));
		return new Steps(all, share, nanoTime);
	}

	/**
	 * What people say of some series.
	 *
	 * @param keys a pattern of keys, as over HTTP
	 * @param step the time from one point to the next, 1s to 365d
	 */
	public record Rule(@DefaultValue("") String keys,
			@DefaultValue("0s") @DurationUnit(ChronoUnit.SECONDS) Duration step) {
	}

}
