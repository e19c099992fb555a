package io.eardrum.suite.power;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

import org.jspecify.annotations.Nullable;

import io.eardrum.fixture.EardrumProcess;
import io.eardrum.server.fixture.HttpAnswer;
import io.eardrum.server.fixture.PrometheusScrape;
import io.eardrum.suite.fixture.StoredRows;

/**
 * A real server under load over some lives, with one policy, that is recorded: its first
 * start, kills under load and in the middle of a start, stops in order, backups. After
 * each life, the record must explain every byte on the disk.
 */
final class PowerFailureRun {

	/** The directory that is the whole disk, by which a record begins. */
	static final String DISK = "disk";

	static final String RECORD = "record";

	/**
	 * Where the store is on the disk; the directories above it are the server's to make.
	 */
	static final String STORE = "eardrum/data";

	private static final String BACKUPS = STORE + "/backups/";

	/** How lives end: killed (k), killed in the start (i), or stopped in order (s). */
	private static final Map<String, String> ENDINGS = Map.of("always", "kisk", "everysec", "kski", "never", "skik");

	private static final Duration PATIENCE = Duration.ofSeconds(60);

	private final Path directory;

	private final Path disk;

	private final String policy;

	private final Random random;

	private final @Nullable Path jar;

	private final PowerRecord.Notes notes;

	private final List<PowerFailureWriter> writers = new ArrayList<>();

	private final int port = EardrumProcess.freePort();

	private final int httpPort = EardrumProcess.freePort();

	private final Map<String, String> environment = new HashMap<>();

	private int backups;

	/**
	 * Prepares a run.
	 * @param directory where its disk and its record are
	 * @param policy the value of {@code eardrum.storage.fsync}
	 * @param library the library built from {@code power_log.c}
	 * @param jar the server, or {@code null} for that on the class path
	 * @param syncMillis how much longer a sync takes, with {@code everysec}
	 * @param seed decides what happens when
	 * @throws IOException if the directory can't be made
	 */
	PowerFailureRun(Path directory, String policy, Path library, @Nullable Path jar, int syncMillis, long seed)
			throws IOException {
		this.directory = directory;
		this.disk = Files.createDirectories(directory.resolve(DISK));
		this.policy = policy;
		this.jar = jar;
		this.random = new Random(seed);
		Path record = directory.resolve(RECORD);
		this.notes = new PowerRecord.Notes(record);
		this.notes.add(PowerRecord.ABOUT, 0, 0, policy + "\n" + this.disk);
		for (int i = 0; i < RecordedPuts.WRITERS; i++) {
			this.writers.add(new PowerFailureWriter(i, this.random.nextLong(), this.notes));
		}
		this.environment.putAll(Map.of("EARDRUM_STORAGE_TYPE", "embedded", "EARDRUM_STORAGE_PATH",
				this.disk.resolve(STORE).toString(), "EARDRUM_STORAGE_FSYNC", policy, "EARDRUM_STORAGE_MEMORY", "64MB",
				"EARDRUM_STORAGE_CHECKPOINTINTERVAL", "1s", "EARDRUM_TCP_PORT", String.valueOf(this.port),
				"SERVER_PORT", String.valueOf(this.httpPort), "EARDRUM_STORAGE_BACKUPINTERVAL", "0s",
				"EARDRUM_STORAGE_BACKUPKEEP", "10000"));
		this.environment.putAll(environment(library, this.disk, record));
		if (policy.equals("everysec")) {
			this.environment.put("POWER_LOG_SYNC_MILLIS", String.valueOf(syncMillis));
		}
	}

	/**
	 * Returns what a process is told that is to be recorded.
	 * @param library the library built from {@code power_log.c}
	 * @param disk the directory that is recorded
	 * @param record the file of the record
	 * @return environment variables
	 */
	static Map<String, String> environment(Path library, Path disk, Path record) {
		return Map.of("LD_PRELOAD", library.toString(), "POWER_LOG_DIRECTORY", disk.toString(), "POWER_LOG",
				record.toString());
	}

	/**
	 * Lets a server live some times.
	 * @param lives how many
	 * @throws Exception if a put is refused, a start fails, or the record is not complete
	 */
	void run(int lives) throws Exception {
		String endings = ENDINGS.get(this.policy);
		for (int life = 0; life < lives; life++) {
			char ending = endings.charAt(life % endings.length());
			if (ending == 'i') {
				dieInStart();
			}
			else {
				live(life, ending == 's');
			}
			compare();
		}
		this.notes.close();
	}

	private EardrumProcess start() throws IOException {
		// The native library is not to be unpacked into the store, which would be
		// recorded.
		String[] options = { "-Xmx192m", "-XX:TieredStopAtLevel=1", "-Xshare:auto",
				"-Djava.library.path=" + System.getProperty("java.library.path") };
		return (this.jar != null) ? EardrumProcess.startJar(this.jar, this.environment, options)
				: EardrumProcess.start(this.environment, options);
	}

	private void live(int life, boolean stop) throws Exception {
		try (EardrumProcess process = start()) {
			process.awaitListening(this.port);
			this.notes.add(PowerRecord.READY);
			find();
			List<Thread> threads = new ArrayList<>();
			for (PowerFailureWriter writer : this.writers) {
				Thread thread = new Thread(() -> writer.run(this.port), "writer-" + life);
				threads.add(thread);
				thread.start();
			}
			long end = System.nanoTime() + loadNanos();
			while (System.nanoTime() - end < 0) {
				pause(700);
				backup();
				if (this.policy.equals("never")) {
					noteCheckpoint(end);
				}
			}
			if (stop) {
				this.writers.forEach(PowerFailureWriter::stop);
				join(threads);
				this.notes.add(PowerRecord.STOPPING);
				process.terminate();
				process.awaitExit(PATIENCE);
				this.notes.add(PowerRecord.STOPPED);
			}
			else {
				kill(process);
				join(threads);
			}
			for (PowerFailureWriter writer : this.writers) {
				if (!writer.violation().isEmpty()) {
					throw new IllegalStateException(writer.violation() + "; the server said: " + process.output());
				}
			}
		}
	}

	// More than two seconds for everysec, and for never some checkpoints.
	private long loadNanos() {
		long millis = switch (this.policy) {
			case "always" -> 1500;
			case "everysec" -> 3500;
			default -> 3000;
		};
		return TimeUnit.MILLISECONDS.toNanos(millis + this.random.nextInt(1000));
	}

	private void backup() {
		String name = "b" + this.backups++;
		String path = BACKUPS + name;
		this.notes.add(PowerRecord.BACKUP_REQUESTED, 0, 0, path);
		HttpAnswer answer = HttpAnswer.post(this.httpPort, "/actuator/backup", "application/json",
				"{\"name\": \"" + name + "\"}");
		if (answer.status() != 200) {
			throw new IllegalStateException("a backup was answered with " + answer);
		}
		this.notes.add(PowerRecord.BACKUP_ANSWERED, 0, 0, path);
	}

	// The second checkpoint that ends from now on has begun after now.
	private void noteCheckpoint(long end) {
		int[] acknowledged = this.writers.stream().mapToInt(PowerFailureWriter::acknowledged).toArray();
		double before = checkpoints();
		while (System.nanoTime() - end < 0) {
			pause(200);
			if (checkpoints() >= before + 2) {
				for (PowerFailureWriter writer : this.writers) {
					this.notes.add(PowerRecord.CHECKPOINTED, writer.number(), acknowledged[writer.number()], "");
				}
				return;
			}
		}
	}

	private double checkpoints() {
		return PrometheusScrape.of(this.httpPort, "/actuator/prometheus")
			.sum("eardrum_storage_checkpoint_seconds_count");
	}

	// In the time in which a start opens the store, which begins with the first change
	// to the disk.
	private void dieInStart() throws Exception {
		Path record = this.directory.resolve(RECORD);
		try (EardrumProcess process = start()) {
			long deadline = System.nanoTime() + PATIENCE.toNanos();
			PowerRecord soFar = PowerRecord.read(record);
			int before = soFar.count();
			while (soFar.count() <= before + 1 && System.nanoTime() - deadline < 0) {
				pause(10);
				soFar = PowerRecord.read(record);
			}
			pause(150);
			kill(process);
		}
	}

	private void kill(EardrumProcess process) throws Exception {
		try (RandomAccessFile pipe = new RandomAccessFile(this.directory.resolve(RECORD + ".kill").toFile(), "rw")) {
			pipe.write(1);
			process.awaitExit(PATIENCE);
		}
	}

	private static void join(List<Thread> threads) throws InterruptedException {
		for (Thread thread : threads) {
			thread.join();
		}
	}

	private void pause(int millis) {
		LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1 + this.random.nextInt(millis)));
	}

	private void find() throws IOException {
		long[][] cells = RecordedPuts.empty();
		StoredRows.readAll(this.port, (key, value, timestamp) -> RecordedPuts.add(cells, key, timestamp, value));
		for (PowerFailureWriter writer : this.writers) {
			writer.find(cells[writer.number()]);
		}
	}

	// What is on the disk must be what the record says.
	private void compare() throws IOException {
		PowerRecord record = PowerRecord.read(this.directory.resolve(RECORD));
		DiskImage image = new RecordedDisk(record, this.disk).everything(record.count() - 1);
		Map<String, Path> files = new HashMap<>();
		try (var found = Files.walk(this.disk)) {
			found.filter(Files::isRegularFile)
				.forEach((file) -> files.put(this.disk.relativize(file).toString(), file));
		}
		Map<Integer, @Nullable Object> compared = new HashMap<>();
		for (String path : image.paths()) {
			Path file = files.remove(path);
			if (file == null) {
				throw new IllegalStateException("the record has a file that is not there: " + path);
			}
			Object key = Files.readAttributes(file, BasicFileAttributes.class).fileKey();
			Object same = compared.putIfAbsent(image.number(path), key);
			if (same != null && same.equals(key)) {
				// Another name of the same file, such as in a backup.
				continue;
			}
			byte[] recorded = image.bytes(path);
			byte[] actual = Files.readAllBytes(file);
			if (!Arrays.equals(recorded, actual)) {
				throw new IllegalStateException(String.format(
						"the record does not explain %s: %d bytes instead of %d, the first difference at %d", path,
						recorded.length, actual.length, Arrays.mismatch(recorded, actual)));
			}
		}
		if (!files.isEmpty()) {
			throw new IllegalStateException("the record does not know of " + files.keySet());
		}
	}

}
