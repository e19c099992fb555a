package io.eardrum.cli;

import java.io.IOException;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import io.eardrum.client.fixture.ScriptedServer;
import io.eardrum.server.fixture.RunningServer;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for what the load does to a server's points.
 */
@Timeout(value = 180, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class BenchIntegrationTests {

	private static final String QUICKLY = " --seconds 1 --warmup 0 --connections 2 --series 5 --port ";

	@Test
	void ownSeriesAreDeletedAndNoOthers() {
		try (RunningServer server = RunningServer.start("--eardrum.tcp.delete=true")) {
			CommandRun run = run("bench" + QUICKLY + server.tcpPort());
			assertThat(run.status()).isZero();
			assertThat(run.err()).isEmpty();
			assertThat(run.out()).contains("p99.9");
			assertThat(run("keys --port " + server.tcpPort()).out()).isEmpty();
			assertThat(run("put palm.cpu 1 1 --port " + server.tcpPort()).status()).isZero();
			assertThat(run("bench --yes" + QUICKLY + server.tcpPort()).err()).isEmpty();
			assertThat(run("bench get-all" + QUICKLY + server.tcpPort()).err()).isEmpty();
			assertThat(run("get * --port " + server.tcpPort()).out()).isEqualTo("palm.cpu 1.0 1\n");
		}
	}

	@Test
	void seriesThatStayAreNamedAndDoNotCountAsPointsNextTime() {
		try (RunningServer server = RunningServer.start()) {
			for (int i = 0; i < 2; i++) {
				CommandRun run = run("bench" + QUICKLY + server.tcpPort());
				assertThat(run.status()).isZero();
				assertThat(run.err())
					.isEqualTo("the points of bench stay in eardrum.bench.*: the server does not allow "
							+ "deletes (eardrum.tcp.delete)\n");
			}
			assertThat(run("keys --port " + server.tcpPort()).out().lines()).hasSize(5)
				.allMatch((key) -> key.matches("eardrum\\.bench\\.host00[0-4]"));
		}
	}

	@Test
	void serverWithPointsIsAskedFor() {
		try (RunningServer server = RunningServer.start("--eardrum.tcp.delete=true")) {
			assertThat(run("put palm.cpu 1 1 --port " + server.tcpPort()).status()).isZero();
			String[] bench = ("bench" + QUICKLY + server.tcpPort()).split(" ");
			CommandRun piped = CommandRun.withInput("y\n", bench);
			assertThat(piped.status()).isEqualTo(2);
			assertThat(piped.err()).startsWith("eardrum: the server at 127.0.0.1:" + server.tcpPort() + " has points")
				.contains("--yes does not ask")
				.containsOnlyOnce("\n");
			String question = "the server at 127.0.0.1:" + server.tcpPort() + " has points. Put load on it? [y/N]\n";
			question = question.replaceFirst("the", "The");
			CommandRun refused = CommandRun.on("\n", true, bench);
			assertThat(refused).isEqualTo(new CommandRun(1, "", question + "eardrum: nothing was put\n"));
			CommandRun confirmed = CommandRun.on("y\n", true, bench);
			assertThat(confirmed.status()).isZero();
			assertThat(confirmed.err()).isEqualTo(question);
			assertThat(confirmed.out()).contains("p99.9");
		}
	}

	@Test
	void olderServerIsAskedWhatItHas() throws IOException {
		assertThat(bench("error\nwrong command\n\n", "ok\neardrum.bench.host000 1.0 1\npalm.cpu 1.0 1\n\n"))
			.startsWith("eardrum: the server at ");
		assertThat(bench("error\nwrong command\n\n", "ok\neardrum.bench.host000 1.0 1\n\n"))
			.startsWith("the points of bench stay in eardrum.bench.*: the server says: storage unavailable\n")
			.contains("\neardrum: ");
		assertThat(bench("error\nstorage unavailable\n\n", "")).startsWith("eardrum: ")
			.contains("storage unavailable")
			.containsOnlyOnce("\n");
	}

	// Each put and each delete fails.
	private static String bench(String keys, String all) throws IOException {
		try (ScriptedServer server = ScriptedServer.start((session) -> {
			for (String line = session.readLine(); line != null; line = session.readLine()) {
				session.write(line.startsWith("keys") ? keys
						: line.startsWith("get") ? all : "error\nstorage unavailable\n\n");
			}
		})) {
			CommandRun run = run("bench" + QUICKLY + server.port());
			assertThat(run.status()).isNotZero();
			assertThat(run.out()).isEmpty();
			return run.err();
		}
	}

	private static CommandRun run(String line) {
		return CommandRun.of(line.split(" "));
	}

}
