package io.eardrum;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.syntax.ArchRuleDefinition;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import com.tngtech.archunit.library.dependencies.SlicesRuleDefinition;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.context.annotation.ImportCandidates;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.stereotype.Component;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Holds the packages to their directions: who may use whom, and where a technology may
 * appear. A rule about a package that isn't there yet holds.
 */
class ArchitectureTests {

	private static final String ROOT = "io.eardrum";

	/** What each package may use of the others, besides its own subpackages. */
	private static final Map<String, Set<String>> MAY_USE = new TreeMap<>(Map.ofEntries(Map.entry("address", Set.of()),
			Map.entry("budget", Set.of()), Map.entry("metric", Set.of()), Map.entry("protocol", Set.of("metric")),
			Map.entry("storage", Set.of("metric", "budget")),
			Map.entry("server", Set.of("protocol", "storage", "metric", "budget", "address")),
			Map.entry("web", Set.of("protocol", "storage", "metric", "budget", "address")),
			Map.entry("observability",
					Set.of("server", "web", "protocol", "storage", "metric", "budget", "diagnostics")),
			Map.entry("client", Set.of("protocol", "metric")), Map.entry("cli", Set.of("client", "protocol", "metric")),
			Map.entry("diagnostics", Set.of("budget"))));

	/** The only package that may use a technology. */
	private static final Map<String, String> PACKAGE_OF = new TreeMap<>(Map.ofEntries(
			Map.entry("org.rocksdb..", "storage.embedded"), Map.entry("com.datastax..", "storage.cassandra"),
			Map.entry("org.apache.cassandra..", "storage.cassandra"), Map.entry("io.netty..", "storage.cassandra"),
			Map.entry("com.typesafe..", "storage.cassandra"), Map.entry("org.springframework.integration..", "server"),
			Map.entry("org.springframework.web..", "web"), Map.entry("org.springframework.security..", "web.security"),
			Map.entry("jakarta.servlet..", "web"), Map.entry("io.micrometer..", "observability"),
			Map.entry("picocli..", "cli"), Map.entry("de.siegmar..", "cli.format"),
			Map.entry("com.google.re2j..", "web.graphite")));

	/** The rooms of the ports; each may use those before it. */
	private static final List<String> ROOMS_OF_SERVER = List.of("server.event", "server.limit", "server.channel",
			"server.command", "server.connection", "server.loop", "server.gateway", "server", "server.graphite");

	private static final int MAX_CLASSES = 18;

	private static final int MAX_LINES = 400;

	/** A slice for each file: nested classes belong to their outer one. */
	private static final SliceAssignment FILES = new SliceAssignment() {

		@Override
		public SliceIdentifier getIdentifierOf(JavaClass type) {
			return SliceIdentifier.of(type.getName().split("\\$", 2)[0]);
		}

		@Override
		public String getDescription() {
			return "files";
		}

	};

	/** What stores share: the packages beside them that are none. */
	private static final String[] SHARED_BY_STORES = { withSubpackages("storage.time"),
			withSubpackages("storage.series") };

	/** The rooms of the embedded store: each may use those before it. */
	private static final List<String> EMBEDDED = Stream
		.of("directory.seal", "directory.examination", "directory", "settings", "codec", "rocksdb", "head", "log",
				"chunk", "recovery", "upkeep", "check")
		.map((name) -> ROOT + ".storage.embedded." + name)
		.toList();

	private static final JavaClasses CLASSES = new ClassFileImporter()
		.withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
		.importPackages(ROOT);

	@Test
	void classesOfThisProjectAreFound() {
		assertThat(CLASSES.contain(EardrumApplication.class)).isTrue();
	}

	@Test
	void rootPackageHoldsOnlyTheApplication() {
		check(ArchRuleDefinition.noClasses()
			.that()
			.resideInAPackage(ROOT)
			.and()
			.areTopLevelClasses()
			.and()
			.doNotHaveSimpleName("package-info")
			.and()
			.doNotHaveFullyQualifiedName(EardrumApplication.class.getName())
			.should()
			.resideInAPackage(ROOT));
	}

	// A class that is missing there would have no effect.
	@Test
	void eachConfigurationClassIsInTheListOfTheApplication() {
		List<String> found = CLASSES.stream()
			.filter((type) -> type.isTopLevelClass() && type.isAnnotatedWith(Configuration.class))
			.map(JavaClass::getName)
			.toList();
		assertThat(ImportCandidates.load(EardrumApplication.class, null)).containsExactlyInAnyOrderElementsOf(found);
	}

	// Nothing looks for them, so a class that nobody makes a bean of would do nothing.
	@Test
	void everyOtherComponentIsMadeByABeanMethod() {
		Set<String> made = CLASSES.stream()
			.flatMap((type) -> type.getMethods().stream())
			.filter((method) -> method.isAnnotatedWith(Bean.class))
			.map((method) -> method.getRawReturnType().getName())
			.collect(Collectors.toSet());
		assertThat(CLASSES.stream()
			.filter((type) -> type.isMetaAnnotatedWith(Component.class) && !type.isAnnotatedWith(Configuration.class))
			.filter((type) -> !type.isAnnotatedWith(SpringBootConfiguration.class))
			.map(JavaClass::getName)).isSubsetOf(made);
	}

	@Test
	void everyPackageHasItsDirections() {
		Set<String> packages = new TreeSet<>();
		CLASSES.stream()
			.map(JavaClass::getPackageName)
			.filter((name) -> !name.equals(ROOT))
			.forEach((name) -> packages.add(name.substring(ROOT.length() + 1).split("\\.", 2)[0]));
		assertThat(MAY_USE).containsKeys(packages.toArray(String[]::new));
	}

	@ParameterizedTest
	@MethodSource("packages")
	void packageUsesOnlyWhatItMay(String name) {
		Set<String> forbidden = new TreeSet<>(MAY_USE.keySet());
		forbidden.remove(name);
		forbidden.removeAll(MAY_USE.getOrDefault(name, Set.of()));
		List<String> patterns = new ArrayList<>(forbidden.stream().map(ArchitectureTests::withSubpackages).toList());
		patterns.add(ROOT);
		check(ArchRuleDefinition.noClasses()
			.that()
			.resideInAPackage(withSubpackages(name))
			.should()
			.dependOnClassesThat()
			.resideInAnyPackage(patterns.toArray(String[]::new)));
	}

	@Test
	void metersSeeOfTheHttpPortsOnlyWhatHappensThere() {
		check(ArchRuleDefinition.noClasses()
			.that()
			.resideInAPackage(withSubpackages("observability"))
			.should()
			.dependOnClassesThat(JavaClass.Predicates.resideInAPackage(withSubpackages("web"))
				.and(JavaClass.Predicates.resideOutsideOfPackage(ROOT + ".web.event"))));
	}

	@Test
	void roomsOfTheHttpPortsUseOnlyThoseBelow() {
		List<String> order = List.of("web.event", "web.connector", "web.http", "web.security", "web.guard", "web");
		for (int i = 0; i < order.size(); i++) {
			check(ArchRuleDefinition.noClasses()
				.that()
				.resideInAPackage(order.get(i).equals("web") ? ROOT + ".web" : withSubpackages(order.get(i)))
				.should()
				.dependOnClassesThat()
				.resideInAnyPackage(order.stream()
					.skip(i + 1)
					.map((above) -> above.equals("web") ? ROOT + ".web" : withSubpackages(above))
					.toArray(String[]::new)));
		}
	}

	@Test
	void guardsOfTheHttpPortsAreSeenByNobodyButTheirWiring() {
		check(ArchRuleDefinition.noClasses()
			.that()
			.resideOutsideOfPackages(ROOT + ".web", ROOT + ".web.guard")
			.should()
			.dependOnClassesThat()
			.resideInAPackage(ROOT + ".web.guard"));
	}

	@Test
	void functionsOfGraphiteAreSeenByTheirTableOnly() {
		check(ArchRuleDefinition.noClasses()
			.that()
			.resideOutsideOfPackage(withSubpackages("web.graphite.function"))
			.or()
			.resideInAnyPackage(ROOT + ".web.graphite.function.call", ROOT + ".web.graphite.function.regex")
			.should()
			.dependOnClassesThat()
			.resideInAnyPackage(Stream.of("alias", "calculate", "combine", "filter", "graph", "special", "transform")
				.map((room) -> ROOT + ".web.graphite.function." + room)
				.toArray(String[]::new)));
	}

	@Test
	void packagesHaveNoCycles() {
		check(SlicesRuleDefinition.slices().matching(ROOT + ".(**)").should().beFreeOfCycles());
	}

	@Test
	void roomsOfThePortsKnowOnlyThoseBelow() {
		for (int i = 0; i < ROOMS_OF_SERVER.size(); i++) {
			String[] above = ROOMS_OF_SERVER.stream()
				.skip(i + 1L)
				.map((room) -> ROOT + "." + room)
				.toArray(String[]::new);
			check(ArchRuleDefinition.noClasses()
				.that()
				.resideInAPackage(ROOT + "." + ROOMS_OF_SERVER.get(i))
				.should()
				.dependOnClassesThat()
				.resideInAnyPackage(above));
		}
	}

	@Test
	void portsShowWhatHappensAndWhereTheyListen() {
		check(ArchRuleDefinition.noClasses()
			.that()
			.resideOutsideOfPackage(withSubpackages("server"))
			.should()
			.dependOnClassesThat(JavaClass.Predicates.resideInAPackage(withSubpackages("server"))
				.and(JavaClass.Predicates.resideOutsideOfPackages(ROOT + ".server", ROOT + ".server.event",
						ROOT + ".server.graphite"))));
	}

	@Test
	void gatewayAloneKnowsTheFramework() {
		check(ArchRuleDefinition.noClasses()
			.that()
			.resideOutsideOfPackage(ROOT + ".server.gateway")
			.and()
			.haveSimpleNameNotEndingWith("ServerConfiguration")
			.should()
			.dependOnClassesThat()
			.resideInAPackage("org.springframework.integration.."));
	}

	@ParameterizedTest
	@ValueSource(strings = { "server", "storage", "web" })
	void classesKnowNoOtherThatKnowsThem(String name) {
		JavaClasses classes = CLASSES.that(JavaClass.Predicates.resideInAPackage(withSubpackages(name)));
		check(SlicesRuleDefinition.slices().assignedFrom(FILES).should().beFreeOfCycles(), classes);
	}

	@Test
	void packagesHaveNoMoreThanEighteenClasses() {
		Map<String, Set<String>> files = new TreeMap<>();
		for (JavaClass type : CLASSES) {
			if (!type.getSimpleName().equals("package-info")) {
				files.computeIfAbsent(type.getPackageName(), (name) -> new TreeSet<>())
					.add(type.getName().split("\\$", 2)[0]);
			}
		}
		assertThat(files).allSatisfy((name, types) -> assertThat(types).hasSizeLessThanOrEqualTo(MAX_CLASSES));
	}

	@Test
	void filesAreShort() throws IOException {
		try (Stream<Path> files = Files.walk(Path.of("src/main/java"))) {
			List<Path> sources = files.filter((file) -> file.toString().endsWith(".java")).toList();
			assertThat(sources).hasSizeGreaterThan(500).allSatisfy((file) -> {
				try (Stream<String> lines = Files.lines(file)) {
					assertThat(lines.count()).isLessThanOrEqualTo(MAX_LINES);
				}
			});
		}
	}

	@Test
	void storesNeverSeeEachOther() {
		check(SlicesRuleDefinition.slices()
			.matching(ROOT + ".storage.(*)..")
			.should()
			.notDependOnEachOther()
			.ignoreDependency(JavaClass.Predicates.resideOutsideOfPackages(SHARED_BY_STORES),
					JavaClass.Predicates.resideInAnyPackage(SHARED_BY_STORES)));
	}

	@Test
	void storagePortKnowsNoStore() {
		check(ArchRuleDefinition.noClasses()
			.that()
			.resideInAPackage(ROOT + ".storage")
			.should()
			.dependOnClassesThat()
			.resideInAPackage(ROOT + ".storage.*.."));
	}

	@Test
	void roomsOfCassandraKnowOnlyThoseBelow() {
		List<String> rooms = List.of("table", "cluster", "request", "series", "point");
		String store = ROOT + ".storage.cassandra";
		for (int i = 0; i < rooms.size(); i++) {
			List<String> above = new ArrayList<>(List.of(store));
			rooms.subList(i + 1, rooms.size()).forEach((room) -> above.add(store + "." + room + ".."));
			check(ArchRuleDefinition.noClasses()
				.that()
				.resideInAPackage(store + "." + rooms.get(i) + "..")
				.should()
				.dependOnClassesThat()
				.resideInAnyPackage(above.toArray(String[]::new)));
		}
	}

	@Test
	void filesOfAStoreAreJudgedWithoutRocksDb() {
		check(ArchRuleDefinition.noClasses()
			.that()
			.resideInAPackage(withSubpackages("storage.embedded.directory"))
			.should()
			.dependOnClassesThat(JavaClass.Predicates
				.resideInAnyPackage("org.rocksdb..", withSubpackages("storage.embedded"))
				.and(JavaClass.Predicates.resideOutsideOfPackage(withSubpackages("storage.embedded.directory")))));
	}

	@Test
	void roomsOfTheEmbeddedStoreUseOnlyThoseBelow() {
		List<String> above = new ArrayList<>(EMBEDDED);
		above.add(ROOT + ".storage.embedded");
		for (String room : EMBEDDED) {
			above.remove(room);
			check(ArchRuleDefinition.noClasses()
				.that()
				.resideInAPackage(room)
				.should()
				.dependOnClassesThat()
				.resideInAnyPackage(above.toArray(String[]::new)));
		}
	}

	@Test
	void rocksDbIsKnownWhereTheStoreIsOpenedReadAndChecked() {
		check(ArchRuleDefinition.noClasses()
			.that()
			.resideOutsideOfPackages(ROOT + ".storage.embedded", ROOT + ".storage.embedded.rocksdb",
					ROOT + ".storage.embedded.chunk", ROOT + ".storage.embedded.recovery",
					ROOT + ".storage.embedded.upkeep", ROOT + ".storage.embedded.check")
			.should()
			.dependOnClassesThat()
			.resideInAPackage("org.rocksdb.."));
	}

	@Test
	void storesAreSeenByNobody() {
		check(ArchRuleDefinition.noClasses()
			.that()
			.resideOutsideOfPackage(withSubpackages("storage"))
			.should()
			.dependOnClassesThat(JavaClass.Predicates.resideInAPackage(ROOT + ".storage.*..")
				.and(JavaClass.Predicates.resideOutsideOfPackage(withSubpackages("storage.time")))));
	}

	@ParameterizedTest
	@MethodSource("technologies")
	void technologyStaysInItsPackage(String technology, String name) {
		check(ArchRuleDefinition.noClasses()
			.that()
			.resideOutsideOfPackage(withSubpackages(name))
			.should()
			.dependOnClassesThat()
			.resideInAPackage(technology));
	}

	@Test
	void pureJavaPackagesUseNothingBesidesTheJdk() {
		check(ArchRuleDefinition.noClasses()
			.that()
			.resideInAnyPackage(withSubpackages("metric"), withSubpackages("protocol"), withSubpackages("client"))
			.should()
			.dependOnClassesThat(DescribedPredicate.not(JavaClass.Predicates.resideInAnyPackage("java..", "javax.net..",
					"org.jspecify.annotations", ROOT + ".."))));
	}

	@Test
	void commandLineUsesNothingBesidesTheJdkPicocliAndFastCsv() {
		check(ArchRuleDefinition.noClasses()
			.that()
			.resideInAPackage(withSubpackages("cli"))
			.should()
			.dependOnClassesThat(DescribedPredicate.not(JavaClass.Predicates.resideInAnyPackage("java..", "javax.net..",
					"picocli..", "de.siegmar.fastcsv.reader", "org.jspecify.annotations", ROOT + ".."))));
	}

	// From below: what a room may use stands before it.
	@Test
	void roomsOfTheCommandLineKnowNoCommandAndNoRoomAboveThem() {
		List<String> rooms = List.of(".file", ".terminal", ".load", ".argument", ".transfer", ".format", ".operator",
				"");
		for (int i = 0; i < rooms.size(); i++) {
			check(ArchRuleDefinition.noClasses()
				.that()
				.resideInAPackage(ROOT + ".cli" + rooms.get(i))
				.should()
				.dependOnClassesThat()
				.resideInAnyPackage(
						rooms.stream().skip(i + 1).map((room) -> ROOT + ".cli" + room).toArray(String[]::new)));
		}
	}

	@Test
	void classesOfTheClientAndOfTheCommandLineHaveNoCycles() {
		check(SlicesRuleDefinition.slices().assignedFrom(new SliceAssignment() {

			@Override
			public SliceIdentifier getIdentifierOf(JavaClass type) {
				String name = type.getName().split("\\$", 2)[0];
				return name.matches(ROOT + "\\.(client|cli)\\..*") ? SliceIdentifier.of(name)
						: SliceIdentifier.ignore();
			}

			@Override
			public String getDescription() {
				return "classes with those inside them";
			}

		}).should().beFreeOfCycles());
	}

	@Test
	void namesSayWhatClassesAre() {
		check(ArchRuleDefinition.noClasses().should().haveNameMatching(".*(Impl|Utils?|Helpers?|Managers?)(\\$.*)?"));
	}

	@Test
	void packagesAreNamedByWhatTheyAreAbout() {
		check(ArchRuleDefinition.noClasses()
			.should()
			.resideInAnyPackage("..util..", "..utils..", "..common..", "..config..", "..helper..", "..impl.."));
	}

	@Test
	void everyPackageSaysItIsNullMarked() {
		Set<String> packages = new TreeSet<>();
		Set<String> marked = new TreeSet<>();
		for (JavaClass type : CLASSES) {
			packages.add(type.getPackageName());
			if (type.getSimpleName().equals("package-info") && type.isAnnotatedWith(NullMarked.class)) {
				marked.add(type.getPackageName());
			}
		}
		assertThat(marked).isEqualTo(packages);
	}

	static Stream<String> packages() {
		return MAY_USE.keySet().stream();
	}

	static Stream<Arguments> technologies() {
		return PACKAGE_OF.entrySet().stream().map((entry) -> Arguments.of(entry.getKey(), entry.getValue()));
	}

	private static String withSubpackages(String name) {
		return ROOT + "." + name + "..";
	}

	private static void check(ArchRule rule) {
		check(rule, CLASSES);
	}

	private static void check(ArchRule rule, JavaClasses classes) {
		rule.allowEmptyShould(true).check(classes);
	}

}
