package io.eardrum.suite.crash;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

import org.springframework.util.FileSystemUtils;

import io.eardrum.fixture.EardrumProcess;

/**
 * Lets the disk of a real server fail with I/O errors while clients put points: a program
 * of its own, which ends with 1 if it finds a violation. Each time puts must be refused
 * and not be left without an answer, reads must go on, and the server must take points
 * again by itself once the disk does; and then, as after a kill that follows in every
 * other round, every acknowledged point must be there and none that wasn't put.
 * <p>
 * Arguments: the library built from {@code failing_disk.c}, the number of rounds, and a
 * seed if one is to be repeated.
 */
public final class FailingDiskSuite {

	private static final int WRITERS = 4;

	private static final Duration PATIENCE = Duration.ofSeconds(30);

	private static final String[] FAULTS = { "write", "sync" };

	private final List<CrashWriter> writers = new ArrayList<>();

	private final Random random;

	private final Path directory = Files.createTempDirectory("eardrum-failing-disk");

	private final int port = EardrumProcess.freePort();

	private final Map<String, String> environment;

	private long acknowledged;

	private FailingDiskSuite(Path library, long seed) throws IOException {
		this.random = new Random(seed);
		for (int i = 0; i < WRITERS; i++) {
			this.writers.add(new CrashWriter(i, seed, false));
		}
		this.environment = Map.of("EARDRUM_STORAGE_TYPE", "embedded", "EARDRUM_STORAGE_PATH",
				this.directory.resolve("store").toString(), "EARDRUM_STORAGE_MEMORY", "64MB",
				"EARDRUM_STORAGE_CHECKPOINTINTERVAL", "1s", "EARDRUM_TCP_PORT", String.valueOf(this.port),
				"SERVER_PORT", "0", "LD_PRELOAD", library.toString(), "FAILING_DISK",
				this.directory.resolve("store").toString());
	}

	public static void main(String[] arguments) throws Exception {
		int rounds = Integer.parseInt(arguments[1]);
		long seed = (arguments.length > 2) ? Long.parseLong(arguments[2]) : System.nanoTime();
		FailingDiskSuite suite = new FailingDiskSuite(Path.of(arguments[0]).toAbsolutePath(), seed);
		String violation;
		try {
			violation = suite.run(rounds);
		}
		catch (Exception ex) {
			violation = ex.toString();
		}
		System.out.printf("failing disk: %d rounds; %d puts acknowledged; %s; seed %d%n", rounds, suite.acknowledged,
				violation.isEmpty() ? "all of them kept" : "VIOLATION: " + violation, seed);
		if (!violation.isEmpty()) {
			System.out.println("the store is kept in " + suite.directory);
		}
		else {
			FileSystemUtils.deleteRecursively(suite.directory);
		}
		System.exit(violation.isEmpty() ? 0 : 1);
	}

	private String run(int rounds) throws Exception {
		EardrumProcess process = start();
		try {
			for (int round = 0; round < rounds; round++) {
				String violation = fail(FAULTS[round % FAULTS.length]);
				if (violation.isEmpty() && round % 4 > 1) {
					process.close();
					process = start();
					violation = check("after a kill");
				}
				if (!violation.isEmpty()) {
					return "round " + round + ": " + violation + "; the server said: " + process.output();
				}
			}
		}
		finally {
			process.close();
		}
		return "";
	}

	private EardrumProcess start() throws IOException {
		EardrumProcess process = EardrumProcess.start(this.environment);
		process.awaitListening(this.port);
		return process;
	}

	private String fail(String fault) throws Exception {
		List<Thread> threads = new ArrayList<>();
		for (CrashWriter writer : this.writers) {
			Thread thread = new Thread(() -> put(writer), "writer");
			threads.add(thread);
			thread.start();
		}
		LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(200 + this.random.nextInt(1500)));
		Path trigger = this.directory.resolve("store.fail-" + fault);
		Files.createFile(trigger);
		for (Thread thread : threads) {
			thread.join(PATIENCE.toMillis());
			if (thread.isAlive()) {
				return "a client got no answer while every " + fault + " failed";
			}
		}
		for (CrashWriter writer : this.writers) {
			this.acknowledged += writer.acknowledged();
			if (!writer.isRefused()) {
				return "a client was not refused while every " + fault + " failed";
			}
		}
		// What was refused may be read until the store is opened anew.
		StoredPoints.read(this.port, WRITERS);
		LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(this.random.nextInt(2500)));
		Files.delete(trigger);
		long deadline = System.nanoTime() + PATIENCE.toNanos();
		while (!probe()) {
			if (System.nanoTime() - deadline > 0) {
				return "no points are taken " + PATIENCE + " after the disk worked again";
			}
			LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
		}
		return check("after a failed " + fault);
	}

	// Tells whether a put is answered with "ok".
	private boolean probe() throws IOException {
		try (Socket socket = new Socket()) {
			socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), this.port));
			socket.setSoTimeout((int) PATIENCE.toMillis());
			socket.getOutputStream().write("put probe 1 1\n".getBytes(StandardCharsets.US_ASCII));
			return socket.getInputStream().read() == 'o';
		}
	}

	private void put(CrashWriter writer) {
		try {
			writer.run(this.port);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	private String check(String when) throws IOException {
		long[][] stored = StoredPoints.read(this.port, WRITERS);
		for (int i = 0; i < WRITERS; i++) {
			String violation = this.writers.get(i).check(stored[i]);
			if (!violation.isEmpty()) {
				return when + ": " + violation;
			}
		}
		return "";
	}

}
