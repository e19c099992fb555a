package io.eardrum.client;

import java.io.File;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarFile;
import java.util.stream.Collectors;

import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import io.eardrum.server.fixture.RunningServer;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for the jar of the client library, and for the files that are published with it.
 */
@Timeout(value = 120, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ClientLibraryIntegrationTests {

	private static final Path LIBRARY = Path.of("target/eardrum-client.jar");

	private static final Path SOURCES = Path.of("target/eardrum-client-sources.jar");

	private static final Path JAVADOC = Path.of("target/eardrum-client-javadoc.jar");

	private static final Path POM = Path.of("target/client/pom.xml");

	private static final String ROUND_TRIP = """
			import io.eardrum.client.MetricClient;
			import io.eardrum.metric.KeyedPoint;
			import java.time.Instant;
			import java.util.List;

			public class RoundTrip {

				public static void main(String[] arguments) {
					try (MetricClient client = MetricClient.connect("127.0.0.1", Integer.parseInt(arguments[0]))) {
						client.put("palm.alone", 23.7, Instant.ofEpochSecond(1150864247));
						client.put(List.of(KeyedPoint.of("palm.alone", 23.9).at(1150864257L)));
						System.out.println(client.get("palm.alone"));
					}
				}

			}
			""";

	@TempDir
	private Path directory;

	@BeforeAll
	static void requireLibrary() {
		boolean made = System.getProperty("eardrum.test.execution", "").equals("integration");
		Assumptions.assumeTrue(made || Files.exists(LIBRARY), "the library is made after the tests of units");
	}

	@Test
	void programNeedsTheLibraryAndAJdkAlone() throws Exception {
		assertThat(compile(ROUND_TRIP)).isEmpty();
		try (RunningServer server = RunningServer.start()) {
			Process program = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
					"-cp", LIBRARY + File.pathSeparator + this.directory, "RoundTrip", "" + server.tcpPort())
				.redirectErrorStream(true)
				.start();
			assertThat(new String(program.getInputStream().readAllBytes(), StandardCharsets.US_ASCII))
				.isEqualToIgnoringNewLines(
						"[Point[timestamp=1150864247, value=23.7], Point[timestamp=1150864257, value=23.9]]");
			assertThat(program.waitFor()).isZero();
		}
	}

	@Test
	void valueAndTimestampCannotChangePlaces() throws IOException {
		for (String swapped : List.of("client.put(\"k\", 1150864257L, 23)", "client.put(\"k\", 23, 1150864257L)",
				"KeyedPoint.of(\"k\", 1150864257L, 23)", "KeyedPoint.of(\"k\", 23, 1150864257L)",
				"client.pipeline(null).put(KeyedPoint.of(\"k\", 1).key(), 23, 1150864257L)")) {
			assertThat(compile(ROUND_TRIP.replace("client.put(List.of", swapped + ";\nclient.put(List.of"))).as(swapped)
				.contains("error: ")
				.contains("1 error");
		}
	}

	@Test
	void libraryHasWhatTheClientNeedsAndNoMore() throws IOException {
		JavaClasses classes = new ClassFileImporter().importPaths("target/classes/io/eardrum/client",
				"target/classes/io/eardrum/metric", "target/classes/io/eardrum/protocol");
		Set<String> needed = new TreeSet<>();
		Deque<JavaClass> open = new ArrayDeque<>();
		for (JavaClass type : classes) {
			if (Set.of("io.eardrum.client", "io.eardrum.metric").contains(type.getPackageName())) {
				open.add(type);
			}
		}
		for (JavaClass type = open.poll(); type != null; type = open.poll()) {
			if (needed.add(type.getName())) {
				for (Dependency dependency : type.getDirectDependenciesFromSelf()) {
					JavaClass target = dependency.getTargetClass().getBaseComponentType();
					if (target.getName().startsWith("io.eardrum.")) {
						open.add(target);
					}
				}
			}
		}
		for (String name : List.copyOf(needed)) {
			needed.add(name.substring(0, name.lastIndexOf('.')) + ".package-info");
		}
		assertThat(classesOf(LIBRARY, ".class")).isEqualTo(needed);
		needed.removeIf((name) -> name.contains("$"));
		assertThat(classesOf(SOURCES, ".java")).isEqualTo(needed);
	}

	@Test
	void libraryDoesNotSayThatItIsTheServer() throws IOException {
		try (JarFile jar = new JarFile(LIBRARY.toFile())) {
			assertThat(jar.stream().map((entry) -> entry.getName()))
				.noneMatch((name) -> name.startsWith("META-INF/maven/"));
			assertThat(jar.getManifest().getMainAttributes().getValue("Main-Class")).isNull();
			assertThat(jar.getManifest().getMainAttributes().getValue("Automatic-Module-Name"))
				.isEqualTo("io.eardrum.client");
		}
	}

	@Test
	void javadocTellsOfWhatAProgramUses() throws IOException {
		assertThat(classesOf(JAVADOC, ".html")).contains("io.eardrum.client.MetricClient",
				"io.eardrum.client.PutPipeline", "io.eardrum.metric.KeyedPoint", "io.eardrum.metric.Point");
	}

	@Test
	void coordinatesHaveTheVersionOfTheServerAndNoDependencies() throws IOException {
		String pom = Files.readString(POM);
		String version = Files.readString(Path.of("pom.xml"))
			.replaceAll("(?s).*?<artifactId>eardrum</artifactId>\\s*<version>([^<]+)<.*", "$1");
		assertThat(pom).contains("<artifactId>eardrum-client</artifactId>")
			.contains("<version>" + version + "</version>")
			.doesNotContain("@", "<dependenc", "<parent>");
	}

	// Returns what the compiler prints.
	private String compile(String program) throws IOException {
		JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
		Assumptions.assumeTrue(compiler != null, "this is no JDK");
		Path source = Files.writeString(this.directory.resolve("RoundTrip.java"), program);
		StringWriter messages = new StringWriter();
		try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null)) {
			compiler
				.getTask(messages, files, null,
						List.of("-proc:none", "-Xlint:all", "-d", this.directory.toString(), "-cp", LIBRARY.toString()),
						null, files.getJavaFileObjects(source))
				.call();
		}
		return messages.toString();
	}

	private static Set<String> classesOf(Path file, String extension) throws IOException {
		try (JarFile jar = new JarFile(file.toFile())) {
			return jar.stream()
				.map((entry) -> entry.getName())
				.filter((name) -> name.endsWith(extension))
				.map((name) -> name.substring(0, name.length() - extension.length()).replace('/', '.'))
				.collect(Collectors.toCollection(TreeSet::new));
		}
	}

}
