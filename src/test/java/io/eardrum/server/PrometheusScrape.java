package io.eardrum.server;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The samples of one scrape, parsed from the text that Prometheus would get.
 */
public final class PrometheusScrape {

	private static final Pattern SAMPLE = Pattern.compile("([A-Za-z_:][A-Za-z0-9_:]*)(?:\\{(.*)})? (\\S+)");

	private static final Pattern LABEL = Pattern.compile("([A-Za-z_][A-Za-z0-9_]*)=\"((?:[^\"\\\\]|\\\\.)*)\"");

	private final List<Sample> samples = new ArrayList<>();

	private PrometheusScrape(String text) {
		for (String line : text.lines().toList()) {
			if (!line.startsWith("#") && !line.isBlank()) {
				this.samples.add(Sample.parse(line));
			}
		}
	}

	static PrometheusScrape of(int httpPort) {
		return of(httpPort, "/actuator/prometheus");
	}

	/**
	 * Scrapes once.
	 * @param httpPort the port on 127.0.0.1
	 * @param path what to scrape
	 * @return the samples
	 */
	public static PrometheusScrape of(int httpPort, String path) {
		HttpAnswer answer = HttpAnswer.get(httpPort, path);
		if (answer.status() != 200) {
			throw new IllegalStateException(answer.toString());
		}
		return new PrometheusScrape(answer.body());
	}

	/**
	 * Returns the sum of the samples that have a name and at least the given labels.
	 * @param name the name of the samples
	 * @param labels names and values of labels, in turn
	 * @return the sum; 0 if there are no such samples
	 */
	public double sum(String name, String... labels) {
		double sum = 0;
		for (Sample sample : this.samples) {
			if (sample.name().equals(name) && sample.has(labels)) {
				sum += sample.value();
			}
		}
		return sum;
	}

	/**
	 * Returns whether there is a sample with a name and at least the given labels.
	 * @param name the name of the sample
	 * @param labels names and values of labels, in turn
	 * @return whether there is one
	 */
	public boolean has(String name, String... labels) {
		return this.samples.stream().anyMatch((sample) -> sample.name().equals(name) && sample.has(labels));
	}

	/**
	 * Returns which series there are.
	 * @return the labels of each sample, by the name of the samples
	 */
	public Map<String, List<Map<String, String>>> series() {
		Map<String, List<Map<String, String>>> series = new TreeMap<>();
		this.samples.forEach(
				(sample) -> series.computeIfAbsent(sample.name(), (absent) -> new ArrayList<>()).add(sample.labels()));
		return series;
	}

	@Override
	public String toString() {
		return this.samples.stream().filter((sample) -> sample.name().startsWith("eardrum_")).toList().toString();
	}

	private record Sample(String name, Map<String, String> labels, double value) {

		private static Sample parse(String line) {
			Matcher matcher = SAMPLE.matcher(line);
			if (!matcher.matches()) {
				throw new IllegalArgumentException("no sample: " + line);
			}
			Map<String, String> labels = new HashMap<>();
			String labelText = matcher.group(2);
			if (labelText != null) {
				Matcher label = LABEL.matcher(labelText);
				while (label.find()) {
					labels.put(label.group(1), label.group(2));
				}
			}
			return new Sample(matcher.group(1), labels, number(matcher.group(3)));
		}

		private static double number(String text) {
			return switch (text) {
				case "+Inf" -> Double.POSITIVE_INFINITY;
				case "-Inf" -> Double.NEGATIVE_INFINITY;
				default -> Double.parseDouble(text);
			};
		}

		private boolean has(String... wanted) {
			for (int i = 0; i < wanted.length; i += 2) {
				if (!wanted[i + 1].equals(this.labels.get(wanted[i]))) {
					return false;
				}
			}
			return true;
		}

	}

}
