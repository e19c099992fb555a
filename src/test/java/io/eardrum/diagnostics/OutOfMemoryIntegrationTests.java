package io.eardrum.diagnostics;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import io.eardrum.fixture.EardrumProcess;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Lets servers run out of memory that were started without
 * {@code -XX:+ExitOnOutOfMemoryError}, as {@code java -jar} starts them.
 */
@Timeout(value = 400, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class OutOfMemoryIntegrationTests {

	private static final Duration PATIENCE = Duration.ofMinutes(2);

	/**
	 * The collector is the one whose choice does not depend on the processors, and that
	 * tells soonest that nothing is left.
	 */
	private static final String[] OPTIONS = { "-XX:-ExitOnOutOfMemoryError", "-XX:+UseSerialGC" };

	// One each: the common pool may have a single thread, which one of them would keep.
	private static final Executor THREADS = (task) -> {
		Thread thread = new Thread(task);
		thread.setDaemon(true);
		thread.start();
	};

	private static final byte[] OK = "ok\n\n".getBytes(StandardCharsets.US_ASCII);

	@TempDir
	Path directory;

	private final int tcpPort = freePort();

	private final int httpPort = freePort();

	@Test
	void endsAtOnceAndLosesNothingAcknowledgedWhenLinesTakeAllMemory() throws Exception {
		List<CompletableFuture<Integer>> acknowledged = new ArrayList<>();
		// More than is left beside the program itself.
		Map<String, String> environment = environment("EARDRUM_TCP_MAXLINELENGTH", "1MB");
		environment.putAll(Map.of("EARDRUM_HEAP_TOTAL", "50MB", "EARDRUM_HEAP_CONNECTIONS", "50MB"));
		try (EardrumProcess process = EardrumProcess.start(environment, options("-Xmx64m"))) {
			process.awaitListening(this.tcpPort);
			for (int writer = 0; writer < 2; writer++) {
				String key = "writer" + writer;
				acknowledged.add(CompletableFuture.supplyAsync(() -> putUntilTheEnd(key), THREADS));
			}
			// Each connection may hold a line of a megabyte, and has an end for none.
			assertEndedWhile(this::holdUnfinishedLines, process);
		}
		assertKept(acknowledged);
	}

	@Test
	void endsAtOnceWhenARequestTakesAllMemory() throws Exception {
		// The server takes these properties at their word, and a request may have its
		// fill.
		Map<String, String> environment = environment("EARDRUM_HEAP_TOTAL", "33MB");
		environment.put("EARDRUM_HEAP_QUERIES", "33MB");
		for (String other : List.of("SERIES", "CHECKPOINT", "SNAPSHOTS", "REPLIES", "FRAMES", "CONNECTIONS",
				"BODIES")) {
			environment.put("EARDRUM_HEAP_" + other, "2MB");
		}
		List<CompletableFuture<Integer>> acknowledged = new ArrayList<>();
		try (EardrumProcess process = EardrumProcess.start(environment, options("-Xmx40m"))) {
			process.awaitListening(this.tcpPort);
			process.awaitListening(this.httpPort);
			acknowledged.add(CompletableFuture.supplyAsync(() -> putUntilTheEnd("writer0"), THREADS));
			putSeries(1000);
			assertEndedWhile(this::render, process);
		}
		assertKept(acknowledged);
	}

	// What does not take all memory, for it is refused or given up, is done again.
	private void assertEndedWhile(Callable<?> action, EardrumProcess process) throws InterruptedException {
		CountDownLatch end = new CountDownLatch(1);
		CompletableFuture<Void> actions = CompletableFuture.runAsync(() -> repeat(action, end), THREADS);
		try {
			assertThat(process.awaitExit(PATIENCE)).as(process.output()).isEqualTo(OutOfMemoryExit.STATUS);
		}
		finally {
			end.countDown();
		}
		assertThat(process.output()).contains("The server has run out of memory and ends.");
		assertThat(actions).succeedsWithin(PATIENCE);
	}

	private static void repeat(Callable<?> action, CountDownLatch end) {
		try {
			do {
				try {
					action.call();
				}
				catch (IOException ex) {
					// So it is when the server has ended.
				}
			}
			while (!end.await(100, TimeUnit.MILLISECONDS));
		}
		catch (Exception ex) {
			throw new CompletionException(ex);
		}
	}

	private void assertKept(List<CompletableFuture<Integer>> acknowledged) throws IOException {
		try (EardrumProcess process = EardrumProcess.start(environment("EARDRUM_TCP_MAXLINELENGTH", "4096B"))) {
			process.awaitListening(this.tcpPort);
			for (int writer = 0; writer < acknowledged.size(); writer++) {
				int count = acknowledged.get(writer).join();
				assertThat(count).as("puts acknowledged before the end").isPositive();
				List<String> rows = get("writer" + writer);
				// One more may have been stored, and its answer lost.
				assertThat(rows.size()).isBetween(count, count + 1);
				for (int i = 0; i < rows.size(); i++) {
					assertThat(rows.get(i)).isEqualTo("writer" + writer + " " + i + ".0 " + i);
				}
			}
		}
	}

	// Returns how many puts were acknowledged.
	private int putUntilTheEnd(String key) {
		int acknowledged = 0;
		try (Socket socket = connect()) {
			while (true) {
				String line = "put " + key + " " + acknowledged + " " + acknowledged + "\n";
				socket.getOutputStream().write(line.getBytes(StandardCharsets.US_ASCII));
				byte[] reply = socket.getInputStream().readNBytes(OK.length);
				if (reply.length < OK.length) {
					return acknowledged;
				}
				if (!Arrays.equals(reply, OK)) {
					// It has noticed, and must not have stored this one half.
					String text = new String(reply, StandardCharsets.US_ASCII);
					throw new CompletionException(new AssertionError("answered " + text));
				}
				acknowledged++;
			}
		}
		catch (IOException ex) {
			return acknowledged;
		}
	}

	// Holds what it gets, and goes on without what it does not.
	private Void holdUnfinishedLines() throws IOException {
		List<Socket> held = new ArrayList<>();
		byte[] part = "x".repeat(1000 * 1000).getBytes(StandardCharsets.US_ASCII);
		try {
			for (int i = 0; i < 100; i++) {
				Socket socket = connect();
				held.add(socket);
				send(socket, part);
			}
		}
		finally {
			for (Socket socket : held) {
				socket.close();
			}
		}
		return null;
	}

	private static void send(Socket socket, byte[] bytes) {
		try {
			socket.getOutputStream().write(bytes);
		}
		catch (IOException ex) {
			// This one has been ended.
		}
	}

	private HttpResponse<Void> render() throws IOException, InterruptedException {
		URI uri = URI.create("http://127.0.0.1:" + this.httpPort
				+ "/render?format=json&target=wide.*&from=0&until=1000000000&maxDataPoints=100000");
		return HttpClient.newHttpClient()
			.send(HttpRequest.newBuilder(uri).timeout(PATIENCE).build(), HttpResponse.BodyHandlers.discarding());
	}

	// Each of them takes 160 kB when it is drawn over thirty years.
	private void putSeries(int count) throws IOException {
		StringBuilder lines = new StringBuilder();
		for (int series = 0; series < count; series++) {
			for (int second = 0; second < 10; second++) {
				lines.append("put wide.").append(series).append(" 1 ").append(second).append('\n');
			}
		}
		try (Socket socket = connect()) {
			CompletableFuture<byte[]> replies = CompletableFuture.supplyAsync(() -> {
				try {
					return socket.getInputStream().readNBytes(count * 10 * OK.length);
				}
				catch (IOException ex) {
					throw new CompletionException(ex);
				}
			}, THREADS);
			socket.getOutputStream().write(lines.toString().getBytes(StandardCharsets.US_ASCII));
			assertThat(replies.join()).hasSize(count * 10 * OK.length);
		}
	}

	private List<String> get(String key) throws IOException {
		try (Socket socket = connect()) {
			socket.getOutputStream().write(("get " + key + "\n").getBytes(StandardCharsets.US_ASCII));
			socket.shutdownOutput();
			String reply = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
			assertThat(reply).startsWith("ok\n").endsWith("\n\n");
			return reply.lines().filter((line) -> line.startsWith(key + " ")).toList();
		}
	}

	private static String[] options(String heap) {
		return Stream.concat(Stream.of(heap), Stream.of(OPTIONS)).toArray(String[]::new);
	}

	private Socket connect() throws IOException {
		Socket socket = new Socket(InetAddress.getLoopbackAddress(), this.tcpPort);
		socket.setSoTimeout((int) PATIENCE.toMillis());
		return socket;
	}

	private Map<String, String> environment(String name, String value) {
		return new HashMap<>(Map.of("EARDRUM_STORAGE_TYPE", "embedded", "EARDRUM_STORAGE_PATH",
				this.directory.resolve("store").toString(), "EARDRUM_TCP_PORT", String.valueOf(this.tcpPort),
				"SERVER_PORT", String.valueOf(this.httpPort), name, value));
	}

	private static int freePort() {
		try {
			return EardrumProcess.freePort();
		}
		catch (IOException ex) {
			throw new IllegalStateException(ex);
		}
	}

}
