package io.eardrum.suite.crash;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

import org.springframework.util.FileSystemUtils;

import io.eardrum.fixture.EardrumProcess;
import io.eardrum.server.fixture.MixedLoad;
import io.eardrum.server.fixture.PrometheusScrape;

/**
 * A server before a slow disk: a program of its own, which ends with 1 if it finds a
 * violation.
 * <p>
 * First, an fsync takes 40 ms. Some clients compare all that they have put with what they
 * get, and others don't read their replies: only those may be reset. Then, an fsync takes
 * two seconds, and very many clients send much at once to a server with little memory: it
 * must not run out of it, and once the disk is as it should be, every put must be
 * acknowledged.
 * <p>
 * Argument: the library built from {@code failing_disk.c}.
 */
public final class SlowDiskSuite {

	private static final int CLIENTS = 1500;

	private static final int PUTS = 3000;

	private static final Duration SLOW = Duration.ofSeconds(15);

	private static final String COMPARING_SYNC_MILLIS = "40";

	private static final Duration COMPARING = Duration.ofSeconds(10);

	private static final Duration PATIENCE = Duration.ofSeconds(60);

	private static final byte[] OK = "ok\n\n".getBytes(StandardCharsets.US_ASCII);

	private final int port;

	private final Selector selector = Selector.open();

	private final List<Client> clients = new ArrayList<>();

	private String violation = "";

	private long acknowledgedSlowly;

	private SlowDiskSuite(int port) throws IOException {
		this.port = port;
	}

	public static void main(String[] arguments) throws Exception {
		Path directory = Files.createTempDirectory("eardrum-slow-disk");
		Path store = directory.resolve("store");
		int port = EardrumProcess.freePort();
		Map<String, String> environment = Map.of("EARDRUM_STORAGE_TYPE", "embedded", "EARDRUM_STORAGE_PATH",
				store.toString(), "EARDRUM_STORAGE_MEMORY", "64MB", "EARDRUM_TCP_PORT", String.valueOf(port),
				"SERVER_PORT", "0", "LD_PRELOAD", Path.of(arguments[0]).toAbsolutePath().toString(), "FAILING_DISK",
				store.toString());
		boolean compared = compare(arguments[0], directory.resolve("compared"));
		SlowDiskSuite suite = new SlowDiskSuite(port);
		try (EardrumProcess process = EardrumProcess.start(environment, "-Xmx128m", "-XX:+ExitOnOutOfMemoryError")) {
			process.awaitListening(port);
			suite.run(directory.resolve("store.slow-sync"));
			if (!suite.violation.isEmpty()) {
				System.out.println("the server said: " + process.output());
			}
		}
		System.out.printf(
				"slow disk: %d clients sent %d puts each; %d acknowledged while an fsync took 2 s, %d in all; %s%n",
				CLIENTS, PUTS, suite.acknowledgedSlowly, suite.acknowledged(),
				suite.violation.isEmpty() ? "the server lives" : "VIOLATION: " + suite.violation);
		FileSystemUtils.deleteRecursively(directory);
		System.exit((compared && suite.violation.isEmpty()) ? 0 : 1);
	}

	private static boolean compare(String library, Path store) throws Exception {
		int port = EardrumProcess.freePort();
		int httpPort = EardrumProcess.freePort();
		Map<String, String> environment = Map.of("EARDRUM_STORAGE_TYPE", "embedded", "EARDRUM_STORAGE_PATH",
				store.toString(), "EARDRUM_TCP_PORT", String.valueOf(port), "EARDRUM_TCP_WRITE_TIMEOUT", "200ms",
				"SERVER_PORT", String.valueOf(httpPort), "LD_PRELOAD", Path.of(library).toAbsolutePath().toString(),
				"FAILING_DISK", store.toString());
		Files.writeString(store.resolveSibling(store.getFileName() + ".slow-sync"), COMPARING_SYNC_MILLIS);
		try (EardrumProcess process = EardrumProcess.start(environment, "-Xmx256m", "-XX:+ExitOnOutOfMemoryError")) {
			process.awaitListening(port);
			MixedLoad.Result result = MixedLoad.run(port, COMPARING, System.nanoTime());
			double defects = PrometheusScrape.of(httpPort, "/actuator/prometheus")
				.sum("eardrum_connections_reset_total", "reason", "internal_error");
			boolean passed = result.violation() == null && result.comparisons() > 0 && defects == 0;
			System.out.printf("slow disk: %s while an fsync took %s ms; %.0f resets because of a defect%n", result,
					COMPARING_SYNC_MILLIS, defects);
			if (!passed) {
				System.out.println("VIOLATION; the server said: " + process.output());
			}
			return passed;
		}
	}

	private void run(Path trigger) throws IOException {
		Files.createFile(trigger);
		for (int i = 0; i < CLIENTS; i++) {
			this.clients.add(new Client(i));
		}
		talk(SLOW);
		this.acknowledgedSlowly = acknowledged();
		if (this.violation.isEmpty() && isDone()) {
			this.violation = "the disk was not slow";
		}
		Files.delete(trigger);
		talk(PATIENCE);
		if (this.violation.isEmpty() && !isDone()) {
			this.violation = "puts are not acknowledged " + PATIENCE + " after the disk was as it should be";
		}
	}

	// Until all is acknowledged, or the time is over.
	private void talk(Duration time) throws IOException {
		long end = System.nanoTime() + time.toNanos();
		while (!isDone() && this.violation.isEmpty() && System.nanoTime() - end < 0) {
			this.selector.select(100);
			Iterator<SelectionKey> ready = this.selector.selectedKeys().iterator();
			while (ready.hasNext()) {
				((Client) ready.next().attachment()).talk();
				ready.remove();
			}
		}
	}

	private boolean isDone() {
		return acknowledged() == (long) CLIENTS * PUTS;
	}

	private long acknowledged() {
		return this.clients.stream().mapToLong((client) -> client.acknowledgedBytes / OK.length).sum();
	}

	/**
	 * Sends all of its puts as fast as the server takes them, and reads the answers.
	 */
	private final class Client {

		private final SocketChannel channel;

		private final SelectionKey key;

		private final ByteBuffer puts;

		private final ByteBuffer replies = ByteBuffer.allocate(4096);

		private long acknowledgedBytes;

		Client(int number) throws IOException {
			this.channel = SocketChannel
				.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), SlowDiskSuite.this.port));
			this.channel.configureBlocking(false);
			this.key = this.channel.register(SlowDiskSuite.this.selector, SelectionKey.OP_READ | SelectionKey.OP_WRITE,
					this);
			this.puts = ByteBuffer.wrap(
					("put slow.disk." + number + " 1.5 1700000000\n").repeat(PUTS).getBytes(StandardCharsets.US_ASCII));
		}

		void talk() {
			try {
				this.channel.write(this.puts);
				if (!this.puts.hasRemaining()) {
					this.key.interestOps(SelectionKey.OP_READ);
				}
				read();
			}
			catch (IOException ex) {
				SlowDiskSuite.this.violation = "a connection ended: " + ex;
			}
		}

		private void read() throws IOException {
			int count = this.channel.read(this.replies.clear());
			while (count > 0) {
				for (int i = 0; i < count; i++) {
					if (this.replies.get(i) != OK[(int) (this.acknowledgedBytes++ % OK.length)]) {
						SlowDiskSuite.this.violation = "an answer is not ok";
					}
				}
				count = this.channel.read(this.replies.clear());
			}
			if (count < 0) {
				SlowDiskSuite.this.violation = "the server closed a connection";
			}
		}

	}

}
