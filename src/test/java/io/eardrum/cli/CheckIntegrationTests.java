package io.eardrum.cli;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import io.eardrum.EardrumApplication;
import io.eardrum.client.MetricClient;
import io.eardrum.fixture.EardrumProcess;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@code check} with the real store, as a process of its own beside the
 * server's.
 */
@Timeout(value = 180, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class CheckIntegrationTests {

	@TempDir
	Path directory;

	@Test
	void storeIsReadOnlyWhenNoServerUsesIt() throws Exception {
		Path store = this.directory.resolve("store");
		int port = EardrumProcess.freePort();
		try (EardrumProcess server = EardrumProcess.start(Map.of("EARDRUM_TCP_PORT", "" + port, "SERVER_PORT", "0",
				"EARDRUM_STORAGE_TYPE", "embedded", "EARDRUM_STORAGE_PATH", store.toString()))) {
			server.awaitListening(port);
			try (MetricClient client = MetricClient.connect("127.0.0.1", port)) {
				client.put("palm.cpu", 23.7, Instant.ofEpochSecond(1));
			}
			CommandRun used = check(store);
			assertThat(used.status()).as(used.toString()).isEqualTo(2);
			assertThat(used.out()).isEmpty();
			assertThat(used.err()).isEqualTo(
					"eardrum: can't check " + store + ": The store in " + store + " is in use by another Eardrum.\n");
			// The server still has its lock: checking did not take it away.
			assertThat(check(store).status()).isEqualTo(2);
			server.kill();
		}
		CommandRun whole = check(store);
		assertThat(whole.status()).as(whole.toString()).isZero();
		assertThat(whole.err()).isEmpty();
		assertThat(whole.out()).startsWith("whole: " + store + ", which was not closed\n")
			.contains(" 1 series, 0 points in chunks, 1 in the log, ")
			.endsWith("A start opens it.\n");
		Path current = store.resolve("CURRENT");
		try (RandomAccessFile file = new RandomAccessFile(current.toFile(), "rw")) {
			file.setLength(5);
		}
		CommandRun damaged = check(store);
		assertThat(damaged.status()).isEqualTo(1);
		assertThat(damaged.err()).isEqualTo("eardrum: the store in " + store + " is damaged\n");
		assertThat(damaged.out()).contains("CURRENT is damaged: it does not name a MANIFEST\n");
	}

	@Test
	void directoryWithoutAStoreIsToldInALine() throws Exception {
		assertThat(check(this.directory))
			.isEqualTo(new CommandRun(2, "", "eardrum: can't check " + this.directory + ": there is no store\n"));
		Path missing = this.directory.resolve("missing");
		assertThat(check(missing))
			.isEqualTo(new CommandRun(2, "", "eardrum: can't check " + missing + ": no such file or folder\n"));
		try (Stream<Path> files = Files.list(this.directory)) {
			assertThat(files.map((file) -> Objects.requireNonNull(file.getFileName()).toString()))
				.containsExactlyInAnyOrder("out", "err");
		}
	}

	private CommandRun check(Path store) throws IOException, InterruptedException {
		Path out = Files.createDirectories(this.directory).resolve("out");
		Path err = this.directory.resolve("err");
		List<String> command = new ArrayList<>(
				List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx256m",
						"-XX:TieredStopAtLevel=1", "--enable-native-access=ALL-UNNAMED", "-cp",
						System.getProperty("java.class.path"), EardrumApplication.class.getName(), "check"));
		command.add(store.toString());
		Process process = new ProcessBuilder(command).redirectOutput(out.toFile()).redirectError(err.toFile()).start();
		try {
			int status = process.waitFor();
			return new CommandRun(status, Files.readString(out), Files.readString(err));
		}
		finally {
			process.destroyForcibly();
		}
	}

}
