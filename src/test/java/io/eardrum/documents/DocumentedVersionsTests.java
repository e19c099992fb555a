package io.eardrum.documents;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests that all files that have the version have the same one, which
 * {@code src/build/version.sh} writes.
 */
class DocumentedVersionsTests {

	private final String version = find("pom.xml", "(?m)^\\t<version>(.*)</version>$");

	@Test
	void filesHaveTheVersionOfTheBuild() {
		assertThat(find("src/test/cassandra/pom.xml", "(?m)^\\t<version>(.*)</version>$")).isEqualTo(this.version);
		assertThat(find("Dockerfile", "ARG VERSION=(.*)")).isEqualTo(this.version);
		assertThat(find("src/main/python/eardrum.py", "__version__ = \"(.*)\""))
			.isEqualTo(this.version.replace("-SNAPSHOT", ".dev0"));
		assertThat(
				find("src/main/resources/META-INF/sbom/application.cdx.json", "pkg:maven/io.eardrum/eardrum@([^?]*)"))
			.isEqualTo(this.version);
	}

	@Test
	void changelogHasASectionForIt() {
		String section = this.version.endsWith("-SNAPSHOT") ? "Unreleased" : this.version;
		assertThat(find("CHANGELOG.md", "(?m)^## \\[([^\\]]*)\\]")).isEqualTo(section);
	}

	private static String find(String file, String pattern) {
		try {
			Matcher matcher = Pattern.compile(pattern).matcher(Files.readString(Path.of(file)));
			assertThat(matcher.find()).as(file).isTrue();
			return matcher.group(1);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

}
