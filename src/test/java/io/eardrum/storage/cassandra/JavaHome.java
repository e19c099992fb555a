package io.eardrum.storage.cassandra;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Finds a JDK 17, the only one besides 11 that Cassandra 5.0 runs on.
 */
final class JavaHome {

	private static final Path INSTALLED = Path.of("/usr/lib/jvm");

	private JavaHome() {
	}

	/**
	 * Looks at the JDK that runs this, at JDK17_HOME and JAVA_HOME, and at what is
	 * installed.
	 * @return the program java of a JDK 17
	 * @throws IllegalStateException if there is none
	 */
	static Path java17() {
		List<Path> candidates = new ArrayList<>();
		candidates.add(Path.of(System.getProperty("java.home")));
		for (String name : List.of("JDK17_HOME", "JAVA_HOME")) {
			String value = System.getenv(name);
			if (value != null) {
				candidates.add(Path.of(value));
			}
		}
		if (Files.isDirectory(INSTALLED)) {
			try (Stream<Path> homes = Files.list(INSTALLED)) {
				homes.sorted().forEach(candidates::add);
			}
			catch (IOException ex) {
				// Then those that are named have to do.
			}
		}
		return candidates.stream()
			.filter(JavaHome::isJava17)
			.map((home) -> home.resolve("bin/java"))
			.findFirst()
			.orElseThrow(() -> new IllegalStateException(
					"Cassandra needs a JDK 17, and there is none in " + candidates + "; name one in JDK17_HOME"));
	}

	private static boolean isJava17(Path home) {
		Path release = home.resolve("release");
		if (!Files.isExecutable(home.resolve("bin/java")) || !Files.isReadable(release)) {
			return false;
		}
		try (Stream<String> lines = Files.lines(release)) {
			return lines.anyMatch((line) -> line.startsWith("JAVA_VERSION=\"17"));
		}
		catch (IOException ex) {
			return false;
		}
	}

}
