package io.eardrum.storage.embedded;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import io.eardrum.budget.HeapBudget;
import io.eardrum.fixture.EardrumProcess;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Fills servers with little heap: they go on, and can be started again.
 */
@Timeout(value = 240, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class StoreMemoryIntegrationTests {

	private static final Duration PATIENCE = Duration.ofSeconds(60);

	private static final int BATCH = 500;

	private final int port;

	@TempDir
	Path directory;

	StoreMemoryIntegrationTests() throws IOException {
		this.port = EardrumProcess.freePort();
	}

	@Test
	void startWithTooSmallAHeapNamesTheOneThatSuffices() throws Exception {
		try (RocksDbMetricRepository repository = SeriesMemoryTests.open(this.directory, HeapBudget.unlimited())) {
			SeriesMemoryTests.put(repository, 0, 40_000, 500);
			repository.checkpoint();
		}
		String heap;
		try (EardrumProcess process = EardrumProcess.start(environment(), "-Xmx64m", "-XX:TieredStopAtLevel=1")) {
			assertThat(process.awaitExit(PATIENCE)).isNotZero();
			assertThat(process.output()).contains("APPLICATION FAILED TO START")
				.contains("40000 series")
				.doesNotContain("OutOfMemoryError");
			Matcher named = Pattern.compile("-Xmx[0-9]+m").matcher(process.output());
			assertThat(named.find()).isTrue();
			heap = named.group();
		}
		try (EardrumProcess process = EardrumProcess.start(environment(), heap, "-XX:TieredStopAtLevel=1")) {
			process.awaitListening(this.port);
			assertThat(put("x 1 1\n", 1)).isEqualTo(1);
		}
	}

	@Test
	void serverThatWasFilledWithLongKeysGoesOnAndStartsAgain() throws Exception {
		String known = "k".repeat(500) + "0";
		try (EardrumProcess process = EardrumProcess.start(environment(), "-Xmx128m", "-XX:TieredStopAtLevel=1")) {
			process.awaitListening(this.port);
			int next = 0;
			int taken;
			do {
				StringBuilder lines = new StringBuilder();
				for (int i = 0; i < BATCH; i++) {
					lines.append("k".repeat(500)).append(next++).append(" 1 1\n");
				}
				taken = put(lines.toString(), BATCH);
			}
			while (taken == BATCH && next < 300_000);
			assertThat(next).isBetween(10_000, 100_000);
			assertThat(put(known + " 2 2\n", 1)).isEqualTo(1);
			process.kill();
		}
		try (EardrumProcess process = EardrumProcess.start(environment(), "-Xmx128m", "-XX:TieredStopAtLevel=1")) {
			process.awaitListening(this.port);
			assertThat(put(known + " 3 3\n", 1)).isEqualTo(1);
		}
	}

	@Test
	void streamsToOneTimestampAreWithstood() throws Exception {
		try (EardrumProcess process = EardrumProcess.start(environment(), "-Xmx128m", "-XX:TieredStopAtLevel=1")) {
			process.awaitListening(this.port);
			String one = "u 1 1\n".repeat(10_000);
			String two = "v 1 1\nv 1 2\n".repeat(5_000);
			for (int i = 0; i < 150; i++) {
				assertThat(put(one, 10_000)).isEqualTo(10_000);
				assertThat(put(two, 10_000)).isEqualTo(10_000);
			}
			assertThat(process.output()).doesNotContain("OutOfMemoryError");
		}
	}

	private Map<String, String> environment() {
		return Map.of("EARDRUM_STORAGE_TYPE", "embedded", "EARDRUM_TCP_PORT", String.valueOf(this.port), "SERVER_PORT",
				"0", "EARDRUM_STORAGE_FSYNC", "never", "EARDRUM_STORAGE_PATH",
				this.directory.resolve("store").toString());
	}

	// Returns how many were answered "ok".
	private int put(String points, int count) throws IOException {
		try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), this.port)) {
			socket.setSoTimeout((int) PATIENCE.toMillis());
			OutputStream out = socket.getOutputStream();
			Thread writer = new Thread(() -> {
				try {
					out.write(points.replaceAll("(?m)^(?=.)", "put ").getBytes(StandardCharsets.US_ASCII));
				}
				catch (IOException ex) {
					// The reader misses the answers.
				}
			});
			writer.start();
			InputStream in = new BufferedInputStream(socket.getInputStream());
			int taken = 0;
			for (int i = 0; i < count; i++) {
				taken += readAnswer(in).startsWith("ok") ? 1 : 0;
			}
			return taken;
		}
	}

	private static String readAnswer(InputStream in) throws IOException {
		StringBuilder answer = new StringBuilder();
		while (answer.length() < 2 || answer.charAt(answer.length() - 1) != '\n'
				|| answer.charAt(answer.length() - 2) != '\n') {
			int next = in.read();
			assertThat(next).isNotNegative();
			answer.append((char) next);
		}
		return answer.toString();
	}

}
