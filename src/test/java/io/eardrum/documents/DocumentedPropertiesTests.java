package io.eardrum.documents;

import java.math.BigDecimal;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import org.springframework.boot.convert.ApplicationConversionService;
import org.springframework.boot.convert.DurationStyle;
import org.springframework.util.unit.DataSize;
import org.yaml.snakeyaml.Yaml;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import io.eardrum.documents.fixture.Documents;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatException;

/**
 * Holds what the documents say of properties against the properties that there are: their
 * names, their defaults, and what is allowed.
 */
class DocumentedPropertiesTests {

	private static final Path REFERENCE = Documents.docs("configuration.md");

	private static final Path RESOURCES = Path.of("src/main/resources");

	private static final List<Path> PROPERTY_FILES = List.of(RESOURCES.resolve("application.yml"),
			RESOURCES.resolve("application-cassandra.yml"));

	private static final JsonNode METADATA = JsonMapper.shared()
		.readTree(Path.of("target/classes/META-INF/spring-configuration-metadata.json").toFile());

	/** What a value needs besides itself. */
	private static final Map<String, Map<String, String>> BESIDES = Map.of("eardrum.tcp.ssl.client-auth",
			Map.of("eardrum.tcp.ssl.bundle", "port"), "eardrum.tcp.max-line-length",
			Map.of("eardrum.tcp.max-key-length", "8B"));

	private static final Pattern RANGE = Pattern.compile("`([^`]+)` to `([^`]+)`(?:, or `([^`]+)`)?");

	private static final Pattern AT_LEAST = Pattern.compile("`([^`]+)` or more(?:, or `([^`]+)`)?");

	private static final Pattern CHOICE = Pattern.compile("`[^`]+`(?:, `[^`]+`)+");

	private static final Pattern NAME = Pattern.compile("(?<![\\w./-])eardrum(?:\\.[a-z0-9-]+)+");

	private static final Pattern VARIABLE = Pattern.compile("(?<![\\w$])EARDRUM(?:_[A-Z]+)+");

	/** Names that begin like a property and are none. */
	private static final Set<String> OTHER_NAMES = Set.of(
			// Told to tests, as properties of the system.
			"eardrum.browser", "eardrum.browser.driver", "eardrum.record", "eardrum.test.seed",
			// Wrong ones, on purpose.
			"eardrum.tpc.port",
			// Of Python, of Java, and a name of a series.
			"eardrum.py", "eardrum.server", "eardrum.bench", "eardrum.points", "eardrum.before", "eardrum.closed",
			"eardrum.lock", "eardrum.mark", "eardrum.running", "eardrum.store", "eardrum.views");

	private static final Set<String> WRONG_VARIABLES = Set.of("EARDRUM_STORAGE_RETENTON");

	@Test
	void everyPropertyIsInTheReference() {
		assertThat(reference().keySet()).isEqualTo(defaults().keySet());
	}

	@ParameterizedTest
	@MethodSource("references")
	void defaultIsTheRealOne(String property, String told, String allowed) {
		String real = defaults().getOrDefault(property, "");
		if (real.isEmpty()) {
			// Nothing, or a sentence on where it comes from.
			assertThat(told).doesNotMatch("`[^`]*`");
		}
		else {
			assertThat(told).isEqualTo("`" + real + "`");
		}
	}

	@ParameterizedTest
	@MethodSource("references")
	void whatIsAllowedIsTakenAndWhatIsNotIsRefused(String property, String told, String allowed) {
		Matcher range = RANGE.matcher(allowed);
		Matcher atLeast = AT_LEAST.matcher(allowed);
		if (range.matches()) {
			assertThatIsTaken(property, range.group(1));
			assertThatIsTaken(property, range.group(2));
			assertThatIsRefused(property, beside(range.group(1), -1));
			assertThatIsRefused(property, beside(range.group(2), 1));
			if (range.group(3) != null) {
				assertThatIsTaken(property, range.group(3));
			}
		}
		else if (atLeast.matches()) {
			assertThatIsTaken(property, atLeast.group(1));
			assertThatIsRefused(property, beside(atLeast.group(1), -1));
			if (atLeast.group(2) != null) {
				assertThatIsTaken(property, atLeast.group(2));
			}
		}
		else if (CHOICE.matcher(allowed).matches()) {
			Documents.code(allowed).forEach((choice) -> assertThatIsTaken(property, choice));
			assertThatIsRefused(property, "neither");
		}
		else {
			// A sentence: whatever is a number has a range.
			assertThat(allowed).isNotBlank().doesNotContain("` to `", "or more");
		}
	}

	@Test
	void numbersHaveRanges() {
		Set<String> numbers = new TreeSet<>();
		Set<String> ranged = new TreeSet<>();
		METADATA.path("properties").forEach((property) -> {
			if (Set
				.of("java.lang.Integer", "java.lang.Long", "java.time.Duration",
						"org.springframework.util.unit.DataSize")
				.contains(property.path("type").asString(""))) {
				numbers.add(property.path("name").asString(""));
			}
		});
		reference().forEach((property, row) -> {
			if (RANGE.matcher(row.get(2)).matches() || AT_LEAST.matcher(row.get(2)).matches()) {
				ranged.add(property);
			}
		});
		assertThat(numbers).hasSizeGreaterThan(10);
		assertThat(ranged).containsAll(numbers);
	}

	@Test
	void defaultsInTheReadmeAreTheRealOnes() {
		Map<String, String> defaults = defaults();
		Set<String> seen = new TreeSet<>();
		for (List<String> row : Documents.rows(Documents.README, "Configuration")) {
			List<String> names = Documents.code(row.get(0));
			String[] values = row.get(1).split(", ", -1);
			for (int i = 0; i < names.size(); i++) {
				String name = names.get(i).contains(".") ? names.get(i)
						: names.get(0).replaceFirst("[^.]+$", names.get(i));
				if (name.startsWith("eardrum.")) {
					seen.add(name);
					assertThat(defaults).containsKey(name);
					String value = values[Math.min(i, values.length - 1)];
					String real = defaults.getOrDefault(name, "");
					if (real.isEmpty()) {
						assertThat(value).as(name).doesNotMatch("`[a-z0-9.]*`");
					}
					else {
						assertThat(value).as(name).isEqualTo("`" + real + "`");
					}
				}
			}
		}
		assertThat(seen).hasSizeGreaterThan(15);
	}

	@Test
	void limitsOfTheProtocolAreTheRealOnes() {
		Map<String, String> defaults = defaults();
		Set<String> seen = new TreeSet<>();
		for (List<String> row : Documents.rows(Documents.docs("protocol.md"), "Limits")) {
			for (String name : Documents.code(row.get(2))) {
				String real = defaults.getOrDefault(name, "absent");
				if (!real.isEmpty() && !row.get(1).equals("none")) {
					assertThat(row.get(1).replaceAll("[ B]", "")).as(name).isEqualTo(real.replaceAll("B$", ""));
					seen.add(name);
				}
			}
		}
		assertThat(seen).contains("eardrum.tcp.max-line-length", "eardrum.tcp.max-connections",
				"eardrum.tcp.write-timeout");
	}

	@Test
	void filesHaveEveryPropertyWithItsDefault() {
		Map<String, String> defaults = defaults();
		Set<String> missing = new TreeSet<>(defaults.keySet());
		for (Path file : PROPERTY_FILES) {
			String text = Documents.text(file);
			missing.removeIf((name) -> text.matches("(?s).*\\n *(# *)?" + lastPart(name) + ":.*"));
			flatten("", new Yaml().load(text)).forEach((name, value) -> {
				// The profile says which engine it is.
				if (name.startsWith("eardrum.") && !value.equals("cassandra")) {
					assertThat(value).as(name + " in " + file).isEqualTo(defaults.get(name));
				}
			});
		}
		assertThat(missing).isEmpty();
	}

	@ParameterizedTest
	@MethodSource("filesWithNames")
	void propertiesThatAreNamedAreThere(Path file) {
		Set<String> known = new TreeSet<>(defaults().keySet());
		METADATA.path("groups").forEach((group) -> known.add(group.path("name").asString("")));
		Set<String> unknown = new TreeSet<>();
		NAME.matcher(Documents.text(file))
			.results()
			.map((found) -> found.group())
			.filter((name) -> !name.matches(".*\\.(jar|jsa|aot|yml|cli)") && !name.startsWith("eardrum.cli.")
					&& !OTHER_NAMES.contains(name) && !known.contains(name))
			.forEach(unknown::add);
		assertThat(unknown).isEmpty();
	}

	@ParameterizedTest
	@MethodSource("filesWithNames")
	void variablesThatAreNamedAreRead(Path file) {
		Set<String> known = new TreeSet<>();
		defaults().keySet().forEach((name) -> {
			String variable = name.replace('.', '_').toUpperCase(Locale.ROOT);
			known.add(variable.replace("-", ""));
			known.add(variable.replace('-', '_'));
		});
		String readers = Documents.text(Path.of("docker-compose.yml")).replaceAll("(?m)^ *#.*$", "")
				+ Documents.text(Path.of("src/main/java/io/eardrum/cli/argument/EnvironmentDefaults.java"));
		Pattern.compile("(?:\\$\\{|\",\\s+\")(EARDRUM_[A-Z_]+)")
			.matcher(readers)
			.results()
			.map((found) -> found.group(1))
			.forEach(known::add);
		Set<String> unknown = new TreeSet<>();
		VARIABLE.matcher(Documents.text(file))
			.results()
			.map((found) -> found.group())
			.filter((name) -> !known.contains(name) && !WRONG_VARIABLES.contains(name))
			.forEach(unknown::add);
		assertThat(unknown).isEmpty();
	}

	@ParameterizedTest
	@MethodSource("documents")
	void blocksOfYamlHaveRealProperties(Path document) {
		Documents.blocks(document).stream().filter((block) -> block.language().equals("yaml")).forEach((block) -> {
			Map<String, String> values = new TreeMap<>();
			flatten("", new Yaml().load(block.text())).forEach((name, value) -> {
				if (name.startsWith("eardrum.")) {
					values.put(name, value);
				}
			});
			groups().forEach((group) -> {
				Map<String, String> ofGroup = new HashMap<>(values);
				ofGroup.keySet().removeIf((name) -> !name.startsWith(group + "."));
				values.keySet().removeAll(ofGroup.keySet());
				assertThatCode(() -> bind(group, ofGroup)).as(block.toString()).doesNotThrowAnyException();
				ofGroup.keySet()
					.forEach((name) -> assertThat(defaults().keySet()).as(block.toString())
						.contains(name.replaceFirst("\\[.*", "")));
			});
			assertThat(values).as(block.toString()).isEmpty();
		});
	}

	private static void assertThatIsTaken(String property, String value) {
		assertThatCode(() -> bind(property, value)).as("%s=%s", property, value).doesNotThrowAnyException();
	}

	private static void assertThatIsRefused(String property, String value) {
		assertThatException().as("%s=%s", property, value)
			.isThrownBy(() -> bind(property, value))
			.satisfies((failure) -> {
				Throwable cause = failure;
				while (cause.getCause() != null && !(cause instanceof InvalidConfigurationPropertyValueException)) {
					cause = cause.getCause();
				}
				if (cause instanceof InvalidConfigurationPropertyValueException invalid) {
					assertThat(invalid.getName()).isEqualTo(property);
					assertThat(invalid.getReason()).isNotBlank();
				}
				else {
					// What is no number at all is told by the framework.
					assertThat(failure).hasMessageContaining(property);
				}
			});
	}

	private static void bind(String property, String value) {
		Map<String, String> values = new HashMap<>(BESIDES.getOrDefault(property, Map.of()));
		values.put(property, value);
		String group = groups().stream()
			.filter((name) -> property.startsWith(name + "."))
			.findFirst()
			.orElseThrow(() -> new AssertionError(property + " is bound by nothing"));
		bind(group, values);
	}

	private static void bind(String group, Map<String, String> values) {
		new Binder(List.of(new MapConfigurationPropertySource(values)), null,
				ApplicationConversionService.getSharedInstance())
			.bindOrCreate(group, Bindable.of(typeOf(group)));
	}

	// The outermost ones, which are bound.
	private static List<String> groups() {
		List<String> groups = new ArrayList<>();
		METADATA.path("groups").forEach((group) -> {
			String name = group.path("name").asString("");
			if (name.matches("eardrum\\.[a-z]+")) {
				groups.add(name);
			}
		});
		return groups;
	}

	private static Class<?> typeOf(String group) {
		for (JsonNode candidate : METADATA.path("groups")) {
			if (candidate.path("name").asString("").equals(group)) {
				try {
					return Class.forName(candidate.path("type").asString(""));
				}
				catch (ClassNotFoundException ex) {
					throw new AssertionError(ex);
				}
			}
		}
		throw new AssertionError(group);
	}

	/**
	 * Finds the nearest value on one side of another.
	 * @param value a number, a time or a size
	 * @param direction 1 or -1
	 * @return the value
	 */
	private static String beside(String value, int direction) {
		if (value.matches("-?\\d+")) {
			return new BigDecimal(value).add(BigDecimal.valueOf(direction)).toPlainString();
		}
		if (value.matches("\\d+[KMGT]?B")) {
			return (DataSize.parse(value).toBytes() + direction) + "B";
		}
		Duration duration = DurationStyle.SIMPLE.parse(value);
		return (duration.toMillis() + direction) + "ms";
	}

	private static String lastPart(String name) {
		return name.substring(name.lastIndexOf('.') + 1);
	}

	private static Map<String, String> flatten(String prefix, @Nullable Object yaml) {
		Map<String, String> values = new TreeMap<>();
		if (yaml instanceof Map<?, ?> members) {
			members.forEach(
					(name, value) -> values.putAll(flatten(prefix.isEmpty() ? "" + name : prefix + "." + name, value)));
		}
		else if (yaml instanceof List<?> elements) {
			for (int i = 0; i < elements.size(); i++) {
				values.putAll(flatten(prefix + "[" + i + "]", elements.get(i)));
			}
		}
		else if (yaml != null) {
			values.put(prefix, yaml.toString());
		}
		return values;
	}

	private static Map<String, String> defaults() {
		Map<String, String> defaults = new TreeMap<>();
		METADATA.path("properties").forEach((property) -> {
			String name = property.path("name").asString("");
			if (name.startsWith("eardrum.")) {
				JsonNode value = property.path("defaultValue");
				defaults.put(name, value.isMissingNode() ? "" : value.asString(""));
			}
		});
		return defaults;
	}

	private static Map<String, List<String>> reference() {
		Map<String, List<String>> reference = new TreeMap<>();
		Documents.sections(REFERENCE).keySet().forEach((heading) -> {
			for (List<String> row : Documents.rows(REFERENCE, heading)) {
				String name = row.get(0).replace("`", "");
				if (name.startsWith("eardrum.")) {
					assertThat(reference.put(name, row)).as(name + " is there once").isNull();
				}
			}
		});
		return reference;
	}

	static Stream<Arguments> references() {
		return reference().entrySet()
			.stream()
			.map((entry) -> Arguments.of(entry.getKey(), entry.getValue().get(1), entry.getValue().get(2)));
	}

	static Stream<Path> documents() {
		return Documents.all().stream();
	}

	static Stream<Path> filesWithNames() {
		return Stream.concat(documents(),
				Stream.of(Path.of("docker-compose.yml"), Path.of("Dockerfile"), RESOURCES.resolve("application.yml"),
						RESOURCES.resolve("application-docker.yml"), RESOURCES.resolve("application-cassandra.yml"),
						Path.of("src/main/docker/monitoring/prometheus/alerts.yml"),
						Path.of("src/main/docker/monitoring/prometheus/prometheus.yml")));
	}

}
