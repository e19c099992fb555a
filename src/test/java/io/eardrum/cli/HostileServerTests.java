package io.eardrum.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import io.eardrum.cli.argument.ByteCount;
import io.eardrum.client.fixture.ScriptedServer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Tests for the command line with hostile servers, or with keys that were chosen by
 * hostile clients.
 */
@Execution(ExecutionMode.CONCURRENT)
@Timeout(value = 120, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class HostileServerTests {

	/**
	 * A C1 control, a change of direction, a character without width; all of them are
	 * legal in a key.
	 */
	private static final String KEY = "a\u009b2J\u202eb\u200bc";

	private static final String SHOWN = "a\\u{9b}2J\\u{202e}b\\u{200b}c";

	@Test
	void terminalGetsNothingThatItWouldObey() throws IOException {
		try (ScriptedServer server = ScriptedServer.answering("ok\n" + KEY + " 1.0 5\n\n")) {
			String port = "--port=" + server.port();
			assertThat(onTerminal("get", "*", port)).isEqualTo(SHOWN + " 1.0 5\n");
			assertThat(onTerminal("get", "*", "--format", "csv", port))
				.isEqualTo("key,timestamp,value\n" + SHOWN + ",5,1.0\n");
			assertThat(onTerminal("get", "*", "--format", "json", port))
				.isEqualTo("[\n{\"key\":\"a\\u009b2J\\u202eb\\u200bc\",\"timestamp\":5,\"value\":1.0}\n]\n");
			assertThat(onTerminal("export", "-", port)).isEqualTo(SHOWN + " 1.0 5\n");
			assertThat(onTerminal("last", KEY, port)).isEqualTo(SHOWN + " 1.0 5\n");
			assertThat(onTerminal("watch", KEY, "--count", "1", port)).contains(SHOWN + " ").doesNotContain("\u202e");
		}
	}

	@Test
	void filesAndPipesGetKeysAsTheyAre(@TempDir Path folder) throws IOException {
		Path file = folder.resolve("all.txt");
		try (ScriptedServer server = ScriptedServer.answering("ok\n" + KEY + " 1.0 5\n\n")) {
			String port = "--port=" + server.port();
			assertThat(CommandRun.of("get", "*", port).out()).isEqualTo(KEY + " 1.0 5\n");
			assertThat(CommandRun.of("get", "*", "--format", "csv", port).out()).contains("\n" + KEY + ",5,1.0\n");
			assertThat(CommandRun.of("get", "*", "--format", "json", port).out()).contains("{\"key\":\"" + KEY + "\"");
			assertThat(CommandRun.of("export", file.toString(), port).status()).isZero();
			assertThat(file).hasContent(KEY + " 1.0 5");
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "get *", "get a", "last a", "watch a", "export -", "ping" })
	void controlCharactersInKeysAreNoReply(String line) throws IOException {
		try (ScriptedServer server = ScriptedServer.answering("ok\na\u001b[31m 1.0 5\n\n")) {
			CommandRun run = CommandRun.on("", true, (line + " --port " + server.port()).split(" "));
			assertThat(run.status()).isEqualTo(1);
			assertThat(run.out()).isEmpty();
			assertThat(run.err()).contains("a\\u{1b}[31m").doesNotContain("\u001b[31m").containsOnlyOnce("\n");
		}
	}

	@Test
	void messagesObeyNobody() throws IOException {
		try (ScriptedServer server = ScriptedServer.answering("error\n\u009b2J\u202e" + "x".repeat(9_000) + "\n\n")) {
			CommandRun run = CommandRun.of("put", "a", "1", "--port", "" + server.port());
			assertThat(run.err()).contains("\\u{9b}2J\\u{202e}xxx").hasSizeLessThan(600);
			CommandRun rejected = CommandRun.withInput("a 1 1\n", "import", "-", "--port", "" + server.port());
			assertThat(rejected.err()).contains("line 1: the server says: \\u{9b}2J\\u{202e}xxx").hasSizeLessThan(700);
		}
		assertThat(CommandRun.of("get", "a", "--since", "\u001b]0;x\u0007").err()).contains("\\u{1b}]0;x\\u{7}");
	}

	@ParameterizedTest
	@ValueSource(strings = { "put a 1", "ping", "last a", "watch a" })
	void repliesThatNeverEndEndWithTheTime(String line) throws IOException {
		for (String reply : List.of("", "ok\n", "error\n")) {
			try (ScriptedServer server = ScriptedServer.start((session) -> {
				session.readLine();
				session.write(reply);
				while (true) {
					session.write("o");
					pause();
				}
			})) {
				assertEndsInTime(line, server);
			}
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "last a", "watch a" })
	void rowsThatNeverEndEndWithTheTime(String line) throws IOException {
		try (ScriptedServer server = ScriptedServer.start((session) -> {
			session.readLine();
			session.write("ok\n");
			while (true) {
				session.write("a 1.0 5\n".repeat(1_000));
			}
		})) {
			CommandRun run = assertEndsInTime(line, server);
			assertThat(run.err()).contains("within 1 s", "--timeout");
		}
	}

	private static CommandRun assertEndsInTime(String line, ScriptedServer server) {
		long startNanos = System.nanoTime();
		CommandRun run = CommandRun.of((line + " --timeout 1 --port " + server.port()).split(" "));
		assertThat(run.status()).as(run.err()).isEqualTo(69);
		assertThat(run.out()).isEmpty();
		// Long, but bounded, on a busy machine.
		assertThat(System.nanoTime() - startNanos).isLessThan(TimeUnit.SECONDS.toNanos(20));
		return run;
	}

	@Test
	void pingReadsNoMoreThanOneRow() throws IOException {
		try (ScriptedServer server = ScriptedServer.start((session) -> {
			session.readLine();
			session.write("ok\n");
			while (true) {
				session.write("eardrum.ping 1.0 5\n".repeat(1_000));
			}
		})) {
			CommandRun run = CommandRun.of("ping", "--port", "" + server.port());
			assertThat(run.status()).isZero();
			assertThat(run.out()).contains("answers");
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "all.txt", "all.txt.gz" })
	void exportFillsNoDisk(String name, @TempDir Path folder) throws IOException {
		Path file = Files.writeString(folder.resolve(name), "old");
		try (ScriptedServer server = endless()) {
			String port = "--port=" + server.port();
			CommandRun large = CommandRun.of("export", "--max-bytes", "100KB", file.toString(), port);
			assertThat(large).isEqualTo(new CommandRun(1, "",
					"eardrum: can't write " + file + ": it would have more than 102400 bytes (--max-bytes)\n"));
			CommandRun full = CommandRun.of("export", "--keep-free", "8000TB", file.toString(), port);
			assertThat(full.status()).isEqualTo(1);
			assertThat(full.err()).contains("bytes would be left on the disk (--keep-free)").containsOnlyOnce("\n");
		}
		assertThat(file).hasContent("old");
		assertThat(folder).isDirectoryNotContaining("glob:**.part");
	}

	@Test
	void exportToStandardOutputIsBoundedAsWell() throws IOException {
		try (ScriptedServer server = endless()) {
			CommandRun run = CommandRun.of("export", "-", "--max-bytes", "1000", "--port", "" + server.port());
			assertThat(run.status()).isEqualTo(1);
			assertThat(run.out()).hasSizeBetween(900, 1_000);
			assertThat(run.err()).contains("more than 1000 bytes");
		}
	}

	@Test
	void numbersOfBytesAreReadAsPeopleGiveThem() {
		assertThat(ByteCount.parse("x", "0")).isZero();
		assertThat(ByteCount.parse("x", "12B")).isEqualTo(12);
		assertThat(ByteCount.parse("x", "1k")).isEqualTo(1024);
		assertThat(ByteCount.parse("x", "256MB")).isEqualTo(268_435_456);
		assertThat(ByteCount.parse("x", "3TB")).isEqualTo(3L << 40);
		for (String wrong : List.of("", "-1", "1.5GB", "1PB", "MB", "9999999TB", "1 GB")) {
			assertThatIllegalArgumentException().as(wrong).isThrownBy(() -> ByteCount.parse("--max-bytes", wrong));
		}
	}

	@Test
	void spreadsheetsGetNoFormulas() throws IOException {
		try (ScriptedServer server = ScriptedServer.answering("ok\n=cmd() 1.0 5\na;=1 -1.0 5\n\n")) {
			String port = "--port=" + server.port();
			assertThat(CommandRun.of("get", "*", "--format", "csv", port).out())
				.isEqualTo("key,timestamp,value\n'=cmd(),5,1.0\n\"a;=1\",5,-1.0\n");
			assertThat(CommandRun.of("get", "*", port).out()).startsWith("=cmd() ");
			assertThat(CommandRun.of("get", "*", "--format", "json", port).out()).contains("{\"key\":\"=cmd()\"");
		}
	}

	@Test
	void noPointsAreNoErrorForGet() throws IOException {
		try (ScriptedServer server = ScriptedServer.answering("ok\n\n")) {
			String port = "--port=" + server.port();
			assertThat(CommandRun.of("get", "c.none", port)).isEqualTo(new CommandRun(0, "", ""));
			assertThat(CommandRun.of("get", "*", port)).isEqualTo(new CommandRun(0, "", ""));
			assertThat(CommandRun.of("get", "c.none", "--format", "json", port).out()).isEqualTo("[\n]\n");
			assertThat(CommandRun.of("last", "c.none", port).status()).isEqualTo(1);
		}
	}

	@Test
	void keyThatBeginsWithAByteOrderMarkComesBack() throws IOException {
		try (ScriptedServer server = ScriptedServer.answering("ok\n\uFEFFa 1.0 5\n\n")) {
			String exported = CommandRun.of("export", "-", "--port=" + server.port()).out();
			assertThat(exported).isEqualTo("\n\uFEFFa 1.0 5\n");
			CommandRun run = CommandRun.withInput(exported, "import", "-", "--port=" + server.port());
			assertThat(run.err()).startsWith("line 2: begins with a byte order mark");
			assertThat(server.lines()).endsWith("put \uFEFFa 1.0 5");
		}
	}

	private static ScriptedServer endless() throws IOException {
		return ScriptedServer.start((session) -> {
			session.readLine();
			session.write("ok\n");
			for (long i = 0;; i += 1_000) {
				StringBuilder rows = new StringBuilder();
				for (long j = i; j < i + 1_000; j++) {
					// Bytes that do not compress well.
					rows.append("k")
						.append(Long.toHexString(j * 0x9E3779B97F4A7C15L))
						.append(" 1.0 ")
						.append(j)
						.append('\n');
				}
				session.write(rows.toString());
			}
		});
	}

	private static String onTerminal(String... arguments) {
		CommandRun run = CommandRun.on("", true, arguments);
		assertThat(run.status()).as(run.err()).isZero();
		return run.out();
	}

	private static void pause() throws IOException {
		try {
			TimeUnit.MILLISECONDS.sleep(20);
		}
		catch (InterruptedException ex) {
			throw new IOException(ex);
		}
	}

}
