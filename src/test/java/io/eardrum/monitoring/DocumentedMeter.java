package io.eardrum.monitoring;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A row of the tables of meters in the documents.
 *
 * @param samples the names of all samples of its meters
 * @param labels the values of the labels for which they are listed
 */
record DocumentedMeter(SortedSet<String> samples, Map<String, Set<String>> labels) {

	private static final Path DOCUMENT = Path.of("docs/meters.md");

	private static final Pattern CODE = Pattern.compile("`([a-z_]+)`");

	private static final Pattern LABEL = Pattern.compile("`([a-z_]+)` = (`[a-z_]+`(?:, `[a-z_]+`)*)");

	/**
	 * Reads the rows of all tables of meters.
	 * @return the meters
	 */
	static List<DocumentedMeter> all() {
		List<DocumentedMeter> meters = new ArrayList<>();
		for (String line : MonitoringFiles.text(DOCUMENT).lines().toList()) {
			if (line.startsWith("| `")) {
				meters.add(ofRow(line.split(" \\| ?", -1)));
			}
		}
		return meters;
	}

	private static DocumentedMeter ofRow(String[] cells) {
		SortedSet<String> samples = new TreeSet<>();
		Set<String> suffixes = new TreeSet<>();
		List<String> names = new ArrayList<>();
		for (String code : codes(cells[0])) {
			(code.startsWith("_") ? suffixes : names).add(code);
		}
		boolean histogram = cells.length > 3 && cells[1].startsWith("histogram");
		for (String name : names) {
			if (histogram && !name.endsWith("_max")) {
				suffixes.addAll(List.of("_bucket", "_count", "_sum"));
			}
			boolean first = name.equals(names.get(0));
			if (first && !suffixes.isEmpty()) {
				suffixes.forEach((suffix) -> samples.add(name + suffix));
			}
			else {
				samples.add(name);
			}
		}
		return new DocumentedMeter(samples, labels(cells));
	}

	private static Map<String, Set<String>> labels(String[] cells) {
		Map<String, Set<String>> labels = new TreeMap<>();
		// What is in parentheses explains a value.
		Matcher matcher = LABEL.matcher((cells.length > 3) ? cells[1].replaceAll(" \\([^)]*\\)", "") : "");
		while (matcher.find()) {
			labels.put(matcher.group(1), new TreeSet<>(codes(matcher.group(2))));
		}
		return labels;
	}

	private static List<String> codes(String text) {
		return CODE.matcher(text).results().map((found) -> found.group(1)).toList();
	}

}
