package io.eardrum.documents;

import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.web.servlet.handler.SimpleUrlHandlerMapping;
import tools.jackson.databind.json.JsonMapper;

import io.eardrum.cli.CommandRun;
import io.eardrum.documents.fixture.Documents;
import io.eardrum.documents.fixture.Documents.Block;
import io.eardrum.documents.fixture.ShellCommand;
import io.eardrum.metric.PointBatch;
import io.eardrum.server.TcpEndpoint;
import io.eardrum.server.graphite.GraphiteEndpoint;
import io.eardrum.storage.MetricRepository;
import io.eardrum.storage.memory.MemoryMetricRepository;
import io.eardrum.web.fixture.WebServer;
import io.eardrum.web.http.Endpoint;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Does what the documents tell their readers to do, on a server that each document finds
 * empty, and holds what they say of paths, parameters, functions and commands against
 * those that are there.
 */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class DocumentsIntegrationTests {

	/** How commands begin that can't be run here, and why. */
	private static final Map<String, String> NOT_RUN = Map.ofEntries(
			Map.entry("./mvnw ", "builds, or starts what has been built"),
			Map.entry("docker ", "needs a container engine"),
			Map.entry("telnet 127.0.0.1 18888", "needs the balancer of the compose file"),
			Map.entry("eardrum import --resume m.txt", "shows a connection that breaks"),
			Map.entry("eardrum check ", "needs a damaged backup"),
			Map.entry("SPRING_PROFILES_ACTIVE=cassandra ", "needs a Cassandra"),
			Map.entry("cqlsh ", "needs a Cassandra"),
			Map.entry("unzip -p eardrum.jar ", "needs the jar, which is packed after the unit tests"),
			Map.entry("java -jar target/eardrum.jar", "needs the jar, and a server with TLS besides"),
			Map.entry("openssl req ", "is for that server"),
			Map.entry("bin/eardrum put palm.cpu 23.7 --ca ", "asks that server"),
			Map.entry("(echo 'get palm.cpu'; sleep 1) | openssl s_client ", "asks that server"),
			Map.entry("eardrum get '*' --format csv > all.csv ", "redirects, and its test does the same"),
			Map.entry("eardrum import --format ", "reads files of other programs"),
			Map.entry("curl -s http://127.0.0.1:9100/metrics ", "asks another program"),
			Map.entry("curl -fsS -X POST -H 'Content-Type: application/json' -d '{\"name\": \"monday\"}' ",
					"needs the embedded store, and its test sends the same"),
			Map.entry("systemctl ", "needs systemd"),
			Map.entry("/usr/bin/python3 whisper-lines.py ", "needs that Graphite's files"),
			Map.entry("curl -G http://127.0.0.1/render ", "asks that Graphite"),
			Map.entry("osv-scanner ", "needs a scanner and its database"), Map.entry("apt-get ", "installs programs"),
			Map.entry("java -cp target/eardrum-client.jar ", "needs a library that is made after the unit tests"),
			Map.entry("curl -f -X POST -H 'Content-Type: application/json' -d '{\"name\": \"first\"}' ",
					"needs the embedded store, and its test sends the same"),
			Map.entry("java -Xmx2g ", "measures"),
			Map.entry("java -cp target/classes io.eardrum.cli.load.LoadGenerator ", "measures"),
			Map.entry("python3 src/bench/", "measures"), Map.entry("sha256sum ", "checks files of a release"),
			Map.entry("tar -xzf eardrum-", "installs a release"), Map.entry("ln -sfn /opt/", "installs a release"),
			Map.entry("mvn ", "installs a release"), Map.entry("useradd ", "installs a release"),
			Map.entry("install ", "installs a release"), Map.entry("bash src/build/", "makes a release"),
			Map.entry("bash .ci/run ", "makes a release"), Map.entry("git ", "makes a release"));

	private static final Pattern NC = Pattern.compile("(?s)(.*?) *\\| *nc ((?:-u )?(?:-w 1 )?)127\\.0\\.0\\.1 (\\d+)");

	/** Moments around now, as documents and clocks show them. */
	private static final Pattern NOW = Pattern.compile("\\b1[789]\\d{8}\\b");

	private static final Path PYTHON_FOLDER = Path.of("src/main/python");

	@TempDir
	private static Path directory;

	@RegisterExtension
	private static final WebServer server = WebServer.with(DocumentsIntegrationTests::replaceable,
			"--eardrum.graphite.port=0");

	private static volatile MetricRepository store = new MemoryMetricRepository();

	private static final AtomicLong puts = new AtomicLong();

	private static int tcpPort;

	private static int graphitePort;

	@BeforeAll
	static void findPorts() {
		tcpPort = server.context().getBean(TcpEndpoint.class).address().getPort();
		graphitePort = Objects.requireNonNull(server.context().getBean(GraphiteEndpoint.class).addressIfListening())
			.getPort();
	}

	@BeforeEach
	void forget() {
		store = new MemoryMetricRepository();
	}

	private static MetricRepository replaceable(MetricRepository first) {
		return (MetricRepository) Proxy.newProxyInstance(DocumentsIntegrationTests.class.getClassLoader(),
				new Class<?>[] { MetricRepository.class }, (proxy, method, arguments) -> {
					if (method.getName().equals("put")) {
						puts.addAndGet(((PointBatch) arguments[0]).size());
					}
					try {
						return method.invoke(store, arguments);
					}
					catch (InvocationTargetException ex) {
						throw ex.getTargetException();
					}
				});
	}

	@ParameterizedTest
	@MethodSource("documentsWithCommands")
	void commandsDoWhatIsShown(Path document) throws Exception {
		Assumptions.assumeTrue(Files.isExecutable(Path.of("/bin/bash")), "there is no /bin/bash");
		for (ShellCommand command : commands(document)) {
			if (command.text().equals("telnet 127.0.0.1 8888")) {
				converse(command.output());
			}
			else if (NOT_RUN.keySet().stream().noneMatch(command.text()::startsWith)) {
				String output = run(command);
				if (!command.output().isEmpty()) {
					assertThat(comparable(output)).as(command.toString()).isEqualTo(comparable(command.output()));
				}
			}
		}
	}

	@Test
	void reasonIsGivenForCommandsThatAreThere() {
		List<String> all = documentsWithCommands().flatMap((document) -> commands(document).stream())
			.map(ShellCommand::text)
			.toList();
		assertThat(NOT_RUN.keySet())
			.allSatisfy((beginning) -> assertThat(all).anyMatch((command) -> command.startsWith(beginning)));
	}

	@ParameterizedTest
	@MethodSource("documentsWithPython")
	void programsInPythonPrintWhatIsShown(Path document) throws Exception {
		Assumptions.assumeTrue(isOnThePath("python3"), "there is no python3");
		String program = String.join("\n",
				Documents.blocks(document)
					.stream()
					.filter((block) -> block.language().equals("python"))
					.map(Block::text)
					.toList());
		List<String> shown = Pattern.compile("(?m)^print\\(.*\\) +# (.*)$")
			.matcher(program)
			.results()
			.map((found) -> found.group(1))
			.toList();
		assertThat(shown).isNotEmpty();
		assertThat(execute("python3", "-c", withRealPorts(program)).lines()).containsExactlyElementsOf(shown);
	}

	@Test
	void sessionIsAsShownByteByByte() throws IOException {
		Block block = Documents.blocks(Documents.docs("protocol.md"))
			.stream()
			.filter((candidate) -> candidate.text().startsWith("> "))
			.findFirst()
			.orElseThrow();
		Pattern exchange = Pattern.compile("> (.*?) +< (.*)");
		try (Socket socket = connect()) {
			for (String line : block.lines()) {
				Matcher matcher = exchange.matcher(line);
				assertThat(matcher.matches()).as(line).isTrue();
				send(socket, matcher.group(1).replace("\\n", "\n"));
				String reply = matcher.group(2).replace("\\n", "\n");
				assertThat(read(socket, reply.getBytes(StandardCharsets.UTF_8).length)).isEqualTo(reply);
			}
		}
	}

	@Test
	void pathsOfTheApiAreTheRealOnes() {
		Map<String, Set<String>> told = new TreeMap<>();
		for (List<String> row : Documents.rows(Documents.docs("http-api.md"), "")) {
			String[] request = Documents.code(row.get(0)).get(0).split("[ ?&]", -1);
			told.put(request[0] + " " + request[1],
					new TreeSet<>(Arrays.stream(request).skip(2).map((name) -> name.replace("=", "")).toList()));
		}
		assertThat(told).isEqualTo(endpoints((path) -> path.startsWith("/api/") || path.equals("/federate")));
	}

	@Test
	void pathsOfGraphiteAreTheRealOnes() {
		Path document = Documents.docs("graphite.md");
		List<String> sections = Objects.requireNonNull(Documents.sections(document).get(""));
		Set<String> onlyGet = new TreeSet<>(Documents.code(sections.stream()
			.filter((line) -> line.startsWith("All but "))
			.findFirst()
			.orElseThrow()
			.replaceFirst(" take POST.*", "")));
		Map<String, Set<String>> told = new TreeMap<>();
		for (List<String> row : Documents.rows(document, "")) {
			for (String path : Documents.code(row.get(0))) {
				told.put("GET " + path, new TreeSet<>(Documents.code(row.get(1))));
				if (!onlyGet.contains(path)) {
					told.put("POST " + path, new TreeSet<>(Documents.code(row.get(1))));
				}
			}
		}
		assertThat(told).isEqualTo(
				endpoints((path) -> !path.startsWith("/api/") && !path.equals("/federate") && !path.endsWith("/")));
	}

	@Test
	void functionsAreTheRealOnes() {
		Set<String> told = new TreeSet<>();
		Documents.rows(Documents.docs("graphite.md"), "Functions")
			.forEach((row) -> told.addAll(Documents.code(row.get(1))));
		Set<String> real = new TreeSet<>();
		JsonMapper.shared().readTree(server.get("/functions").body()).propertyNames().forEach(real::add);
		assertThat(told).isEqualTo(real);
	}

	@Test
	void commandsAndOptionsAreTheRealOnes() {
		Path document = Documents.docs("cli.md");
		Set<String> told = new TreeSet<>();
		Documents.rows(document, "")
			.stream()
			.filter((row) -> row.size() == 2 && row.get(0).startsWith("`"))
			.forEach((row) -> told.add(Documents.code(row.get(0)).get(0).split(" ", -1)[0]));
		String help = CommandRun.of("--help").out();
		Set<String> real = new TreeSet<>();
		Pattern.compile("(?m)^  ([a-z]+) {2,}\\S")
			.matcher(help.substring(help.indexOf("Commands:")))
			.results()
			.forEach((found) -> real.add(found.group(1)));
		assertThat(told).isEqualTo(real);
		StringBuilder options = new StringBuilder(help);
		real.forEach((command) -> options.append(CommandRun.of(command, "--help").out()));
		Pattern.compile("--[a-z]+")
			.matcher(Documents.text(document))
			.results()
			.forEach((found) -> assertThat(options.toString()).contains(found.group()));
	}

	@ParameterizedTest
	@CsvSource({ "0, put palm.cpu 1", "0, get nobody", "0, ping", "1, last nobody", "1, import no-such-file",
			"2, put palm.cpu", "2, pin", "69, ping --host 127.0.0.1 --port 1" })
	void statusIsAsTold(int status, String command) {
		List<String> arguments = new ArrayList<>(List.of(command.split(" ", -1)));
		if (!arguments.contains("--port")) {
			arguments.add("--port=" + tcpPort);
		}
		assertThat(CommandRun.of(arguments.toArray(String[]::new)).status()).isEqualTo(status);
		assertThat(Documents.rows(Documents.docs("cli.md"), "")).extracting((row) -> row.get(0))
			.contains(Integer.toString(status))
			.filteredOn((cell) -> cell.matches("\\d+"))
			.containsExactly("0", "1", "2", "69");
	}

	private static Map<String, Set<String>> endpoints(Predicate<String> wanted) {
		Map<String, Set<String>> endpoints = new TreeMap<>();
		server.context()
			.getBeansOfType(SimpleUrlHandlerMapping.class)
			.values()
			.forEach((mapping) -> mapping.getHandlerMap().forEach((path, handler) -> {
				if (wanted.test(path) && handler instanceof Endpoint endpoint) {
					endpoint.parameters()
						.forEach((method, names) -> endpoints.put(method + " " + path, new TreeSet<>(names)));
				}
			}));
		return endpoints;
	}

	private static String run(ShellCommand command) throws Exception {
		String text = withRealPorts(command.text()).replace(" " + PYTHON_FOLDER, " " + PYTHON_FOLDER.toAbsolutePath());
		if (text.matches("(bin/)?eardrum .*")) {
			return runInThisProcess(command, text);
		}
		Matcher nc = NC.matcher(text);
		if (nc.matches()) {
			byte[] sent = bash(nc.group(1)).getBytes(StandardCharsets.UTF_8);
			int port = Integer.parseInt(nc.group(3));
			return nc.group(2).startsWith("-u") ? overUdp(sent, port) : overTcp(sent, port);
		}
		// What is shown may be an error; what isn't has to be in order.
		return bash(
				"curl() { command curl -sS " + (command.output().isEmpty() ? "--fail" : "") + " \"$@\"; }\n" + text);
	}

	// A JVM for each would take longer than all the rest.
	private static String runInThisProcess(ShellCommand command, String text) {
		List<String> arguments = new ArrayList<>();
		for (String word : text.split(" +", -1)) {
			arguments.add(word.matches("[a-z]+\\.txt(\\.gz)?") ? directory.resolve(word).toString() : word);
		}
		if (!arguments.contains("--port") && !arguments.contains("--help")) {
			arguments.add("--port=" + tcpPort);
		}
		CommandRun run = CommandRun.of(arguments.subList(1, arguments.size()).toArray(String[]::new));
		assertThat(run.status()).as("%s: %s", command, run).isZero();
		return run.out();
	}

	private static String overTcp(byte[] sent, int port) throws IOException {
		long before = puts.get();
		try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
			socket.setSoTimeout(10_000);
			socket.getOutputStream().write(sent);
			socket.shutdownOutput();
			String reply = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
			if (port == graphitePort) {
				awaitOnePutMoreThan(before);
			}
			else {
				assertThat(reply).startsWith("ok\n").doesNotContain("error\n");
			}
			return reply;
		}
	}

	private static String overUdp(byte[] sent, int port) throws IOException {
		long before = puts.get();
		try (DatagramSocket socket = new DatagramSocket()) {
			socket.send(new DatagramPacket(sent, sent.length, InetAddress.getLoopbackAddress(), port));
		}
		awaitOnePutMoreThan(before);
		return "";
	}

	private static void awaitOnePutMoreThan(long before) {
		Awaitility.await().atMost(10, TimeUnit.SECONDS).until(() -> puts.get() == before + 1);
	}

	private static void converse(String transcript) throws IOException {
		try (Socket socket = connect()) {
			for (String exchange : transcript.strip().split("\n\n", -1)) {
				String[] parts = exchange.split("\n", 2);
				send(socket, parts[0] + "\r\n");
				String reply = parts[1] + "\n\n";
				assertThat(read(socket, reply.length())).as(parts[0]).isEqualTo(reply);
			}
		}
	}

	private static Socket connect() throws IOException {
		Socket socket = new Socket(InetAddress.getLoopbackAddress(), tcpPort);
		socket.setSoTimeout(10_000);
		return socket;
	}

	private static void send(Socket socket, String text) throws IOException {
		socket.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
	}

	private static String read(Socket socket, int bytes) throws IOException {
		InputStream input = socket.getInputStream();
		return new String(input.readNBytes(bytes), StandardCharsets.UTF_8);
	}

	private static String bash(String script) throws Exception {
		for (String program : new String[] { "curl ", "python3 ", " nc " }) {
			Assumptions.assumeTrue(!script.contains(program) || isOnThePath(program.strip()),
					"there is no " + program.strip());
		}
		return execute("/bin/bash", "-c", "set -eu -o pipefail\n" + script);
	}

	private static String execute(String... command) throws Exception {
		Path errors = directory.resolve("errors");
		ProcessBuilder builder = new ProcessBuilder(command).directory(directory.toFile())
			.redirectError(errors.toFile());
		builder.environment().put("PYTHONPATH", PYTHON_FOLDER.toAbsolutePath().toString());
		builder.environment().put("PYTHONDONTWRITEBYTECODE", "1");
		Process process = builder.start();
		process.getOutputStream().close();
		String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
		assertThat(process.waitFor(20, TimeUnit.SECONDS)).as(String.join(" ", command)).isTrue();
		assertThat(process.exitValue())
			.as("status of %s: %s%s", String.join(" ", command), output, Files.readString(errors))
			.isZero();
		return output;
	}

	private static boolean isOnThePath(String program) {
		return Arrays.stream(Objects.requireNonNullElse(System.getenv("PATH"), "").split(":", -1))
			.anyMatch((folder) -> Files.isExecutable(Path.of(folder, program)));
	}

	private static String withRealPorts(String text) {
		return text.replaceAll("\\b1?8888\\b", Integer.toString(tcpPort))
			.replaceAll("\\b8080\\b", Integer.toString(server.port()))
			.replaceAll("\\b2003\\b", Integer.toString(graphitePort));
	}

	// Documents break long lines.
	private static String comparable(String output) {
		return NOW.matcher(output.replaceAll("\\s", "\n")).replaceAll("NOW").replaceAll("\\s+", "");
	}

	private static List<ShellCommand> commands(Path document) {
		return Documents.blocks(document)
			.stream()
			.filter((block) -> Set.of("console", "sh").contains(block.language()))
			.flatMap((block) -> ShellCommand.of(block).stream())
			.toList();
	}

	static Stream<Path> documentsWithCommands() {
		return Documents.all().stream().filter((document) -> !commands(document).isEmpty());
	}

	static Stream<Path> documentsWithPython() {
		Set<Path> documents = new LinkedHashSet<>();
		for (Path document : Documents.all()) {
			if (Documents.blocks(document).stream().anyMatch((block) -> block.language().equals("python"))) {
				documents.add(document);
			}
		}
		return documents.stream();
	}

}
