package io.eardrum.history;

import java.io.BufferedReader;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import io.eardrum.fixture.EardrumProcess;
import io.eardrum.fixture.TestSeed;
import io.eardrum.history.fixture.Histories;
import io.eardrum.history.fixture.SeriesHistory;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Kills a real server again and again while clients overwrite and read the same few
 * points, and judges all that they were told over all its lives: a point that was
 * acknowledged, or seen by anybody, stays until it is overwritten.
 */
@Timeout(300)
class LinearizabilityIntegrationTests {

	private static final int LIVES = 4;

	private static final int CLIENTS = 8;

	private static final int SERIES = 8;

	private static final int OPERATIONS = 700;

	/** How many commands are sent together at most. */
	private static final int FRAME = 5;

	@TempDir
	Path directory;

	@Test
	void clientsAgreeOnOneOrderOfAllPutsAndGetsWhateverKillsTheServer() throws Exception {
		long seed = TestSeed.value();
		int port = EardrumProcess.freePort();
		Map<String, String> environment = Map.of("EARDRUM_STORAGE_TYPE", "embedded", "EARDRUM_STORAGE_PATH",
				this.directory.resolve("store").toString(), "EARDRUM_STORAGE_CHECKPOINTINTERVAL", "1s",
				"EARDRUM_TCP_PORT", String.valueOf(port), "SERVER_PORT", "0");
		Random random = new Random(seed);
		Histories histories = new Histories(SERIES);
		Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
		for (int life = 0; life < LIVES; life++) {
			List<Thread> clients = new ArrayList<>();
			try (EardrumProcess process = EardrumProcess.start(environment)) {
				process.awaitListening(port);
				for (int i = 0; i < CLIENTS; i++) {
					Random choices = new Random(random.nextLong());
					boolean inFrames = i % 2 == 0;
					clients.add(new Thread(() -> run(histories, port, choices, inFrames)));
				}
				int enough = histories.acknowledgedPuts() + 1 + random.nextInt(CLIENTS * OPERATIONS / 3);
				clients.forEach((client) -> client.setUncaughtExceptionHandler((thread, ex) -> failures.add(ex)));
				clients.forEach(Thread::start);
				Awaitility.await()
					.atMost(Duration.ofSeconds(60))
					.until(() -> histories.acknowledgedPuts() >= enough || !failures.isEmpty());
				process.kill();
			}
			for (Thread client : clients) {
				client.join();
			}
			assertThat(failures).as("with -Deardrum.test.seed=" + seed).isEmpty();
		}
		try (EardrumProcess process = EardrumProcess.start(environment)) {
			process.awaitListening(port);
			try (Client client = new Client(port)) {
				histories.getAll(client);
			}
		}
		assertThat(histories.violation()).as("with -Deardrum.test.seed=" + seed).isEmpty();
		assertThat(histories.acknowledgedPuts()).isGreaterThan(LIVES);
		System.out.printf("linearizability: %d operations of %d clients over %d kills, seed %d%n", histories.size(),
				CLIENTS, LIVES, seed);
	}

	private static void run(Histories histories, int port, Random choices, boolean inFrames) {
		try (Client client = new Client(port)) {
			if (inFrames) {
				histories.runFrames(client, choices, OPERATIONS, FRAME);
			}
			else {
				histories.run(client, choices, OPERATIONS);
			}
		}
		catch (IOException ex) {
			// Killed before there was a connection.
		}
	}

	/**
	 * A connection.
	 */
	private static final class Client implements Histories.Access, Histories.Frames, AutoCloseable {

		private final Socket socket;

		private final BufferedReader replies;

		Client(int port) throws IOException {
			this.socket = new Socket(InetAddress.getLoopbackAddress(), port);
			this.socket.setTcpNoDelay(true);
			this.replies = new BufferedReader(
					new InputStreamReader(this.socket.getInputStream(), StandardCharsets.UTF_8));
		}

		@Override
		public void put(int series, int timestamp, long value) throws IOException {
			assertThat(ask("put s" + series + " " + value + " " + timestamp)).isEmpty();
		}

		@Override
		public long[] get(int series) throws IOException {
			return observed(series, ask("get s" + series));
		}

		private static long[] observed(int series, List<String> rows) {
			long[] observed = new long[Histories.TIMESTAMPS];
			Arrays.fill(observed, SeriesHistory.ABSENT);
			for (String row : rows) {
				String[] words = row.split(" ", -1);
				assertThat(words[0]).isEqualTo("s" + series);
				observed[Integer.parseInt(words[2])] = (long) Double.parseDouble(words[1]);
			}
			return observed;
		}

		@Override
		public void send(List<Histories.Command> commands) throws IOException {
			StringBuilder frame = new StringBuilder();
			for (Histories.Command command : commands) {
				frame.append(
						command.isPut() ? "put s" + command.series() + " " + command.value() + " " + command.timestamp()
								: "get s" + command.series())
					.append('\n');
			}
			this.socket.getOutputStream().write(frame.toString().getBytes(StandardCharsets.US_ASCII));
		}

		@Override
		public void readPut() throws IOException {
			assertThat(rows()).isEmpty();
		}

		@Override
		public long[] readGet(int series) throws IOException {
			return observed(series, rows());
		}

		private List<String> ask(String command) throws IOException {
			this.socket.getOutputStream().write((command + "\n").getBytes(StandardCharsets.US_ASCII));
			return rows();
		}

		private List<String> rows() throws IOException {
			assertThat(line()).isEqualTo("ok");
			List<String> rows = new ArrayList<>();
			for (String row = line(); !row.isEmpty(); row = line()) {
				rows.add(row);
			}
			return rows;
		}

		private String line() throws IOException {
			String line = this.replies.readLine();
			if (line == null) {
				throw new EOFException();
			}
			return line;
		}

		@Override
		public void close() throws IOException {
			this.socket.close();
		}

	}

}
