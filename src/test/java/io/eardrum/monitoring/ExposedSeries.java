package io.eardrum.monitoring;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

import io.eardrum.monitoring.PromqlExpression.LabelMatcher;
import io.eardrum.monitoring.PromqlExpression.Selector;

/**
 * All series that a Prometheus would have: name and labels of each. Expressions are held
 * against them.
 */
final class ExposedSeries {

	/** What Prometheus itself adds for each target. */
	private static final List<String> OF_EACH_TARGET = List.of("up", "scrape_duration_seconds",
			"scrape_samples_scraped", "scrape_samples_post_metric_relabeling", "scrape_series_added");

	private final Map<String, List<Map<String, String>>> labelsByName = new TreeMap<>();

	/**
	 * Adds what one scrape of a target brings.
	 * @param job the name of the job
	 * @param instance the target
	 * @param samples the names of the samples, and the labels of each
	 */
	void addTarget(String job, String instance, Map<String, List<Map<String, String>>> samples) {
		Map<String, String> ofTarget = Map.of("job", job, "instance", instance);
		OF_EACH_TARGET.forEach((name) -> add(name, ofTarget));
		samples.forEach((name, labelSets) -> labelSets.forEach((labels) -> {
			Map<String, String> all = new HashMap<>(labels);
			all.putAll(ofTarget);
			add(name, all);
		}));
	}

	void add(String name, Map<String, String> labels) {
		this.labelsByName.computeIfAbsent(name, (absent) -> new ArrayList<>()).add(labels);
	}

	Set<String> names() {
		return this.labelsByName.keySet();
	}

	boolean has(String name) {
		return this.labelsByName.containsKey(name);
	}

	/**
	 * Tells which values a label has.
	 * @param name the name of the series
	 * @param label the name of the label
	 * @return the values, over all series of that name
	 */
	Set<String> values(String name, String label) {
		Set<String> values = new TreeSet<>();
		this.labelsByName.getOrDefault(name, List.of()).forEach((labels) -> {
			String value = labels.get(label);
			if (value != null) {
				values.add(value);
			}
		});
		return values;
	}

	/**
	 * Finds what is wrong with an expression.
	 * @param expression the expression
	 * @return the faults; none if all of its series and labels are there
	 */
	List<String> faults(PromqlExpression expression) {
		List<String> faults = new ArrayList<>();
		for (Selector selector : expression.selectors()) {
			List<Map<String, String>> labelSets = this.labelsByName.get(selector.name());
			if (labelSets == null) {
				faults.add("there is no metric " + selector.name());
				continue;
			}
			selector.matchers().forEach((matcher) -> faultsOf(matcher, selector.name(), labelSets, faults));
			if (labelSets.stream().noneMatch((labels) -> matches(selector, labels))) {
				faults.add("no series matches " + selector);
			}
		}
		Set<String> labels = labelsOfSelectors(expression);
		expression.usedLabels()
			.stream()
			.filter((label) -> !labels.contains(label))
			.forEach((label) -> faults.add("no series has the label " + label));
		return faults;
	}

	// Each word of a=~"b|c" and of a!="b" must be a value that there is: it does no harm
	// otherwise, but is a mistake.
	private static void faultsOf(LabelMatcher matcher, String name, List<Map<String, String>> labelSets,
			List<String> faults) {
		String label = matcher.label();
		if (labelSets.stream().noneMatch((labels) -> labels.containsKey(label))) {
			faults.add(name + " has no label " + label);
			return;
		}
		for (String value : matcher.value().split("\\|", -1)) {
			if (labelSets.stream().noneMatch((labels) -> labels.getOrDefault(label, "").matches(value))) {
				faults.add(name + " never has " + label + " " + value);
			}
		}
	}

	private static boolean matches(Selector selector, Map<String, String> labels) {
		return selector.matchers()
			.stream()
			.allMatch((matcher) -> matcher.matches(labels.getOrDefault(matcher.label(), "")));
	}

	/**
	 * Tells which labels the result of an expression has.
	 * @param expression the expression
	 * @return the names of the labels
	 */
	Set<String> labelsOf(PromqlExpression expression) {
		return expression.isAggregating() ? expression.keptLabels() : labelsOfSelectors(expression);
	}

	private Set<String> labelsOfSelectors(PromqlExpression expression) {
		Set<String> labels = new TreeSet<>();
		expression.selectors()
			.forEach((selector) -> this.labelsByName.getOrDefault(selector.name(), List.of())
				.forEach((set) -> labels.addAll(set.keySet())));
		return labels;
	}

}
