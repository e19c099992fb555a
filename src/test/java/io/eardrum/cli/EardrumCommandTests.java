package io.eardrum.cli;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.SequenceInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

import io.eardrum.cli.argument.ServerOptions;
import io.eardrum.cli.argument.TimeBound;
import io.eardrum.cli.file.FileNames;
import io.eardrum.cli.file.FileProblem;
import io.eardrum.cli.format.TextReader;
import io.eardrum.cli.terminal.ProgressBar;
import io.eardrum.cli.terminal.Sparkline;
import io.eardrum.cli.terminal.StandardOutput;
import io.eardrum.cli.terminal.Terminal;
import io.eardrum.cli.transfer.LineSource;
import io.eardrum.cli.transfer.PointImport;
import io.eardrum.client.ClientOptions;
import io.eardrum.client.MetricClient;
import io.eardrum.client.MetricClientException;
import io.eardrum.client.fixture.ScriptedServer;
import io.eardrum.fixture.ServerThreads;
import io.eardrum.metric.Point;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Tests for {@link EardrumCommand} and its sub-commands, without a server or with one
 * that misbehaves.
 */
@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class EardrumCommandTests {

	@ParameterizedTest
	@ValueSource(strings = { "get palm.cpu", "--help", "-V", "help", "frobnicate", "--host x get k", "serve --help" })
	void commandsAreForTheCommandLine(String line) {
		assertThat(EardrumCommand.handles(line.split(" "))).isTrue();
	}

	@ParameterizedTest
	@ValueSource(strings = { "serve", "serve --eardrum.tcp.port=1", "--eardrum.tcp.port=1", "--debug" })
	void serverIsStartedWithoutACommand(String line) {
		assertThat(EardrumCommand.handles(line.split(" "))).isFalse();
		assertThat(EardrumCommand.handles()).isFalse();
	}

	@ParameterizedTest
	@ValueSource(strings = { "serve", "put", "get", "last", "watch", "import", "export", "ping", "bench", "check",
			"completion" })
	void everyCommandHasHelp(String command) {
		CommandRun run = CommandRun.of(command, "--help");
		assertThat(run.status()).isZero();
		assertThat(run.out()).contains("Usage: eardrum " + command).doesNotContain("\u001b");
		assertThat(run.err()).isEmpty();
		assertThat(CommandRun.of("--help").out()).contains("  " + command);
	}

	@Test
	void listOfCommandsHasWholeSentences() {
		CommandLine commands = EardrumCommand.commandLine(terminal(new ByteArrayOutputStream()),
				(directory, progress) -> {
					throw new IOException();
				}, FileNames.ofUtf8());
		assertThat(commands.getSubcommands().values()).isNotEmpty()
			.allSatisfy((command) -> assertThat(command.getCommandSpec().usageMessage().description()[0])
				.as(command.getCommandName())
				.endsWith("."));
	}

	@ParameterizedTest
	@ValueSource(strings = { "frobnicate", "put", "put a", "put a x", "put a 1 1.5", "put a 1 2 3", "put a nan",
			"put a 1 --prot=1", "get", "get a b", "get a --format xml", "get a --since yesterday",
			"get a --since now --until -1h", "get a --port x", "get a --port 0", "get a --timeout 0", "import",
			"import --resume -", "export", "bench --host 192.0.2.1", "bench flood", "bench --depth 0", "last",
			"watch a --width 0", "watch a --width 1000000000", "watch a --count -1", "put a 1 --host=", "check",
			"check a b", "--port 1 get a" })
	void wrongUsageIsTold(String line) {
		CommandRun run = CommandRun.of(line.split(" "));
		assertThat(run.status()).as(run.err()).isEqualTo(2);
		assertThat(run.out()).isEmpty();
		assertThat(run.err()).startsWith("eardrum: ").containsOnlyOnce("\n");
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', quoteCharacter = '"', value = { "get a --port x|'x' is not a whole number",
			"import --skip 99999999999999999999 x|not a whole number",
			"watch a --interval 1.5|'1.5' is not a whole number", "get a --tls=maybe|is neither true nor false",
			"get a --timeout 0|--timeout takes seconds, from 1 to", "get a --timeout -1|--timeout takes seconds",
			"get a --timeout 2147483647|--timeout takes seconds", "watch a --width 0|--width takes a number",
			"put a 1 --host=|the name of the host is missing", "import ''|the name of a file is missing",
			"export ''|the name of a file is missing", "get a --ca ''|the name of a file is missing" })
	void wrongValuesAreToldInWords(String line, String problem) {
		CommandRun run = CommandRun
			.of(Arrays.stream(line.split(" ")).map((word) -> word.equals("''") ? "" : word).toArray(String[]::new));
		assertThat(run.status()).as(run.err()).isEqualTo(2);
		assertThat(run.err()).contains(problem)
			.containsOnlyOnce("\n")
			.doesNotContain("PT", " int ", " long ", "boolean", "xception");
	}

	@Test
	void keyThatIsNotWhatItSaysIsToldInWords(@TempDir Path folder) throws IOException {
		Path key = Files.writeString(folder.resolve("key"),
				"-----BEGIN PRIVATE KEY-----\nA\n-----END PRIVATE KEY-----\n");
		CommandRun run = CommandRun.of("ping", "--cert", key.toString(), "--key", key.toString());
		assertThat(run.status()).isEqualTo(2);
		assertThat(run.err()).startsWith("eardrum: " + key + " has no key between ").containsOnlyOnce("\n");
	}

	@Test
	void lackOfMemoryIsToldInALine() {
		Terminal terminal = terminal(new ByteArrayOutputStream());
		ByteArrayOutputStream err = new ByteArrayOutputStream();
		terminal = new Terminal(terminal.in(), terminal.out(), new PrintStream(err, true, StandardCharsets.UTF_8),
				false, false);
		int status = EardrumCommand.run(terminal, (directory, progress) -> {
			throw new OutOfMemoryError("Java heap space");
		}, "check", ".");
		assertThat(status).isEqualTo(1);
		assertThat(err.toString(StandardCharsets.UTF_8)).startsWith("eardrum: there is not enough memory")
			.containsOnlyOnce("\n");
	}

	@Test
	void importTellsWhyALineIsNotWhole() throws IOException {
		try (ScriptedServer server = ScriptedServer.answering("ok\n\n")) {
			String port = "--port=" + server.port();
			assertThat(CommandRun.withInput("a 1 1\na 1 2", "import", "-", port).err())
				.startsWith("line 2: without an end: its last number may have been cut\n");
			assertThat(CommandRun.withInput("a".repeat(600_000) + " 1 1\na 1 2\n", "import", "-", port).err())
				.isEqualTo("line 1: longer than 256 KiB\n1 points acknowledged, 1 lines rejected\n");
			assertThat(CommandRun.withInput("a".repeat(600_000), "import", "-", port).err())
				.startsWith("line 1: longer than 256 KiB\n");
			for (String text : List.of("a 1 1\ra 1 2\r", "a 1 1\r".repeat(100_000), "a 1 1\ra 1 2")) {
				assertThat(CommandRun.withInput(text, "import", "-", port).err()).startsWith("line 1: ")
					.contains("CR alone; tr '\\r' '\\n' changes that\n0 points acknowledged, 1 lines rejected\n");
			}
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "put a 1", "get a", "last a", "watch a", "ping", "export -", "import -" })
	void serverThatIsDownIsUnavailable(String line) throws IOException {
		int port;
		try (ScriptedServer server = ScriptedServer.answering("")) {
			port = server.port();
		}
		CommandRun run = CommandRun.of((line + " --port " + port).split(" "));
		assertThat(run.status()).isEqualTo(69);
		assertThat(run.out()).isEmpty();
		assertThat(run.err()).startsWith("eardrum: no connection to 127.0.0.1:" + port).containsOnlyOnce("\n");
	}

	@Test
	void timeoutBoundsEachWait() {
		ClientOptions options = CommandLine.populateCommand(new ServerOptions(), "--timeout", "3").clientOptions();
		assertThat(options.connectTimeout()).isEqualTo(Duration.ofSeconds(3));
		assertThat(options.readTimeout()).isEqualTo(Duration.ofSeconds(3));
	}

	@ParameterizedTest
	@CsvSource({ "error\\nwrong command\\n\\n, 1, wrong command", "error\\nstorage unavailable\\n\\n, 1, storage",
			"error\\ntoo many connections\\n\\n, 69, too many", "HTTP/1.1 400\\n\\n, 1, HTTP/1.1" })
	void whatTheServerSaysIsTold(String reply, int status, String text) throws IOException {
		try (ScriptedServer server = ScriptedServer.answering(reply.replace("\\n", "\n"))) {
			CommandRun run = CommandRun.of("put", "a", "1", "--port", "" + server.port());
			assertThat(run.status()).isEqualTo(status);
			assertThat(run.err()).startsWith("eardrum: ").contains(text).containsOnlyOnce("\n");
		}
	}

	@Test
	void exportThatBreaksOffLeavesTheOldFile(@TempDir Path folder) throws IOException {
		Path file = Files.writeString(folder.resolve("all.txt"), "old");
		try (ScriptedServer server = ScriptedServer.start((session) -> {
			session.readLine();
			session.write("ok\na 1.0 1\na 1.0 2\n");
		})) {
			CommandRun run = CommandRun.of("export", file.toString(), "--port", "" + server.port());
			assertThat(run.status()).isEqualTo(69);
			assertThat(file).hasContent("old");
			try (var files = Files.list(folder)) {
				assertThat(files).containsExactly(file);
			}
		}
	}

	@Test
	void importNamesLinesThatAreRejected() throws IOException {
		try (ScriptedServer server = ScriptedServer.start((session) -> {
			for (String line = session.readLine(); line != null; line = session.readLine()) {
				session.write(line.contains("refused") ? "error\nwrong command\n\n" : "ok\n\n");
			}
		})) {
			String lines = "ok\nput a 1 1\nb\t2  2\r\n\nrefused 1 1\nbad\nc x 3\nput d 1 1.5\n* 1 1\ne 1e2 5\nf 1 1";
			CommandRun run = CommandRun.withInput(lines, "import", "-", "--port", "" + server.port());
			assertThat(run.status()).isEqualTo(1);
			assertThat(run.err().lines()).hasSize(7)
				.contains("line 5: the server says: wrong command", "line 7: the value is not a finite decimal number",
						"line 8: the timestamp is not a 64-bit integer", "line 9: the key '*' is reserved for all keys")
				.anyMatch((line) -> line.startsWith("line 6: neither "))
				.anyMatch((line) -> line.startsWith("line 11: without an end"))
				.endsWith("3 points acknowledged, 6 lines rejected");
			assertThat(server.lines()).containsExactly("put a 1.0 1", "put b 2.0 2", "put refused 1.0 1",
					"put e 100.0 5");
		}
	}

	@Test
	void importTakesTimestampsThatGraphiteTakesButNoOtherTimeForMinusOne() throws IOException {
		try (ScriptedServer server = ScriptedServer.answering("ok\n\n")) {
			String lines = "a 6 6.0\na 7 1.5e9\na 8 -1\na 9 7.9\nput b 1 -1\n";
			CommandRun run = CommandRun.withInput(lines, "import", "-", "--port", "" + server.port());
			assertThat(run).isEqualTo(new CommandRun(0, "", "5 points acknowledged, 0 lines rejected\n"));
			assertThat(server.lines()).containsExactly("put a 6.0 6", "put a 7.0 1500000000", "put a 8.0 -1",
					"put a 9.0 7", "put b 1.0 -1");
			for (String line : List.of("put b 1 6.0\n", "put b 1 1e9\n", "a 1 nan\n", "a 1 1e19\n", "a 1 6.0x\n")) {
				assertThat(CommandRun.withInput(line, "import", "-", "--port", "" + server.port()).err()).as(line)
					.startsWith("line 1: the timestamp is not a 64-bit integer");
			}
		}
	}

	@Test
	void importStopsWhenTheStoreIsUnavailable() throws IOException {
		try (ScriptedServer server = ScriptedServer.start((session) -> {
			for (int i = 1; session.readLine() != null; i++) {
				session.write((i >= 300) ? "error\nstorage unavailable\n\n" : "ok\n\n");
			}
		})) {
			CommandRun run = CommandRun.withInput(lines(0, 1_000), "import", "-", "--port", "" + server.port());
			assertThat(run.status()).isEqualTo(1);
			assertThat(run.err()).contains("storage unavailable", "go on with --skip 299");
		}
	}

	@Test
	void importThatBreaksOffIsResumed(@TempDir Path folder) throws IOException {
		Path file = Files.writeString(folder.resolve("all.txt"), "\n" + lines(0, 50_000));
		try (ScriptedServer server = ScriptedServer.start((session) -> {
			for (int i = 0; i < 1_234; i++) {
				session.readLine();
				session.write("ok\n\n");
			}
		}); ScriptedServer second = ScriptedServer.answering("ok\n\n")) {
			CommandRun run = CommandRun.of("import", "--resume", file.toString(), "--port", "" + server.port());
			assertThat(run.status()).isEqualTo(69);
			long acknowledged = Long
				.parseLong(run.err().replaceAll("(?s).*?(\\d+) points acknowledged, \\d+ l.*", "$1"));
			assertThat(acknowledged).isLessThanOrEqualTo(1_234);
			assertThat(folder.resolve("all.txt.resume")).content()
				.startsWith("lines=" + (acknowledged + 1) + "\n")
				.endsWith("server=127.0.0.1:" + server.port() + "\n");
			CommandRun resumed = CommandRun.of("import", "--resume", file.toString(), "--port", "" + second.port());
			assertThat(resumed.status()).as(resumed.err()).isZero();
			assertThat(second.lines()).hasSize(50_000 - (int) acknowledged)
				.startsWith("put palm.cpu 0.5 " + acknowledged);
			assertThat(folder.resolve("all.txt.resume")).doesNotExist();
		}
	}

	@Test
	void progressIsForTerminalsOnly() throws IOException {
		try (ScriptedServer server = ScriptedServer.answering("ok\n\n")) {
			String[] line = { "import", "-", "--port", "" + server.port() };
			assertThat(CommandRun.on(lines(0, 3_000), true, line).err()).contains("\r", "points");
			assertThat(CommandRun.on(lines(0, 3_000), false, line).err()).isEqualTo("""
					3000 points acknowledged, 0 lines rejected
					""");
		}
	}

	@ParameterizedTest
	@CsvSource({ "true, , true", "true, '', true", "true, 1, false", "true, 0, false", "false, , false" })
	void coloursAreForTerminalsUnlessTheEnvironmentForbidsThem(boolean isTerminal, String noColor, boolean coloured) {
		Terminal terminal = new Terminal(InputStream.nullInputStream(),
				new StandardOutput(OutputStream.nullOutputStream()), System.err, isTerminal, isTerminal);
		assertThat(EardrumCommand.isColoured(terminal, noColor)).isEqualTo(coloured);
	}

	@Test
	void importNamesTheFirstTenLinesThatAreRejectedAndCountsThemAll() throws IOException {
		try (ScriptedServer server = ScriptedServer.answering("ok\n\n")) {
			CommandRun run = CommandRun.withInput("bad\n".repeat(100) + "a 1 1\n", "import", "-", "--port",
					"" + server.port());
			assertThat(run.status()).isEqualTo(1);
			assertThat(run.err().lines().filter((line) -> line.startsWith("line "))).hasSize(10)
				.allMatch((line) -> line.matches("line (\\d|10): .*"));
			assertThat(run.err()).endsWith("1 points acknowledged, 100 lines rejected\n");
		}
	}

	@Test
	void optionTlsHoldsThoughTheEnvironmentSaysSoToo() {
		CommandLine line = EardrumCommand.commandLine(terminal(new ByteArrayOutputStream()),
				(directory, progress) -> new DirectoryCheck.Verdict(true, List.of()), FileNames.ofLocale());
		line.setDefaultValueProvider((argument) -> argument.paramLabel().equals("true|false") ? "true" : null);
		for (String arguments : List.of("get a", "get --tls a", "get a --tls")) {
			CommandLine.ParseResult get = line.parseArgs(arguments.split(" ")).subcommand();
			assertThat((Boolean) get.commandSpec().findOption("--tls").getValue()).as(arguments).isTrue();
			assertThat(get.matchedPositionalValue(0, "")).isEqualTo("a");
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "get *", "export -" })
	void outputThatCannotBeWrittenEndsTheCommand(String line) throws IOException {
		for (String problem : List.of("Broken pipe", "No space left on device")) {
			try (ScriptedServer server = ScriptedServer.start((session) -> {
				session.readLine();
				session.write("ok\n");
				while (true) {
					session.write("palm.cpu 1.0 1\n".repeat(1_000));
				}
			})) {
				ByteArrayOutputStream err = new ByteArrayOutputStream();
				OutputStream out = new OutputStream() {

					@Override
					public void write(int value) throws IOException {
						throw new IOException(problem);
					}

				};
				Terminal terminal = new Terminal(InputStream.nullInputStream(), new StandardOutput(out),
						new PrintStream(err, true, StandardCharsets.UTF_8), false, false);
				assertThat(EardrumCommand.run(terminal, (line + " --port " + server.port()).split(" "))).isEqualTo(1);
				assertThat(err.toString(StandardCharsets.UTF_8)).isEqualTo(
						problem.contains("pipe") ? "" : "eardrum: can't write standard output: " + problem + "\n");
			}
		}
	}

	@Test
	void filesThatCannotBeUsedAreNamedWithTheReason(@TempDir Path folder) throws IOException {
		Path plain = Files.writeString(folder.resolve("plain.gz"), "a 1 1\n");
		Path missing = folder.resolve("missing/all.txt");
		Path state = Files.writeString(folder.resolve("all.txt.resume"), "soon");
		Files.writeString(folder.resolve("all.txt"), "a 1 1\n");
		try (ScriptedServer server = ScriptedServer.answering("ok\n\n")) {
			String port = "--port=" + server.port();
			assertThat(CommandRun.of("import", plain.toString(), port)).isEqualTo(new CommandRun(1, "",
					"eardrum: can't read " + plain + ": its name ends in .gz, but it is not a gzip file\n"));
			assertThat(CommandRun.of("import", missing.toString(), port))
				.isEqualTo(new CommandRun(1, "", "eardrum: can't read " + missing + ": no such file or folder\n"));
			assertThat(CommandRun.of("export", missing.toString(), port))
				.isEqualTo(new CommandRun(1, "", "eardrum: can't write " + missing + ": no such file or folder\n"));
			assertThat(CommandRun.of("export", folder.toString(), port))
				.isEqualTo(new CommandRun(1, "", "eardrum: can't write " + folder + ": it is a folder\n"));
			CommandRun resumed = CommandRun.of("import", "--resume", folder.resolve("all.txt").toString(), port);
			assertThat(resumed.status()).isEqualTo(2);
			assertThat(resumed.err()).contains(state.toString(), "delete it");
		}
		assertThat(FileProblem.of(new AccessDeniedException("all.txt"))).isEqualTo("permission denied");
	}

	@Test
	@EnabledOnOs({ OS.LINUX, OS.MAC })
	void exportWritesThroughLinksAndIntoDevices(@TempDir Path folder) throws IOException {
		Path file = Files.writeString(folder.resolve("all.txt"), "old");
		Path link = Files.createSymbolicLink(folder.resolve("link"), file);
		Path device = Files.createSymbolicLink(folder.resolve("null"), Path.of("/dev/null"));
		try (ScriptedServer server = ScriptedServer.answering("ok\na 1.0 1\n\n")) {
			assertThat(CommandRun.of("export", link.toString(), "--port=" + server.port()).status()).isZero();
			assertThat(CommandRun.of("export", device.toString(), "--port=" + server.port()).status()).isZero();
		}
		assertThat(link).isSymbolicLink();
		assertThat(file).hasContent("a 1.0 1");
		assertThat(Files.isRegularFile(Path.of("/dev/null"))).isFalse();
	}

	@Test
	void importTellsItsPlaceWhileItGoesOn() throws IOException {
		List<Long> places = new ArrayList<>();
		byte[] lines = lines(0, 10_000).getBytes(StandardCharsets.UTF_8);
		try (ScriptedServer server = ScriptedServer.answering("ok\n\n");
				MetricClient client = MetricClient.connect("127.0.0.1", server.port());
				LineSource source = LineSource.of(new ByteArrayInputStream(lines))) {
			PrintStream err = new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8);
			PointImport points = new PointImport(source, new TextReader(), err, new ProgressBar(err, false, 0),
					(settled) -> {
						assertThat(settled.lines()).isBetween(0L, (long) server.lines().size());
						places.add(settled.lines());
					}, Duration.ZERO);
			points.run(client);
			assertThat(points.settled().lines()).isEqualTo(10_000);
			assertThat(points.settled().bytes()).isEqualTo(lines.length);
		}
		assertThat(places).hasSize(10_000 / 1_024).isSorted();
	}

	@Test
	void importSettlesNoLineWhoseRefusalItHasNotSeen() throws IOException {
		List<Long> places = new ArrayList<>();
		// The first 16 KiB of puts are sent by themselves, and nothing is sent after
		// them.
		byte[] sent = "a 1 1\n".repeat(1_500).getBytes(StandardCharsets.UTF_8);
		byte[] gathered = "a 1 1\n".repeat(700).getBytes(StandardCharsets.UTF_8);
		CountDownLatch sentAll = new CountDownLatch(1);
		try (ServerThreads own = new ServerThreads(); ScriptedServer server = ScriptedServer.start((session) -> {
			for (int i = 0; session.readLine() != null; i++) {
				// A refusal that arrives at once would be received at once.
				awaitOpen(sentAll);
				session.write((i >= 100) ? "error\nstorage unavailable\n\n" : "ok\n\n");
			}
		});
				MetricClient client = MetricClient.connect("127.0.0.1", server.port());
				InputStream input = neverEmpty(
						new SequenceInputStream(new ByteArrayInputStream(sent), new LateInputStream(gathered, () -> {
							sentAll.countDown();
							awaitAllReplies(server, own);
						})));
				LineSource source = LineSource.of(input)) {
			PrintStream err = new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8);
			PointImport points = new PointImport(source, new TextReader(), err, new ProgressBar(err, false, 0),
					(settled) -> places.add(settled.lines()), Duration.ZERO);
			assertThatExceptionOfType(MetricClientException.class).isThrownBy(() -> own.call(() -> {
				points.run(client);
				return true;
			}));
			assertThat(points.settled().lines()).isEqualTo(100);
			assertThat(points.settledSoFar().lines()).isLessThanOrEqualTo(100);
		}
		assertThat(places).hasSize(2).allMatch((settled) -> settled <= 100);
	}

	@Test
	void importHoldsNoLineBackForTheRestOfTheNext() throws IOException {
		try (ScriptedServer server = ScriptedServer.answering("ok\n\n")) {
			byte[] start = "a 1 1\na 2 2\na 3".getBytes(StandardCharsets.UTF_8);
			byte[] rest = " 3\n".getBytes(StandardCharsets.UTF_8);
			List<String> before = new ArrayList<>();
			InputStream input = new SequenceInputStream(new ByteArrayInputStream(start),
					new LateInputStream(rest, () -> {
						if (before.isEmpty()) {
							Awaitility.await().until(() -> server.lines().size() == 2);
							before.addAll(server.lines());
						}
					}));
			CommandRun run = CommandRun.on(input, false, "import", "-", "--port", "" + server.port());
			assertThat(run).isEqualTo(new CommandRun(0, "", "3 points acknowledged, 0 lines rejected\n"));
			assertThat(before).containsExactly("put a 1.0 1", "put a 2.0 2");
		}
	}

	private static void awaitOpen(CountDownLatch latch) throws IOException {
		try {
			latch.await();
		}
		catch (InterruptedException ex) {
			throw new IOException(ex);
		}
	}

	private static InputStream neverEmpty(InputStream input) {
		return new FilterInputStream(input) {

			@Override
			public int available() {
				return 1;
			}

		};
	}

	// The thread that reads replies waits for puts once it has read all replies.
	private static void awaitAllReplies(ScriptedServer server, ServerThreads own) {
		Awaitility.await()
			.atMost(30, TimeUnit.SECONDS)
			.until(() -> server.lines().size() > 1_000 && own.alive()
				.stream()
				.filter((thread) -> thread.getName().equals("eardrum-replies"))
				.allMatch((thread) -> thread.getState() == Thread.State.WAITING));
	}

	@Test
	void exportShowsItsProgressOnATerminal() throws IOException {
		try (ScriptedServer server = ScriptedServer.answering("ok\n" + "a 1.0 1\n".repeat(40_000) + "\n")) {
			CommandRun run = CommandRun.on("", true, "export", "/dev/null", "--port", "" + server.port());
			assertThat(run.err()).contains("\r", "points, ").endsWith("40000 points exported\n");
		}
	}

	private static Terminal terminal(OutputStream out) {
		return new Terminal(InputStream.nullInputStream(), new StandardOutput(out), System.err, false, false);
	}

	@Test
	void checkPrintsWhatWasFoundAndTellsItByItsStatus() {
		List<String> lines = List.of("whole: /data", "A start opens it.");
		assertThat(check((directory, progress) -> {
			progress.at("000009.sst", 50, 100);
			return new DirectoryCheck.Verdict(true, lines);
		}, false, "check", "data")).isEqualTo(new CommandRun(0, "whole: /data\nA start opens it.\n", ""));
		assertThat(check((directory, progress) -> new DirectoryCheck.Verdict(false, lines), false, "check", "data"))
			.isEqualTo(
					new CommandRun(1, "whole: /data\nA start opens it.\n", "eardrum: the store in data is damaged\n"));
		assertThat(
				check((directory, progress) -> new DirectoryCheck.Verdict(false, lines), false, "check", "-q", "data"))
			.isEqualTo(new CommandRun(1, "", "eardrum: the store in data is damaged\n"));
	}

	@Test
	void checkShowsAPersonHowFarItHasCome() {
		DirectoryCheck half = (directory, progress) -> {
			progress.at("000009.sst", 50, 100);
			return new DirectoryCheck.Verdict(true, List.of());
		};
		assertThat(check(half, true, "check", "data").err()).contains(" 50%", "000009.sst").endsWith("\r\u001b[K");
		assertThat(check(half, true, "check", "--quiet", "data").err()).doesNotContain("%");
	}

	@Test
	void checkThatCannotBeMadeSaysWhy() {
		assertThat(check((directory, progress) -> {
			throw new IOException("there is no store");
		}, false, "check", "data")).isEqualTo(new CommandRun(2, "", "eardrum: can't check data: there is no store\n"));
		assertThat(check((directory, progress) -> {
			throw new AccessDeniedException("data/CURRENT");
		}, false, "check", "data"))
			.isEqualTo(new CommandRun(2, "", "eardrum: can't check data/CURRENT: permission denied\n"));
		assertThat(CommandRun.of("check", "data").status()).isEqualTo(2);
		assertThat(CommandRun.of("check", "data").err()).contains("eardrum.jar check").hasLineCount(1);
	}

	private static CommandRun check(DirectoryCheck check, boolean isTerminal, String... arguments) {
		ByteArrayOutputStream out = new ByteArrayOutputStream();
		ByteArrayOutputStream err = new ByteArrayOutputStream();
		Terminal terminal = new Terminal(InputStream.nullInputStream(), new StandardOutput(out),
				new PrintStream(err, true, StandardCharsets.UTF_8), isTerminal, isTerminal);
		int status = EardrumCommand.run(terminal, check, arguments);
		return new CommandRun(status, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
	}

	@Test
	void completionKnowsTheCommands() {
		assertThat(CommandRun.of("completion").out()).contains("put", "watch", "check", "--since", "--quiet");
	}

	@ParameterizedTest
	@CsvSource({ "-1h, 1150840647", "+2m, 1150844367", "-1w, 1150239447", "now, 1150844247", "-5, -5", "5, 5",
			"2006-06-20T22:57:27Z, 1150844247", "2006-06-21T00:57:27+02:00, 1150844247" })
	void timesAreReadAsPeopleGiveThem(String text, long expected) {
		assertThat(TimeBound.parse(text, Instant.parse("2006-06-20T22:57:27Z"))).isEqualTo(expected);
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "1h", "-1y", "2006-06-20", "9223372036854775808" })
	void whatIsNoTimeIsRefused(String text) {
		assertThatIllegalArgumentException().isThrownBy(() -> TimeBound.parse(text, Instant.EPOCH));
	}

	@Test
	void sparklineGoesFromLowestToHighest() {
		assertThat(Sparkline.of(List.of(new Point(1, -1e308), new Point(2, 0), new Point(3, 1e308)))).isEqualTo("▁▅█");
		assertThat(Sparkline.of(List.of(new Point(1, 3), new Point(2, 3)))).isEqualTo("▁▁");
		assertThat(Sparkline.of(List.of())).isEmpty();
	}

	private static String lines(int from, int to) {
		StringBuilder lines = new StringBuilder();
		for (int i = from; i < to; i++) {
			lines.append("palm.cpu 0.5 ").append(i).append('\n');
		}
		return lines.toString();
	}

	/**
	 * Runs something before each read.
	 */
	private static final class LateInputStream extends FilterInputStream {

		private final Runnable before;

		private LateInputStream(byte[] bytes, Runnable before) {
			super(new ByteArrayInputStream(bytes));
			this.before = before;
		}

		@Override
		public int read(byte[] target, int offset, int length) throws IOException {
			this.before.run();
			return super.read(target, offset, length);
		}

	}

}
