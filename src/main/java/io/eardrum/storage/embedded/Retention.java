package io.eardrum.storage.embedded;

import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;

import io.eardrum.metric.SeriesKey;

/**
 * How long the points of a key are kept: as the first rule says whose pattern matches it.
 *
 * @param rules the rules, in the order in which they are tried
 */
record Retention(List<Rule> rules) {

	static final Retention FOREVER = new Retention(List.of());

	Retention {
		rules = List.copyOf(rules);
	}

	/**
	 * Tells whether there is anything that is not kept for ever.
	 * @return whether there is
	 */
	boolean isLimited() {
		return this.rules.stream().anyMatch((rule) -> !rule.duration().isZero());
	}

	/**
	 * Keeps all points for the same time.
	 * @param duration how long
	 * @return the retention
	 */
	static Retention of(Duration duration) {
		return new Retention(List.of(Rule.of("*", duration)));
	}

	/**
	 * Tells how long the points of a key are kept.
	 * @param key the key
	 * @return the number of seconds, or 0 if for ever
	 */
	long seconds(SeriesKey key) {
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
	 * Tells from when on points of a series count.
	 * @param series the series
	 * @param now the present, in seconds since 1970
	 * @return the first timestamp that is kept
	 */
	static long cutoff(Series series, long now) {
		long seconds = series.retentionSeconds();
		return (seconds == 0) ? Long.MIN_VALUE : now - seconds;
	}

	/**
	 * How long the points of some keys are kept.
	 *
	 * @param pattern what the whole key must match
	 * @param duration how long; 0 means for ever
	 */
	record Rule(Pattern pattern, Duration duration) {

		/**
		 * Makes a rule.
		 * @param glob the keys, where {@code *} stands for any characters and {@code ?}
		 * for one
		 * @param duration how long to keep their points; 0 means for ever
		 * @return the rule
		 */
		static Rule of(String glob, Duration duration) {
			StringBuilder regex = new StringBuilder();
			// By code point: half of a surrogate pair would match nothing.
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
