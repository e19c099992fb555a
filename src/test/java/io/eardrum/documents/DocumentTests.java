package io.eardrum.documents;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import io.eardrum.documents.fixture.Documents;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Holds what the documents point to against what is there: links, files and classes.
 */
class DocumentTests {

	/** {@code console}: commands behind {@code $}, and what they print. */
	private static final Set<String> LANGUAGES = Set.of("console", "sh", "python", "java", "yaml", "xml", "properties",
			"text");

	/** Links, and the pictures of HTML. */
	private static final Pattern LINK = Pattern.compile("(?:\\[[^\\]]*]\\(|\\bsrc(?:set)?=\")([^)\"\\s]+)[)\"]");

	private static final Pattern PATH = Pattern.compile("(src|docs|bin|\\.ci|\\.mvn|\\.github)/[\\w./-]*");

	private static final Pattern CLASS = Pattern.compile("@?([A-Z][a-z0-9]+(?:[A-Z][A-Za-z0-9]*)+)(?:[#.(].*)?");

	private static final Pattern TEST = Pattern.compile("-D(?:it\\.)?test='?([A-Za-z]+)\\b");

	private static final Pattern THREAD = Pattern.compile("(?:new Thread|start)\\([^;]*\"(eardrum-[a-z-]+)\"");

	/** Packages that run in a client's process. */
	private static final Set<String> OUTSIDE_THE_SERVER = Set.of("cli", "client");

	private static final Pattern DECISION = Pattern
		.compile("\\| (\\d{4}-\\d\\d-\\d\\d) \\| \\[.+]\\(([^)\\s]+)\\) \\|");

	private static final Pattern TEST_METHOD = Pattern.compile("(\\w+Tests)[.#](\\w+)");

	/** Classes of others, and other names that are written like classes. */
	private static final Set<String> FOREIGN = Set.of("NullMarked", "EnableIntegration", "GossipingPropertyFileSnitch");

	/** What commands make. */
	private static final Set<String> OUTPUT = Set.of("src/test/resources/stores/0.2.0");

	private static final Set<String> CLASSES = classes();

	@ParameterizedTest
	@MethodSource("documents")
	void fenceSaysWhatIsInIt(Path document) {
		assertThat(Documents.blocks(document))
			.allSatisfy((block) -> assertThat(LANGUAGES).as(block.toString()).contains(block.language()));
	}

	@ParameterizedTest
	@MethodSource("documents")
	void linksLeadSomewhere(Path document) {
		List<String> dead = new ArrayList<>();
		LINK.matcher(String.join("\n", Documents.prose(document)))
			.results()
			.map((found) -> found.group(1))
			.filter((target) -> !target.matches("[a-z]+:.*"))
			.forEach((target) -> {
				String[] parts = target.split("#", 2);
				Path file = parts[0].isEmpty() ? document : inFolderOf(document, parts[0]);
				if (!Files.exists(file) || (parts.length > 1 && !anchors(file).contains(parts[1]))) {
					dead.add(target);
				}
			});
		assertThat(dead).as("links in " + document).isEmpty();
	}

	@ParameterizedTest
	@MethodSource("documents")
	void filesThatAreNamedAreThere(Path document) {
		List<String> missing = new ArrayList<>();
		for (String word : words(document)) {
			if (PATH.matcher(word).matches() && !OUTPUT.contains(word) && !Files.exists(Path.of(word))
					&& !Files.exists(inFolderOf(document, word))) {
				missing.add(word);
			}
		}
		assertThat(missing).as("files named in " + document).isEmpty();
	}

	@ParameterizedTest
	@MethodSource("documents")
	void classesThatAreNamedAreThere(Path document) {
		Set<String> missing = new TreeSet<>();
		for (String code : Documents.code(String.join("\n", Documents.prose(document)))) {
			Matcher matcher = CLASS.matcher(code);
			if (matcher.matches() && !CLASSES.contains(matcher.group(1)) && !FOREIGN.contains(matcher.group(1))) {
				missing.add(matcher.group(1));
			}
		}
		assertThat(missing).as("classes named in " + document).isEmpty();
	}

	@ParameterizedTest
	@MethodSource("documents")
	void methodsOfTestsThatAreNamedAreThere(Path document) {
		Set<String> missing = new TreeSet<>();
		for (String code : Documents.code(String.join("\n", Documents.prose(document)))) {
			Matcher matcher = TEST_METHOD.matcher(code);
			if (matcher.matches() && !hasMethod(matcher.group(1), matcher.group(2))) {
				missing.add(code);
			}
		}
		assertThat(missing).as("methods named in " + document).isEmpty();
	}

	private static boolean hasMethod(String test, String method) {
		try (Stream<Path> files = Files.walk(Path.of("src/test/java"))) {
			return files.filter((file) -> file.endsWith(test + ".java"))
				.anyMatch((file) -> Documents.text(file).contains("void " + method + "("));
		}
		catch (IOException ex) {
			throw new AssertionError(ex);
		}
	}

	@ParameterizedTest
	@MethodSource("documents")
	void testsThatAreToBeRunAreThere(Path document) {
		Set<String> missing = new TreeSet<>();
		TEST.matcher(Documents.text(document))
			.results()
			.map((found) -> found.group(1))
			.filter((name) -> !name.equals("none") && !CLASSES.contains(name))
			.forEach(missing::add);
		assertThat(missing).as("tests named in " + document).isEmpty();
	}

	@Test
	void threadsAreTheRealOnes() {
		Set<String> told = new TreeSet<>();
		Documents
			.code(String.join("\n",
					Documents.sections(Documents.docs("troubleshooting.md")).getOrDefault("Threads", List.of())))
			.stream()
			.filter((code) -> code.matches("eardrum-[a-z-]+(1)?"))
			.forEach((code) -> told.add(code.replace("1", "")));
		Set<String> real = new TreeSet<>();
		try (Stream<Path> files = Files.walk(Path.of("src/main/java"))) {
			files
				.filter((file) -> file.toString().endsWith(".java")
						&& !OUTSIDE_THE_SERVER.contains(file.getName(5).toString()))
				.forEach((file) -> THREAD.matcher(Documents.text(file))
					.results()
					.forEach((found) -> real.add(found.group(1))));
		}
		catch (IOException ex) {
			throw new AssertionError(ex);
		}
		assertThat(told).isEqualTo(real);
	}

	@Test
	void foreignClassesAreNamed() {
		Set<String> named = new TreeSet<>();
		documents().forEach((document) -> named.addAll(Documents.code(String.join("\n", Documents.prose(document)))));
		assertThat(FOREIGN).allSatisfy(
				(name) -> assertThat(named).anySatisfy((code) -> assertThat(code).matches("@?" + name + "([#.(].*)?")));
	}

	@Test
	void everyDocumentIsReached() {
		Set<Path> linked = new TreeSet<>();
		for (Path document : Documents.all()) {
			LINK.matcher(Documents.text(document))
				.results()
				.map((found) -> found.group(1).replaceFirst("#.*", ""))
				.filter((target) -> target.endsWith(".md") && !target.contains(":"))
				.forEach((target) -> linked.add(inFolderOf(document, target)));
		}
		assertThat(Documents.all()).filteredOn((document) -> document.startsWith("docs"))
			.isNotEmpty()
			.allSatisfy((document) -> assertThat(linked).contains(document));
	}

	@Test
	void everyDecisionIsListedWithItsDate() {
		Set<String> listed = new TreeSet<>();
		Matcher rows = DECISION.matcher(Documents.text(Documents.docs("decisions.md")));
		while (rows.find()) {
			assertThat(rows.group(2)).startsWith("decisions/").contains("#" + rows.group(1));
			listed.add(rows.group(2));
		}
		Set<String> written = new TreeSet<>();
		Documents.all()
			.stream()
			.filter((document) -> document.startsWith("docs/decisions"))
			.forEach((document) -> anchors(document).stream()
				.filter((anchor) -> anchor.matches("\\d{4}-.*"))
				.forEach((anchor) -> written.add("decisions/" + document.getFileName() + "#" + anchor)));
		assertThat(listed).isNotEmpty().isEqualTo(written);
	}

	// Words of inline code and of commands.
	private static List<String> words(Path document) {
		List<String> texts = new ArrayList<>(Documents.code(String.join("\n", Documents.prose(document))));
		Documents.blocks(document)
			.stream()
			.filter((block) -> Set.of("console", "sh").contains(block.language()))
			.forEach((block) -> texts.add(block.text()));
		return texts.stream().flatMap((text) -> Stream.of(text.split("[\\s'\"=,;]+", -1))).toList();
	}

	private static Set<String> classes() {
		Set<String> classes = new TreeSet<>();
		try (Stream<Path> files = Files.walk(Path.of("src"))) {
			files.map((file) -> Objects.requireNonNull(file.getFileName()).toString())
				.filter((name) -> name.endsWith(".java"))
				.forEach((name) -> classes.add(name.substring(0, name.length() - ".java".length())));
		}
		catch (IOException ex) {
			throw new AssertionError(ex);
		}
		for (String file : new String[] { "src/main/python/eardrum.py", "src/test/python/test_eardrum.py" }) {
			Pattern.compile("(?m)^class (\\w+)")
				.matcher(Documents.text(Path.of(file)))
				.results()
				.forEach((found) -> classes.add(found.group(1)));
		}
		// Alerts are written alike; others hold them against their file.
		Pattern.compile("alert: (\\w+)")
			.matcher(Documents.text(Path.of("src/main/docker/monitoring/prometheus/alerts.yml")))
			.results()
			.forEach((found) -> classes.add(found.group(1)));
		return classes;
	}

	private static Path inFolderOf(Path document, String path) {
		return document.resolveSibling(path).normalize();
	}

	// As GitHub makes them of headings.
	private static Set<String> anchors(Path document) {
		Set<String> anchors = new TreeSet<>();
		for (String line : Documents.prose(document)) {
			if (line.matches("#+ .*")) {
				anchors.add(line.replaceFirst("#+ ", "")
					.toLowerCase(Locale.ROOT)
					.replaceAll("[^\\p{L}\\p{N} _-]", "")
					.replace(' ', '-'));
			}
		}
		return anchors;
	}

	static Stream<Path> documents() {
		return Documents.all().stream();
	}

}
