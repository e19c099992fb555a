package io.eardrum.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import io.eardrum.client.fixture.ScriptedServer;
import io.eardrum.server.fixture.RunningServer;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for exports of some series, or of some time.
 */
@Timeout(value = 180, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ExportChoiceTests {

	@Test
	void seriesAndTimesAreChosen(@TempDir Path folder) {
		long now = Instant.now().getEpochSecond();
		try (RunningServer server = RunningServer.start()) {
			String port = "--port=" + server.tcpPort();
			String points = "web1.cpu 1.0 5\nweb1.cpu 2.0 6\nweb1.cpu 3.0 7\nweb2.cpu 4.0 6\ndb.cpu 5.0 6\nweb1.cpu 6.0 "
					+ (now - 60) + "\n";
			assertThat(CommandRun.withInput(points, "import", "-", port).status()).isZero();
			assertThat(export(port, "--match", "web*.cpu", "--until", "6"))
				.isEqualTo("web1.cpu 1.0 5\nweb1.cpu 2.0 6\nweb2.cpu 4.0 6\n");
			assertThat(export(port, "--match", "web2.*")).isEqualTo("web2.cpu 4.0 6\n");
			assertThat(export(port, "--match", "db.cpu")).isEqualTo("db.cpu 5.0 6\n");
			assertThat(export(port, "--match", "none")).isEmpty();
			assertThat(export(port, "--since", "1970-01-01T00:00:06Z", "--until", "-1h"))
				.isEqualTo("web1.cpu 2.0 6\nweb1.cpu 3.0 7\nweb2.cpu 4.0 6\ndb.cpu 5.0 6\n");
			assertThat(export(port, "--since", "-1h", "--until", "now")).isEqualTo("web1.cpu 6.0 " + (now - 60) + "\n");
			Path file = folder.resolve("some.txt");
			assertThat(CommandRun.of("export", file.toString(), "--match", "web2.*", port))
				.isEqualTo(new CommandRun(0, "", "1 points exported\n"));
			assertThat(file).hasContent("web2.cpu 4.0 6\n");
			for (String wrong : new String[] { "--since yesterday", "--since now --until -1h" }) {
				CommandRun run = CommandRun.of(("export - " + port + " " + wrong).split(" "));
				assertThat(run.status()).isEqualTo(2);
				assertThat(run.err()).startsWith("eardrum: ").containsOnlyOnce("\n");
			}
		}
	}

	private static String export(String... options) {
		String[] words = new String[options.length + 2];
		words[0] = "export";
		words[1] = "-";
		System.arraycopy(options, 0, words, 2, options.length);
		CommandRun run = CommandRun.of(words);
		assertThat(run.status()).as(run.err()).isZero();
		return run.out();
	}

	@Test
	void olderServerSendsAllPointsAndTheOthersAreLeftOut() throws IOException {
		try (ScriptedServer server = ScriptedServer.start((session) -> {
			for (String line = session.readLine(); line != null; line = session.readLine()) {
				session.write(line.equals("get *") ? "ok\na 1.0 1\na 2.0 2\nb 3.0 3\n\n" : "error\nwrong command\n\n");
			}
		})) {
			String port = "--port=" + server.port();
			assertThat(export(port, "--since", "2")).isEqualTo("a 2.0 2\nb 3.0 3\n");
			CommandRun run = CommandRun.of("export", "-", port, "--match", "a*");
			assertThat(run.status()).isEqualTo(1);
			assertThat(run.out()).isEmpty();
			assertThat(run.err()).contains("wrong command");
		}
	}

	@Test
	void storeThatIsUnavailableIsNoOlderServer() throws IOException {
		try (ScriptedServer server = ScriptedServer.answering("error\nstorage unavailable\n\n")) {
			CommandRun run = CommandRun.of("export", "-", "--port=" + server.port(), "--since", "2");
			assertThat(run.status()).isEqualTo(1);
			assertThat(server.lines()).containsExactly("keys *");
		}
	}

}
