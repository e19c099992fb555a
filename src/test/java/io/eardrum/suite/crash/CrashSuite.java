package io.eardrum.suite.crash;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

import io.eardrum.fixture.EardrumProcess;

/**
 * Kills a real server over and over while clients put and delete points, and checks after
 * each start that every acknowledged one is there, none that wasn't put, and none that
 * was deleted: a program of its own, which ends with 1 if it finds a violation.
 * <p>
 * Options: {@code --kills <n>} (10), {@code --seed <n>}, {@code --fsync <policy>}
 * (always), {@code --writers <n>} (4). The server makes a checkpoint every second, so
 * that many kills hit one; every third kill comes while the server starts, and so while
 * it reads its log.
 */
public final class CrashSuite {

	private static final Duration LONGEST_LOAD = Duration.ofMillis(3500);

	private static final Duration LONGEST_START = Duration.ofSeconds(4);

	private static final Duration LIMIT_PER_KILL = Duration.ofMinutes(1);

	private final Random random;

	private final int kills;

	private final List<CrashWriter> writers = new ArrayList<>();

	private final Path directory;

	private final int port;

	private final Map<String, String> environment;

	private int killsDuringStart;

	private long acknowledged;

	private CrashSuite(int kills, long seed, String fsync, int writers) throws IOException {
		this.kills = kills;
		this.random = new Random(seed);
		this.directory = Files.createTempDirectory("eardrum-crash");
		this.port = EardrumProcess.freePort();
		for (int i = 0; i < writers; i++) {
			this.writers.add(new CrashWriter(i, seed, true));
		}
		this.environment = Map.of("EARDRUM_STORAGE_TYPE", "embedded", "EARDRUM_STORAGE_PATH",
				this.directory.resolve("store").toString(), "EARDRUM_STORAGE_FSYNC", fsync, "EARDRUM_STORAGE_MEMORY",
				"64MB", "EARDRUM_STORAGE_CHECKPOINTINTERVAL", "1s", "EARDRUM_TCP_PORT", String.valueOf(this.port),
				"SERVER_PORT", "0", "EARDRUM_TCP_DELETE", "true");
	}

	public static void main(String[] arguments) throws Exception {
		int kills = 10;
		int writers = 4;
		long seed = System.nanoTime();
		String fsync = "always";
		for (int i = 0; i + 1 < arguments.length; i += 2) {
			String value = arguments[i + 1];
			switch (arguments[i]) {
				case "--kills" -> kills = Integer.parseInt(value);
				case "--writers" -> writers = Integer.parseInt(value);
				case "--seed" -> seed = Long.parseLong(value);
				case "--fsync" -> fsync = value;
				default -> throw new IllegalArgumentException("unknown option " + arguments[i]);
			}
		}
		endAfter(LIMIT_PER_KILL.multipliedBy(kills + 1L), seed);
		CrashSuite suite = new CrashSuite(kills, seed, fsync, writers);
		String violation = suite.run();
		System.out.printf("crash suite: %d kills, %d of them during the start; %d puts acknowledged; %s; --seed %d%n",
				suite.kills, suite.killsDuringStart, suite.acknowledged,
				violation.isEmpty() ? "all of them kept" : "VIOLATION: " + violation, seed);
		if (violation.isEmpty()) {
			suite.deleteDirectory();
		}
		else {
			System.out.println("the store is kept in " + suite.directory);
		}
		System.exit(violation.isEmpty() ? 0 : 1);
	}

	private static void endAfter(Duration limit, long seed) {
		Thread watchdog = new Thread(() -> {
			long end = System.nanoTime() + limit.toNanos();
			while (System.nanoTime() < end) {
				LockSupport.parkNanos(TimeUnit.SECONDS.toNanos(1));
			}
			System.out.printf("crash suite: not done after %s; --seed %d%n", limit, seed);
			Runtime.getRuntime().halt(2);
		}, "watchdog");
		watchdog.setDaemon(true);
		watchdog.start();
	}

	private String run() throws Exception {
		for (int kill = 1; kill <= this.kills; kill++) {
			if (kill % 3 == 0) {
				killDuringStart();
				this.killsDuringStart++;
				continue;
			}
			String violation = killUnderLoad(kill);
			if (!violation.isEmpty()) {
				return "after kill " + (kill - 1) + ": " + violation;
			}
		}
		return stopInOrder();
	}

	@SuppressWarnings("try") // The process is only there to be killed.
	private void killDuringStart() throws IOException {
		EardrumProcess process = EardrumProcess.start(this.environment);
		pause(LONGEST_START);
		process.close();
	}

	private String killUnderLoad(int kill) throws Exception {
		List<Thread> threads = new ArrayList<>();
		try (EardrumProcess process = EardrumProcess.start(this.environment)) {
			process.awaitListening(this.port);
			String violation = check();
			if (!violation.isEmpty()) {
				return violation;
			}
			for (CrashWriter writer : this.writers) {
				Thread thread = new Thread(() -> put(writer), "writer-" + kill);
				threads.add(thread);
				thread.start();
			}
			pause(LONGEST_LOAD);
		}
		for (Thread thread : threads) {
			thread.join();
		}
		for (CrashWriter writer : this.writers) {
			this.acknowledged += writer.acknowledged();
		}
		return "";
	}

	private String stopInOrder() throws Exception {
		try (EardrumProcess process = EardrumProcess.start(this.environment)) {
			process.awaitListening(this.port);
			String violation = check();
			if (!violation.isEmpty()) {
				return "after the last kill: " + violation;
			}
			process.terminate();
			process.awaitExit(LIMIT_PER_KILL);
		}
		try (EardrumProcess process = EardrumProcess.start(this.environment)) {
			process.awaitListening(this.port);
			String violation = check();
			if (violation.isEmpty() && process.output().contains("was not closed")) {
				violation = "it counts as unclean";
			}
			return violation.isEmpty() ? "" : "after a stop in order: " + violation;
		}
	}

	private String check() throws IOException {
		long[][] stored = StoredPoints.read(this.port, this.writers.size());
		for (int i = 0; i < stored.length; i++) {
			if (this.writers.get(i).isRefused()) {
				return "a put was refused";
			}
			String violation = this.writers.get(i).check(stored[i]);
			if (!violation.isEmpty()) {
				return violation;
			}
		}
		return "";
	}

	private void put(CrashWriter writer) {
		try {
			writer.run(this.port);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	private void pause(Duration longest) {
		long end = System.nanoTime() + (long) (this.random.nextDouble() * longest.toNanos());
		while (System.nanoTime() < end) {
			LockSupport.parkNanos(end - System.nanoTime());
		}
	}

	private void deleteDirectory() throws IOException {
		try (Stream<Path> files = Files.walk(this.directory)) {
			files.sorted(Comparator.reverseOrder()).forEach((file) -> {
				try {
					Files.delete(file);
				}
				catch (IOException ex) {
					throw new UncheckedIOException(ex);
				}
			});
		}
	}

}
