package io.eardrum.client;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

import io.eardrum.server.fixture.RunningServer;
import io.eardrum.server.fixture.TestCertificate;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Runs the tests of the client in Python, which are in {@code src/test/python}, with
 * servers for those that need one.
 */
@Timeout(value = 120, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class PythonClientIntegrationTests {

	@TempDir
	private static Path directory;

	@RegisterExtension
	private static final RunningServer server = RunningServer.with("--eardrum.tcp.delete=true");

	@RegisterExtension
	private static final RunningServer tls = RunningServer.with(PythonClientIntegrationTests::tlsArguments);

	@Test
	void clientInPythonKeepsItsPromises() throws Exception {
		Assumptions.assumeTrue(isOnThePath("python3"), "there is no python3");
		Path output = directory.resolve("output");
		ProcessBuilder builder = new ProcessBuilder("python3", "-B", "-W", "error::ResourceWarning", "-m", "unittest",
				"discover", "-s", "src/test/python");
		// The client must not depend on the locale.
		builder.environment()
			.putAll(Map.of("EARDRUM_TEST_PORT", "" + server.tcpPort(), "EARDRUM_TEST_TLS_PORT", "" + tls.tcpPort(),
					"EARDRUM_TEST_CERTIFICATES", directory.toString(), "LC_ALL", "C", "PYTHONUTF8", "0",
					"PYTHONCOERCECLOCALE", "0"));
		Process tests = builder.redirectErrorStream(true).redirectOutput(output.toFile()).start();
		try {
			assertThat(tests.waitFor(100, TimeUnit.SECONDS)).isTrue();
		}
		finally {
			tests.destroyForcibly();
		}
		String report = Files.readString(output, StandardCharsets.UTF_8);
		assertThat(tests.exitValue()).as(report).isZero();
		assertThat(report).containsPattern("Ran [1-9]\\d+ tests").doesNotContain("skipped", "ResourceWarning");
	}

	private static List<String> tlsArguments() {
		try {
			TestCertificate.create(directory, "python").writePem(directory);
		}
		catch (Exception ex) {
			throw new IllegalStateException(ex);
		}
		String bundle = "--spring.ssl.bundle.pem.test.keystore.";
		return List.of("--eardrum.tcp.ssl.bundle=test", bundle + "certificate=" + directory.resolve("cert.pem"),
				bundle + "private-key=" + directory.resolve("key.pem"));
	}

	private static boolean isOnThePath(String program) {
		return Arrays.stream(Objects.requireNonNullElse(System.getenv("PATH"), "").split(":", -1))
			.anyMatch((folder) -> Files.isExecutable(Path.of(folder, program)));
	}

}
