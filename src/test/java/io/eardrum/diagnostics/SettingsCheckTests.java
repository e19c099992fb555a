package io.eardrum.diagnostics;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.eardrum.fixture.CapturedLog;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link SettingsCheck}, and of the warning about profiles that it shows too.
 */
class SettingsCheckTests {

	@Test
	void valuesAreShownWithTheirOrigin() {
		ByteArrayOutputStream out = new ByteArrayOutputStream();
		int status = run(out, "--eardrum.tcp.port=9999", "--eardrum.http.user=ada", "--eardrum.http.password=tea",
				"--eardrum.storage.maxseries=5", "--eardrum.storage.minfreespace=1GB",
				"--eardrum.storage.retention-rules[0].keys=debug.*",
				"--eardrum.storage.retention-rules[0].retention=1d");
		assertThat(status).isZero();
		String text = out.toString(StandardCharsets.UTF_8);
		assertThat(text.lines().map((line) -> line.replaceAll(" +", " "))).contains(
				"eardrum.tcp.port = 9999 # an argument", "eardrum.tcp.host = 127.0.0.1 # default",
				"eardrum.http.password = *** # an argument", "eardrum.tcp.max-key-length = 512B # default",
				"eardrum.storage.max-series = 5 # an argument", "eardrum.storage.min-free-space = 1GB # an argument",
				"eardrum.storage.retention-rules[0].keys = debug.* # an argument");
		assertThat(text).doesNotContain("tea", "spring.main");
	}

	@Test
	void wrongValueIsReported() {
		ByteArrayOutputStream out = new ByteArrayOutputStream();
		assertThat(run(out, "--eardrum.tcp.port=metrics")).isEqualTo(1);
		assertThat(run(out, "--eardrum.storge.path=x")).isEqualTo(1);
		assertThat(run(out, "--eardrum.storage.retention-rules[0].keys=a")).isEqualTo(1);
		assertThat(out.size()).isZero();
	}

	@Test
	void placeOfAWrongValueIsSaid(@TempDir Path folder) throws IOException {
		assertThat(problem("--eardrum.tcp.port=metrics")).contains("Correct the argument --eardrum.tcp.port.");
		assertThat(problem("--eardrum.storage.retention-rules[0].keys=a"))
			.contains("(EARDRUM_STORAGE_RETENTIONRULES_0_RETENTION)");
		Files.writeString(folder.resolve("application.yml"), "eardrum.tcp.port: metrics");
		assertThat(problem("--spring.config.additional-location=file:" + folder + "/"))
			.contains("Correct it where it is set: ", "application.yml");
	}

	@Test
	void whatAPropertyNamesHasToExist(@TempDir Path folder) throws IOException {
		for (String property : new String[] { "eardrum.tcp.ssl.bundle", "server.ssl.bundle",
				"management.server.ssl.bundle", "spring.cassandra.ssl.bundle" }) {
			assertThat(problem("--" + property + "=prot")).contains("The property " + property
					+ " has the value 'prot'. There is no SSL bundle of this name (spring.ssl.bundle.pem.* or jks.*).");
		}
		Path missing = folder.resolve("missing");
		assertThat(problem("--server.ssl.bundle=port", "--spring.ssl.bundle.pem.port.keystore.certificate=" + missing))
			.contains("The property server.ssl.bundle has the value 'port'. This SSL bundle can't be used: ",
					missing.toString());
		assertThat(problem("--eardrum.series.storage-schemas=" + missing)).contains(
				"The property eardrum.series.storage-schemas has the value '" + missing + "'. It can't be read: ");
		Path schemas = Files.writeString(folder.resolve("schemas.conf"), "[all]\npattern = (\nretentions = 10s:1d\n");
		assertThat(problem("--eardrum.series.storage-schemas=" + schemas))
			.contains("The property eardrum.series.storage-schemas ");
	}

	private static String problem(String... arguments) {
		try (CapturedLog log = CapturedLog.ofThisThread()) {
			assertThat(run(new ByteArrayOutputStream(), arguments)).isEqualTo(1);
			return log.text();
		}
	}

	@Test
	void profileWithoutConfigurationIsAWarning() {
		assertThat(logOf("--spring.profiles.active=dokcer")).contains("profile 'dokcer'", "application-dokcer.yml");
		assertThat(logOf("--spring.profiles.active=docker")).doesNotContain("profile 'docker'");
	}

	private static String logOf(String argument) {
		try (CapturedLog log = CapturedLog.ofThisThread()) {
			assertThat(run(new ByteArrayOutputStream(), argument)).isZero();
			return log.text();
		}
	}

	private static int run(ByteArrayOutputStream out, String... arguments) {
		return SettingsCheck.run(new PrintStream(out, true, StandardCharsets.UTF_8), arguments);
	}

}
