package io.eardrum.storage.time;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

import io.eardrum.metric.SeriesKey;
import io.eardrum.storage.StorageProperties;

/**
 * How long the points of a key are kept. The first rule whose pattern matches the key
 * decides.
 *
 * @param rules the rules, in the order in which they are tried
 */
public record Retention(List<Rule> rules) {

	/**
	 * Keeps all points.
	 */
	public static final Retention FOREVER = new Retention(List.of());

	public Retention {
		rules = List.copyOf(rules);
	}

	/**
	 * Returns whether any points are not kept for ever.
	 * @return whether a rule has a limit
	 */
	public boolean isLimited() {
		return this.rules.stream().anyMatch((rule) -> !rule.duration().isZero());
	}

	/**
	 * Returns a retention that keeps all points for the same time.
	 * @param duration how long
	 * @return the retention
	 */
	public static Retention of(Duration duration) {
		return new Retention(List.of(Rule.of("*", duration)));
	}

	/**
	 * Returns the retention that the configuration asks for.
	 * @param properties the configuration
	 * @return the retention
	 */
	public static Retention of(StorageProperties properties) {
		List<Rule> rules = new ArrayList<>();
		properties.retentionRules().forEach((rule) -> rules.add(Rule.of(rule.keys(), rule.retention())));
		rules.add(Rule.of("*", properties.retention()));
		return new Retention(rules);
	}

	/**
	 * Returns how long the points of a key are kept.
	 * @param key the key
	 * @return the number of seconds, or 0 if for ever
	 */
	public long seconds(SeriesKey key) {
		if (!isLimited()) {
			return 0;
		}
		String text = key.toString();
		for (Rule rule : this.rules) {
			if (rule.pattern().matcher(text).matches()) {
				return rule.duration().toSeconds();
			}
		}
		return 0;
	}

	/**
	 * Returns the first timestamp whose points are kept.
	 * @param seconds how long they are kept, or 0 if for ever
	 * @param now the present time, in seconds since 1970; {@link Long#MIN_VALUE} if it is
	 * not known
	 * @return the first timestamp that is kept
	 */
	public static long cutoff(long seconds, long now) {
		return (seconds == 0 || now < Long.MIN_VALUE + seconds) ? Long.MIN_VALUE : now - seconds;
	}

	/**
	 * How long the points of some keys are kept.
	 *
	 * @param pattern the pattern that the whole key must match
	 * @param duration how long; 0 means for ever
	 */
	public record Rule(Pattern pattern, Duration duration) {

		/**
		 * Makes a rule.
		 * @param glob a pattern of keys, in which {@code *} stands for any characters and
		 * {@code ?} for one
		 * @param duration how long to keep their points; 0 means for ever
		 * @return the rule
		 */
		public static Rule of(String glob, Duration duration) {
			StringBuilder regex = new StringBuilder();
			// The loop goes by code point, because half of a surrogate pair would match
			// nothing.
			glob.codePoints().forEach((character) -> {
				switch (character) {
					case '*' -> regex.append(".*");
					case '?' -> regex.append('.');
					default -> regex.append(Pattern.quote(Character.toString(character)));
				}
			});
			return new Rule(Pattern.compile(regex.toString(), Pattern.DOTALL), duration);
		}

	}

}
