package io.eardrum.cli;

import java.io.ByteArrayInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.SequenceInputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.BitSet;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

import io.eardrum.client.MetricClient;
import io.eardrum.fixture.EardrumProcess;
import io.eardrum.server.fixture.HttpAnswer;
import io.eardrum.server.fixture.RunningServer;
import io.eardrum.server.fixture.TestCertificate;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for the command line with the real server.
 */
@Execution(ExecutionMode.CONCURRENT)
@Timeout(value = 180, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class CommandLineIntegrationTests {

	@Test
	void pointsArePutAndGot() {
		try (RunningServer server = RunningServer.start()) {
			String port = "--port=" + server.tcpPort();
			assertThat(CommandRun.of("put", "palm.cpu", "-5", "-100", port)).isEqualTo(new CommandRun(0, "", ""));
			assertThat(CommandRun.of("put", "a,\"b\"", "1e300", "7", port).status()).isZero();
			assertThat(CommandRun.of("put", "palm.now", "1", port).status()).isZero();
			assertThat(CommandRun.of("get", "palm.now", "--since", "-1m", port).out()).startsWith("palm.now 1.0 ");
			assertThat(CommandRun.of("get", "palm.now", "--until", "-1m", port).out()).isEmpty();
			assertThat(CommandRun.of("get", "*", "--until", "10", port).out())
				.isEqualTo("palm.cpu -5.0 -100\na,\"b\" 1e+300 7\n");
			assertThat(CommandRun.of("get", "*", "--until", "10", "--format", "csv", port).out())
				.isEqualTo("key,timestamp,value\npalm.cpu,-100,-5.0\n\"a,\"\"b\"\"\",7,1e+300\n");
			assertThat(CommandRun.of("get", "*", "--until", "10", "--format", "json", port).out()).isEqualTo("""
					[
					{"key":"palm.cpu","timestamp":-100,"value":-5.0},
					{"key":"a,\\"b\\"","timestamp":7,"value":1e+300}
					]
					""");
			assertThat(CommandRun.of("last", "palm.cpu", "none", port))
				.isEqualTo(new CommandRun(1, "palm.cpu -5.0 -100\n", "eardrum: none has no points\n"));
			assertThat(CommandRun.of("watch", "palm.cpu", "--count", "1", port).out()).contains("palm.cpu", "▁");
			assertThat(CommandRun.of("ping", port).out()).contains("answers");
			assertThat(CommandRun.of("bench", "--yes", "--seconds", "1", "--warmup", "0", port).out())
				.contains("p99.9");
		}
	}

	@Test
	void furtherWordsAreSpoken() {
		try (RunningServer server = RunningServer.start("--eardrum.tcp.delete=true")) {
			String port = "--port=" + server.tcpPort();
			assertThat(CommandRun.of("keys", port)).isEqualTo(new CommandRun(0, "", ""));
			CommandRun.of("put", "web1.cpu", "1", "1", port);
			CommandRun.of("put", "web2.cpu", "2", "2", port);
			CommandRun.of("put", "web2.cpu", "3", "-1h", port);
			CommandRun.of("put", "web*", "4", "4", port);
			assertThat(CommandRun.of("keys", port).out()).isEqualTo("web1.cpu\nweb2.cpu\nweb*\n");
			assertThat(CommandRun.of("keys", "*.cpu", port).out()).isEqualTo("web1.cpu\nweb2.cpu\n");
			assertThat(CommandRun.of("get", "web?.cpu", "--until", "10", port).out())
				.isEqualTo("web1.cpu 1.0 1\nweb2.cpu 2.0 2\n");
			assertThat(CommandRun.of("get", "web2.cpu", "--since", "-2h", port).out()).startsWith("web2.cpu 3.0 ");
			assertThat(CommandRun.of("get", "web*", port).out()).as("a key first").isEqualTo("web* 4.0 4\n");
			assertThat(CommandRun.of("last", "web1*.cpu", "web*", port).out())
				.isEqualTo("web1.cpu 1.0 1\nweb* 4.0 4\n");
			assertThat(CommandRun.of("last", "x*", port))
				.isEqualTo(new CommandRun(1, "", "eardrum: x* has no points\n"));
			assertThat(CommandRun.of("delete", "web*", port)).satisfies((run) -> {
				assertThat(run.status()).isEqualTo(2);
				assertThat(run.err()).contains("--yes");
			});
			assertThat(CommandRun.on("n\n", true, "delete", "web*", port).status()).isEqualTo(1);
			assertThat(CommandRun.on("", true, "delete", "web*", port).status()).isEqualTo(1);
			assertThat(CommandRun.of("keys", port).out()).endsWith("web*\n");
			assertThat(CommandRun.on("y\n", true, "delete", "web*", port).status()).isZero();
			assertThat(CommandRun.of("delete", "--yes", "web2.cpu", "--until", "2", port).status()).isZero();
			assertThat(CommandRun.of("keys", port).out()).isEqualTo("web1.cpu\nweb2.cpu\n");
			assertThat(CommandRun.of("get", "web2.cpu", port).out()).startsWith("web2.cpu 3.0 ").hasLineCount(1);
			assertThat(CommandRun.of("delete", "--match", "web?.*", "--dry-run", port))
				.isEqualTo(new CommandRun(0, "web1.cpu\nweb2.cpu\n", ""));
			assertThat(CommandRun.on("", true, "delete", "--match", "web1.*", "--dry-run", port).out())
				.isEqualTo("web1.cpu\n");
			assertThat(CommandRun.on("y\n", true, "delete", "--match", "web?.*", port)).satisfies((run) -> {
				assertThat(run.status()).isZero();
				assertThat(run.err()).contains("Delete 2 series?");
			});
			assertThat(CommandRun.of("delete", "--match", "web?.*", "--yes", port)).isEqualTo(new CommandRun(1, "",
					"eardrum: no key matches web?.*; * stands for anything up to the next dot, and ** also for dots\n"));
			assertThat(CommandRun.of("delete", port).err()).contains("either keys or --match");
			assertThat(CommandRun.of("delete", "a", "--match", "b", port).status()).isEqualTo(2);
		}
		try (RunningServer server = RunningServer.start("--eardrum.tcp.extensions=false")) {
			String port = "--port=" + server.tcpPort();
			CommandRun.of("put", "old", "1", "1", port);
			assertThat(CommandRun.of("last", "old", port).out()).isEqualTo("old 1.0 1\n");
			assertThat(CommandRun.of("get", "old", "--since", "0", "--until", "5", port).out())
				.isEqualTo("old 1.0 1\n");
			assertThat(CommandRun.of("keys", port).err()).contains("eardrum.tcp.extensions=false");
		}
	}

	@Test
	void operatorSeesTheServerAndItsClients() throws Exception {
		try (RunningServer server = RunningServer.start();
				MetricClient client = MetricClient.connect("127.0.0.1", server.tcpPort())) {
			client.put("palm.cpu", 1, Instant.ofEpochSecond(1));
			String url = "--url=http://127.0.0.1:" + server.httpPort();
			assertThat(CommandRun.of("stat", url)).satisfies((run) -> {
				assertThat(run.status()).isZero();
				assertThat(run.out()).contains("points put   0/s, 1 since the start", "clients      1 of ",
						"takes points");
			});
			assertThat(CommandRun.on("", true, "stat", "--count", "2", url).out()).startsWith("\u001b[H\u001b[2J")
				.hasLineCount(14);
			CommandRun clients = CommandRun.of("clients", url);
			assertThat(clients.out()).startsWith("id").hasLineCount(2).contains("127.0.0.1", "idle");
			String id = clients.out().lines().skip(1).findFirst().orElseThrow().split(" ", 2)[0];
			assertThat(CommandRun.of("clients", "--end", id, url)).isEqualTo(new CommandRun(0, "", ""));
			assertThat(CommandRun.of("clients", url).out()).hasLineCount(1);
			assertThat(CommandRun.of("clients", "--end", id, url)).satisfies((run) -> {
				assertThat(run.status()).isEqualTo(1);
				assertThat(run.err()).contains("status 404", "There is no connection with this number.");
			});
		}
	}

	@Test
	void whatStopsAnOperatorIsSaid() throws Exception {
		String url;
		try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
			url = "--url=http://127.0.0.1:" + silent.getLocalPort() + "/";
			assertThat(CommandRun.of("stat", "--timeout", "1", url)).satisfies((run) -> {
				assertThat(run.status()).isEqualTo(69);
				assertThat(run.err()).contains("within 1 s");
			});
			CompletableFuture<CommandRun> broken = CompletableFuture.supplyAsync(() -> CommandRun.of("clients", url));
			while (!broken.isDone()) {
				silent.setSoTimeout(100);
				try (Socket accepted = silent.accept()) {
					accepted.getOutputStream()
						.write("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nid".getBytes(StandardCharsets.US_ASCII));
				}
				catch (SocketTimeoutException ex) {
					// The command has ended, or is about to.
				}
			}
			assertThat(broken.get()).satisfies((run) -> {
				assertThat(run.status()).isEqualTo(69);
				assertThat(run.err()).contains("the connection to http://127.0.0.1:");
			});
		}
		assertThat(CommandRun.of("clients", url)).satisfies((run) -> {
			assertThat(run.status()).isEqualTo(69);
			assertThat(run.err()).contains("no server answers at http://127.0.0.1:");
		});
		for (String wrong : new String[] { "127.0.0.1:8080", "ftp://a", "http:// a", "http:///x" }) {
			assertThat(CommandRun.of("clients", "--url", wrong)).satisfies((run) -> {
				assertThat(run.status()).isEqualTo(2);
				assertThat(run.err()).contains("--url takes an address such as", wrong);
			});
		}
		assertThat(CommandRun.of("clients", "--timeout", "0").status()).isEqualTo(2);
		assertThat(CommandRun.of("stat", "--interval", "0").status()).isEqualTo(2);
		assertThat(CommandRun.of("stat", "--count", "-1").status()).isEqualTo(2);
	}

	@Test
	void helpAndVersionAreWordsToo() {
		assertThat(CommandRun.of("help")).isEqualTo(CommandRun.of("--help"));
		assertThat(CommandRun.of("help", "get")).isEqualTo(CommandRun.of("get", "--help"));
		assertThat(CommandRun.of("version")).isEqualTo(CommandRun.of("--version"));
		assertThat(CommandRun.of("help").status()).isZero();
		assertThat(CommandRun.of("help", "help")).isEqualTo(CommandRun.of("--help"));
		assertThat(CommandRun.of("help", "get", "a")).isEqualTo(CommandRun.of("get", "--help"));
		assertThat(CommandRun.of("help", "gte")).isEqualTo(CommandRun.of("gte"));
		assertThat(CommandRun.of("version", "1").status()).isEqualTo(2);
		assertThat(CommandRun.of("pnig", "a").err()).contains("'pnig' is not a command; did you mean ping?");
		assertThat(CommandRun.of("list").err()).contains("did you mean keys?");
		assertThat(CommandRun.of("--port", "1", "ping").err()).contains("'--port' is before the command");
		assertThat(CommandRun.of("put", "a", "1", "--prot", "1").err()).contains("'--prot' is not an option");
		assertThat(CommandRun.of("put", "a").err()).doesNotContain("option");
		assertThat(CommandRun.of("keys", "--prot", "1").err()).contains("did you mean --port?");
		assertThat(CommandRun.of("nothing.like.it").err()).doesNotContain("did you mean");
		assertThat(CommandRun.of("bench", "--seconds", "x").err()).doesNotContain("did you mean");
	}

	@Test
	void lastPassesOverTheFutureAsTheServerDoes() {
		long now = Instant.now().getEpochSecond();
		try (RunningServer server = RunningServer.start()) {
			String port = "--port=" + server.tcpPort();
			CommandRun.of("put", "mixed", "1", Long.toString(now), port);
			CommandRun.of("put", "mixed", "2", Long.toString(now * 1000), port);
			CommandRun.of("put", "future", "3", Long.toString(now * 1000), port);
			CommandRun.of("put", "future", "4", Long.toString(now * 1000 + 1), port);
			assertThat(CommandRun.of("last", "mixed", "future", "mixed", port).out())
				.isEqualTo("mixed 1.0 %d\nfuture 4.0 %d\nmixed 1.0 %d\n".formatted(now, now * 1000 + 1, now));
			String served = HttpAnswer.get(server.httpPort(), "/api/latest").body();
			assertThat(served).contains("\"timestamp\":" + now + ",\"value\":1.0}",
					"\"timestamp\":" + (now * 1000 + 1) + ",\"value\":4.0}");
			String federated = HttpAnswer.get(server.httpPort(), "/federate?match%5B%5D=mixed").body();
			assertThat(federated).contains("eardrum_last_value{key=\"mixed\"} 1.0\n");
		}
	}

	@Test
	void pointsTooFarInTheFutureAreRejectedWithTheReason() {
		long now = Instant.now().getEpochSecond();
		try (RunningServer server = RunningServer.start("--eardrum.storage.max-future=1d")) {
			String port = "--port=" + server.tcpPort();
			assertThat(CommandRun.withInput("put a 1 1\nput a 2 " + now * 1000 + "\nput a 3 3\n", "import", "-", port))
				.satisfies((run) -> {
					assertThat(run.status()).isEqualTo(1);
					assertThat(run.err()).contains("line 2: ", "timestamp too far in the future",
							"2 points acknowledged, 1 line");
				});
			assertThat(CommandRun.of("put", "a", "1", Long.toString(now * 1000), port))
				.satisfies((run) -> assertThat(run.err()).contains("timestamp too far in the future"))
				.extracting(CommandRun::status)
				.isEqualTo(1);
			assertThat(CommandRun.of("get", "a", port).out()).isEqualTo("a 1.0 1\na 3.0 3\n");
		}
	}

	@Test
	void certificatesComeFromFiles(@TempDir Path folder) throws Exception {
		Path client = Files.createDirectory(folder.resolve("client"));
		TestCertificate.create(folder, "server").writePem(folder);
		TestCertificate.create(client, "client").writePem(client);
		String trust = "--ca=" + folder.resolve("cert.pem");
		String shown = "--cert=" + client.resolve("cert.pem");
		String key = "--key=" + client.resolve("key.pem");
		try (RunningServer server = RunningServer.start("--eardrum.tcp.ssl.bundle=port",
				"--eardrum.tcp.ssl.client-auth=need",
				"--spring.ssl.bundle.pem.port.keystore.certificate=file:" + folder.resolve("cert.pem"),
				"--spring.ssl.bundle.pem.port.keystore.private-key=file:" + folder.resolve("key.pem"),
				"--spring.ssl.bundle.pem.port.truststore.certificate=file:" + client.resolve("cert.pem"))) {
			String port = "--port=" + server.tcpPort();
			assertThat(CommandRun.of("put", "a", "1", "2", port, trust, shown, key))
				.isEqualTo(new CommandRun(0, "", ""));
			assertThat(CommandRun.of("get", "a", port, trust, shown, key).out()).isEqualTo("a 1.0 2\n");
			// Not trusted, none shown, and not even TLS.
			assertThat(CommandRun.of("ping", port, "--tls", shown, key).status()).isEqualTo(69);
			assertThat(CommandRun.of("ping", port, trust).status()).isEqualTo(69);
			assertThat(CommandRun.of("ping", port).err()).contains("TLS expected").hasLineCount(1);
		}
		assertThat(CommandRun.of("ping", shown))
			.isEqualTo(new CommandRun(2, "", "eardrum: --cert and --key go together\n"));
		assertThat(CommandRun.of("ping", "--ca=" + folder.resolve("none.pem")))
			.isEqualTo(new CommandRun(2, "", "eardrum: " + folder.resolve("none.pem") + ": no such file or folder\n"));
		assertThat(CommandRun.of("ping", "--ca=" + folder.resolve("key.pem")).err())
			.isEqualTo("eardrum: " + folder.resolve("key.pem") + " has no certificate in PEM\n");
		assertThat(CommandRun.of("ping", shown, "--key=" + folder.resolve("cert.pem")).err())
			.contains(folder.resolve("cert.pem") + " has no key")
			.hasLineCount(1);
	}

	@Test
	void exportWipeImportGivesTheSameBytes(@TempDir Path folder) throws IOException {
		String[] files = { folder.resolve("1.txt").toString(), folder.resolve("2.txt.gz").toString(),
				folder.resolve("3.txt").toString() };
		try (RunningServer first = RunningServer.start()) {
			String port = "--port=" + first.tcpPort();
			StringBuilder lines = new StringBuilder("z.last 1 5\nü 5e-324 -9223372036854775808\nz.last 0.1 4\n");
			for (int i = 0; i < 20_000; i++) {
				lines.append("k").append(i * 31 % 97).append(' ').append(i / 7.0).append(' ').append(-i).append('\n');
			}
			assertThat(CommandRun.withInput(lines.toString(), "import", "-", port).status()).isZero();
			assertThat(CommandRun.of("export", files[0], port).status()).isZero();
			assertThat(CommandRun.of("export", files[1], port).status()).isZero();
			assertThat(CommandRun.of("get", "*", port).out()).isEqualTo(Files.readString(Path.of(files[0])));
		}
		try (RunningServer wiped = RunningServer.start()) {
			String port = "--port=" + wiped.tcpPort();
			assertThat(CommandRun.of("import", files[1], port).status()).isZero();
			assertThat(CommandRun.of("export", files[2], port).status()).isZero();
		}
		assertThat(Path.of(files[2])).hasSameBinaryContentAs(Path.of(files[0]));
	}

	@Test
	void importOfAMillionPointsSurvivesAServerThatIsKilledHalfWay(@TempDir Path folder) throws Exception {
		int count = 1_000_000;
		byte[] firstHalf = lines(0, count / 2);
		byte[] secondHalf = lines(count / 2, count);
		Path file = folder.resolve("all.txt");
		Files.write(file, firstHalf);
		Files.write(file, secondHalf, StandardOpenOption.APPEND);
		CountDownLatch killed = new CountDownLatch(1);
		int port = EardrumProcess.freePort();
		CommandRun broken;
		Map<String, String> durable = Map.of("EARDRUM_TCP_PORT", "" + port, "SERVER_PORT", "0", "EARDRUM_STORAGE_TYPE",
				"embedded", "EARDRUM_STORAGE_PATH", folder.resolve("store").toString());
		try (EardrumProcess server = EardrumProcess.start(durable)) {
			server.awaitListening(port);
			InputStream input = new SequenceInputStream(new ByteArrayInputStream(firstHalf),
					new GatedInputStream(new ByteArrayInputStream(secondHalf), killed));
			CompletableFuture<CommandRun> run = CompletableFuture
				.supplyAsync(() -> CommandRun.on(input, false, "import", "-", "--port", "" + port), this::startThread);
			Awaitility.await().atMost(60, TimeUnit.SECONDS).until(() -> points(port, "palm.host9") == count / 20);
			server.kill();
			killed.countDown();
			broken = run.join();
		}
		assertThat(broken.status()).as(broken.err()).isEqualTo(69);
		int acknowledged = Integer
			.parseInt(broken.err().replaceAll("(?s).*?(\\d+) points acknowledged, \\d+ lines.*", "$1"));
		assertThat(acknowledged).isBetween(1, count / 2);
		assertThat(broken.err()).contains("go on with --skip " + acknowledged + "\n");
		try (EardrumProcess server = EardrumProcess.start(durable)) {
			server.awaitListening(port);
			CommandRun resumed = CommandRun.of("import", "--skip", "" + acknowledged, file.toString(), "--port",
					"" + port);
			assertThat(resumed)
				.isEqualTo(new CommandRun(0, "", "the first " + acknowledged + " lines are skipped, as --skip says\n"
						+ (count - acknowledged) + " points acknowledged, 0 lines rejected\n"));
			try (MetricClient client = MetricClient.connect("127.0.0.1", port)) {
				BitSet there = new BitSet(count);
				assertThat(client.getAll((key, timestamp, value) -> there.set((int) timestamp))).isEqualTo(count);
				assertThat(there.cardinality()).isEqualTo(count);
			}
		}
	}

	@Test
	void importThatIsInterruptedTellsHowToGoOn(@TempDir Path folder) throws Exception {
		Path told = folder.resolve("told");
		int count = 20_000;
		try (RunningServer server = RunningServer.start()) {
			Process process = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
					"-XX:TieredStopAtLevel=1", "-cp", System.getProperty("java.class.path"),
					EardrumCommand.class.getName(), "import", "-", "--port", "" + server.tcpPort())
				.redirectError(told.toFile())
				.start();
			try {
				OutputStream input = process.getOutputStream();
				input.write(lines(0, count));
				input.flush();
				Awaitility.await()
					.atMost(60, TimeUnit.SECONDS)
					.until(() -> points(server.tcpPort(), "palm.host9") == count / 10);
				input.write(lines(count, count + 1));
				input.flush();
				Awaitility.await()
					.atMost(60, TimeUnit.SECONDS)
					.until(() -> points(server.tcpPort(), "palm.host0") == count / 10 + 1);
				// Process.destroy() would also end the input of the process.
				process.toHandle().destroy();
				assertThat(process.waitFor()).isEqualTo(143);
				Matcher hint = Pattern.compile("the first (\\d+) lines are settled; go on with --skip (\\d+)\\R")
					.matcher(Files.readString(told));
				assertThat(hint.matches()).as(Files.readString(told)).isTrue();
				assertThat(hint.group(2)).isEqualTo(hint.group(1));
				// The points are stored before their acknowledgements have been read.
				int settled = Integer.parseInt(hint.group(1));
				assertThat(settled).isBetween(0, count + 1);
				String all = new String(lines(0, count + 2), StandardCharsets.US_ASCII);
				CommandRun resumed = CommandRun.withInput(all, "import", "-", "--skip", "" + settled, "--port",
						"" + server.tcpPort());
				assertThat(resumed.status()).isZero();
				assertThat(resumed.err()).endsWith((count + 2 - settled) + " points acknowledged, 0 lines rejected\n");
				try (MetricClient client = MetricClient.connect("127.0.0.1", server.tcpPort())) {
					assertThat(client.getAll((key, timestamp, value) -> {
					})).isEqualTo(count + 2);
				}
			}
			finally {
				process.destroyForcibly();
			}
		}
	}

	// Not the common pool, which the JDK needs to notice that a process has ended.
	private void startThread(Runnable task) {
		Thread thread = new Thread(task, "import");
		thread.setDaemon(true);
		thread.start();
	}

	private static long points(int port, String key) {
		try (MetricClient client = MetricClient.connect("127.0.0.1", port)) {
			return client.get(key, (series, timestamp, value) -> {
			});
		}
	}

	private static byte[] lines(int from, int to) {
		StringBuilder lines = new StringBuilder();
		for (int i = from; i < to; i++) {
			lines.append("palm.host").append(i % 10).append(' ').append(i).append(".0 ").append(i).append('\n');
		}
		return lines.toString().getBytes(StandardCharsets.US_ASCII);
	}

	/**
	 * Lets nothing through until a latch opens.
	 */
	private static final class GatedInputStream extends FilterInputStream {

		private final CountDownLatch latch;

		private GatedInputStream(InputStream input, CountDownLatch latch) {
			super(input);
			this.latch = latch;
		}

		@Override
		public int available() {
			return 0;
		}

		@Override
		public int read(byte[] target, int offset, int length) throws IOException {
			try {
				this.latch.await();
			}
			catch (InterruptedException ex) {
				throw new IOException(ex);
			}
			return super.read(target, offset, length);
		}

	}

}
