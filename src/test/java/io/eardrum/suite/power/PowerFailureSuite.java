package io.eardrum.suite.power;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import org.jspecify.annotations.Nullable;
import org.rocksdb.util.Environment;
import org.slf4j.LoggerFactory;
import org.springframework.util.FileSystemUtils;

import io.eardrum.metric.PointBatch;
import io.eardrum.metric.SeriesKey;
import io.eardrum.metric.TimeRange;
import io.eardrum.storage.StorageException;
import io.eardrum.storage.embedded.StoreImage;

/**
 * Power failures at random moments of a real server's life: a program of its own, which
 * ends with 1 if it finds a violation.
 * <p>
 * A run of the server with each policy is recorded first, see {@link PowerFailureRun}.
 * Then images are made up of what a power failure leaves, see {@link RecordedDisk}, and
 * each is opened: what the policy promises must be there, nothing that was not sent, and
 * every backup that was answered. A store may be refused only if the message says that
 * {@code eardrum.storage.recover=tail} helps, which it then must, and not at all in its
 * first start. One image in some is opened by a process that is recorded as well, and the
 * power fails in there again.
 * <p>
 * Options: {@code --library <file>}, built from {@code power_log.c}; {@code --jar <file>}
 * of the server, else it is that on the class path; {@code --images <n>} (200) for all
 * policies together; {@code --lives <n>} of each server (3); {@code --seed <n>};
 * {@code --sync-millis <n>} more for each sync with {@code everysec} (0);
 * {@code --record <directory>} takes the records that an earlier run has left and makes
 * none; {@code --only <n>} tries one image and leaves it; {@code --keep <directory>} is
 * where images with violations are left, with the records.
 */
public final class PowerFailureSuite {

	private static final String[] POLICIES = { "always", "everysec", "never" };

	/** What a slow machine may take between two steps that no sync is part of. */
	private static final Duration EPSILON = Duration.ofMillis(500);

	private static final Duration EVERYSEC = Duration.ofSeconds(2);

	/** One image in so many is opened by a process that loses its power, too. */
	private static final int RECORDED_OPENINGS = 40;

	private static final int SECOND_FAILURES = 6;

	private static final int MAX_KEPT = 10;

	private static final Duration LIMIT = Duration.ofMinutes(40);

	private final Path work = Files.createTempDirectory("eardrum-power-failures");

	private final Path library;

	private final @Nullable Path jar;

	private final int images;

	private final int lives;

	private final long seed;

	private final int syncMillis;

	private final Path records;

	private final boolean recorded;

	private final int only;

	private final Path keep;

	private final Map<String, Policy> policies = new TreeMap<>();

	private final Map<String, AtomicInteger> counts = Collections.synchronizedMap(new TreeMap<>());

	private final Map<String, List<String>> violations = Collections.synchronizedMap(new TreeMap<>());

	private final AtomicInteger kept = new AtomicInteger();

	private final AtomicLong opened = new AtomicLong();

	private PowerFailureSuite(Map<String, String> options) throws IOException {
		this.library = Path.of(options.getOrDefault("--library", "power_log.so")).toAbsolutePath();
		this.jar = options.containsKey("--jar") ? Path.of(options.get("--jar")).toAbsolutePath() : null;
		this.images = Integer.parseInt(options.getOrDefault("--images", "200"));
		this.lives = Integer.parseInt(options.getOrDefault("--lives", "3"));
		this.seed = options.containsKey("--seed") ? Long.parseLong(options.get("--seed")) : System.nanoTime();
		this.syncMillis = Integer.parseInt(options.getOrDefault("--sync-millis", "0"));
		this.recorded = options.containsKey("--record");
		this.records = this.recorded ? Path.of(options.get("--record")) : this.work.resolve("records");
		this.only = Integer.parseInt(options.getOrDefault("--only", "-1"));
		this.keep = Path.of(options.getOrDefault("--keep", System.getProperty("java.io.tmpdir"))).toAbsolutePath();
	}

	public static void main(String[] arguments) throws Exception {
		Map<String, String> options = new TreeMap<>();
		List<String> known = List.of("--library", "--jar", "--images", "--lives", "--seed", "--record", "--only",
				"--sync-millis", "--keep");
		for (int i = 0; i + 1 < arguments.length; i += 2) {
			if (!known.contains(arguments[i])) {
				throw new IllegalArgumentException("unknown option " + arguments[i]);
			}
			options.put(arguments[i], arguments[i + 1]);
		}
		((Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME)).setLevel(Level.OFF);
		PowerFailureSuite suite = new PowerFailureSuite(options);
		endAfter(LIMIT, suite.seed);
		boolean passed = false;
		try {
			passed = suite.run();
		}
		catch (Exception ex) {
			ex.printStackTrace(System.out);
		}
		finally {
			FileSystemUtils.deleteRecursively(suite.work);
		}
		System.exit(passed ? 0 : 1);
	}

	private static void endAfter(Duration limit, long seed) {
		Thread watchdog = new Thread(() -> {
			long end = System.nanoTime() + limit.toNanos();
			while (System.nanoTime() < end) {
				LockSupport.parkNanos(TimeUnit.SECONDS.toNanos(1));
			}
			System.out.printf("power failures: not done after %s; --seed %d%n", limit, seed);
			Runtime.getRuntime().halt(2);
		}, "watchdog");
		watchdog.setDaemon(true);
		watchdog.start();
	}

	private boolean run() throws Exception {
		long start = System.nanoTime();
		if (!this.recorded) {
			record();
		}
		for (String policy : POLICIES) {
			Policy read = new Policy(policy, this.records.resolve(policy));
			this.policies.put(policy, read);
			System.out.println(read);
		}
		System.out.printf("recorded in %d s%n", TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - start));
		if (this.only >= 0) {
			tryImage(this.only);
		}
		else {
			inParallel(this.images, Math.min(4, Runtime.getRuntime().availableProcessors()), this::tryImage);
		}
		report(System.nanoTime() - start);
		return this.violations.isEmpty();
	}

	private void record() throws Exception {
		// The native library, so that the servers needn't unpack it.
		String name = Environment.getJniLibraryFileName("rocksdb");
		Path natives = Files.createDirectories(this.work.resolve("natives"));
		try (InputStream stream = Environment.class.getResourceAsStream("/" + name)) {
			if (stream == null) {
				throw new IOException("there is no " + name);
			}
			Files.copy(stream, natives.resolve(name));
		}
		System.setProperty("java.library.path", natives.toString());
		inParallel(POLICIES.length, POLICIES.length, (number) -> {
			String policy = POLICIES[number];
			new PowerFailureRun(Files.createDirectories(this.records.resolve(policy)), policy, this.library, this.jar,
					this.syncMillis, this.seed + number)
				.run(this.lives);
		});
	}

	private static void inParallel(int count, int threads, Task task) throws Exception {
		ExecutorService executor = Executors.newFixedThreadPool(threads);
		try {
			List<Future<?>> futures = new ArrayList<>();
			for (int i = 0; i < count; i++) {
				int number = i;
				futures.add(executor.submit(() -> {
					task.run(number);
					return null;
				}));
			}
			for (Future<?> future : futures) {
				future.get();
			}
		}
		finally {
			// Not at once, which would break what another one is recording.
			executor.shutdown();
			executor.awaitTermination(LIMIT.toSeconds(), TimeUnit.SECONDS);
		}
	}

	private void tryImage(int number) throws IOException, InterruptedException {
		Random random = new Random(this.seed * 1_000_003 + number);
		random.nextLong();
		Policy policy = this.policies.get(POLICIES[number % POLICIES.length]);
		RecordedDisk.Names names = random.nextBoolean() ? RecordedDisk.Names.ORDERED : RecordedDisk.Names.UNORDERED;
		int moment = policy.moment(random);
		DiskImage image = policy.disk.powerFailure(moment, names, random.nextLong());
		Path directory = this.work.resolve("image-" + number);
		Case one = new Case(number, policy, names, moment, image, directory);
		try {
			List<RecordedPuts.Backup> backups = policy.puts.backups(moment);
			RecordedPuts.@Nullable Backup backup = null;
			List<String> gone = new ArrayList<>();
			for (RecordedPuts.Backup answered : backups) {
				count("backups answered before the power failed");
				if (!image.has(answered.path())) {
					gone.add(answered.path());
				}
				else if (backup == null || random.nextInt(2) == 0) {
					backup = answered;
				}
			}
			if (!gone.isEmpty()) {
				one.fail("backups are gone", gone.size() + " of " + backups.size() + ": " + gone);
			}
			Predicate<String> wanted = wanted(backup);
			one.wanted = wanted;
			image.writeTo(directory, wanted);
			boolean twice = random.nextInt(RECORDED_OPENINGS) == 0;
			if (backup != null) {
				one.checkBackup(backup);
			}
			if (twice && image.has(PowerFailureRun.STORE)) {
				failAgain(one, random);
			}
			else {
				one.checkStore(directory, random.nextInt(4) == 0);
			}
		}
		catch (RuntimeException ex) {
			one.fail("the tester failed", ex.toString() + " at " + Arrays.toString(ex.getStackTrace()));
		}
		finally {
			if (this.only >= 0) {
				System.out.println(one.keep());
			}
			FileSystemUtils.deleteRecursively(directory);
		}
	}

	// Of backups, only one is opened.
	private static Predicate<String> wanted(RecordedPuts.@Nullable Backup backup) {
		String backups = PowerFailureRun.STORE + "/backups";
		return (path) -> !path.startsWith(backups + "/")
				|| (backup != null && (path.equals(backup.path()) || path.startsWith(backup.path() + "/")));
	}

	// Opens an image in a process of its own, and lets the power fail in there.
	private void failAgain(Case one, Random random) throws IOException, InterruptedException {
		Path before = one.directory.resolveSibling(one.directory.getFileName() + "-before");
		Path record = one.directory.resolveSibling(one.directory.getFileName() + "-record");
		try {
			one.image.writeTo(before, one.wanted);
			Path output = one.directory.resolveSibling(one.directory.getFileName() + "-output");
			ProcessBuilder builder = new ProcessBuilder(
					Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx128m",
					"-XX:TieredStopAtLevel=1", "-Xshare:auto",
					"-Djava.library.path=" + System.getProperty("java.library.path"), "-cp",
					System.getProperty("java.class.path"), StoreOpening.class.getName(),
					one.directory.resolve(PowerFailureRun.STORE).toString());
			builder.environment().putAll(PowerFailureRun.environment(this.library, one.directory, record));
			Process process = builder.redirectErrorStream(true).redirectOutput(output.toFile()).start();
			if (!process.waitFor(60, TimeUnit.SECONDS)) {
				process.destroyForcibly().waitFor();
			}
			count("starts after a power failure that were recorded");
			if (process.exitValue() != 0) {
				one.fail("the store is refused", Files.readString(output));
				return;
			}
			PowerRecord read = PowerRecord.read(record);
			RecordedDisk disk = new RecordedDisk(read, one.directory, before);
			for (int i = 0; i < SECOND_FAILURES; i++) {
				int moment = random.nextInt(read.count());
				DiskImage image = disk.powerFailure(moment, one.names, random.nextLong());
				Path again = one.directory.resolveSibling(one.directory.getFileName() + "-again");
				try {
					List<String> description = image.writeTo(again, one.wanted);
					one.second = "entry " + moment + " of " + read.count() + " of the start after that: " + description;
					count("power failures in a start after a power failure");
					one.checkStore(again, false);
				}
				finally {
					FileSystemUtils.deleteRecursively(again);
				}
			}
		}
		finally {
			FileSystemUtils.deleteRecursively(before);
			Files.deleteIfExists(record);
			Files.deleteIfExists(record.resolveSibling(record.getFileName() + ".kill"));
		}
	}

	private void count(String what) {
		this.counts.computeIfAbsent(what, (absent) -> new AtomicInteger()).incrementAndGet();
	}

	private void report(long nanos) throws IOException {
		System.out.printf("power failures: %d images, %d stores opened in %d s; %s%n", this.images, this.opened.get(),
				TimeUnit.NANOSECONDS.toSeconds(nanos), this.counts);
		this.policies.values().forEach((policy) -> System.out.println(policy.describeLost()));
		this.violations.forEach((kind, cases) -> {
			System.out.printf("VIOLATION, %d times: %s%n", cases.size(), kind);
			cases.stream().limit(3).forEach((one) -> System.out.println("  " + one));
		});
		if (!this.violations.isEmpty() && !this.recorded) {
			Path target = Files.createTempDirectory(Files.createDirectories(this.keep), "power-failures-");
			copy(this.records, target);
			System.out.printf("the records are kept: --record %s --seed %d --only <n>%n", target, this.seed);
		}
		System.out.printf("power failures: %s; --seed %d%n", this.violations.isEmpty() ? "all is as promised"
				: this.violations.values().stream().mapToInt(List::size).sum() + " violations", this.seed);
	}

	private static void copy(Path records, Path target) throws IOException {
		for (String policy : POLICIES) {
			Files.createDirectories(target.resolve(policy));
			Files.copy(records.resolve(policy).resolve(PowerFailureRun.RECORD),
					target.resolve(policy).resolve(PowerFailureRun.RECORD));
		}
	}

	private interface Task {

		void run(int number) throws Exception;

	}

	/** A run, as it was recorded. */
	private static final class Policy {

		private final String name;

		private final PowerRecord record;

		private final RecordedDisk disk;

		private final RecordedPuts puts;

		private final long everysecNanos;

		/** First and last entries of what is worth more failures than the rest. */
		private final List<int[]> spans = new ArrayList<>();

		private final int[] nameChanges;

		/** In nanoseconds, and the number of the image. */
		private long[] oldestLost = new long[2];

		Policy(String name, Path directory) throws IOException {
			this.name = name;
			this.record = PowerRecord.read(directory.resolve(PowerFailureRun.RECORD));
			this.disk = new RecordedDisk(this.record, Path.of(this.record.text(0).lines().toList().get(1)));
			this.puts = new RecordedPuts(this.record);
			this.everysecNanos = EVERYSEC.plus(EPSILON).toNanos() + this.disk.longestSync();
			this.nameChanges = this.disk.nameChanges();
			findSpans();
		}

		private void findSpans() {
			int started = -1;
			int stopping = -1;
			int requested = -1;
			for (int entry = 0; entry < this.record.count(); entry++) {
				switch (this.record.type(entry)) {
					case PowerRecord.STARTED -> started = entry;
					case PowerRecord.READY -> {
						this.spans.add(new int[] { started, entry });
						if (this.puts.isFirstStart(entry - 1)) {
							this.spans.add(new int[] { started, entry });
							this.spans.add(new int[] { started, entry });
						}
					}
					case PowerRecord.STOPPING -> stopping = entry;
					case PowerRecord.STOPPED -> this.spans.add(new int[] { stopping, entry });
					case PowerRecord.BACKUP_REQUESTED -> requested = entry;
					case PowerRecord.BACKUP_ANSWERED -> {
						this.spans.add(new int[] { requested, entry + 1 });
						this.spans.add(new int[] { entry, entry + 200 });
					}
					default -> {
					}
				}
			}
		}

		// A third anywhere, a third near a change of names, a third while a server
		// starts, stops or makes a backup.
		int moment(Random random) {
			int count = this.record.count();
			int moment = switch (random.nextInt(3)) {
				case 0 -> random.nextInt(count);
				case 1 -> this.nameChanges[random.nextInt(this.nameChanges.length)] + random.nextInt(12) - 2;
				default -> {
					int[] span = this.spans.get(random.nextInt(this.spans.size()));
					yield span[0] + random.nextInt(span[1] - span[0] + 1);
				}
			};
			return Math.max(1, Math.min(count - 1, moment));
		}

		synchronized void lost(long nanos, int image) {
			if (nanos > this.oldestLost[0]) {
				this.oldestLost = new long[] { nanos, image };
			}
		}

		synchronized String describeLost() {
			return (this.oldestLost[0] > 0)
					? String.format("%s: the oldest put that is lost had been acknowledged for %d ms (image %d)",
							this.name, TimeUnit.NANOSECONDS.toMillis(this.oldestLost[0]), this.oldestLost[1])
					: this.name + ": nothing that was acknowledged is lost";
		}

		long[] promised(int moment) {
			return this.puts.promised(this.name, moment, this.everysecNanos);
		}

		@Override
		public String toString() {
			return String.format("%s: %d puts acknowledged, %d backups, %d entries, the longest sync took %d ms",
					this.name, this.puts.acknowledged(), this.puts.backups(Integer.MAX_VALUE).size(),
					this.record.count(), TimeUnit.NANOSECONDS.toMillis(this.disk.longestSync()));
		}

	}

	/** One image, and what is found about it. */
	private final class Case {

		private final int number;

		private final Policy policy;

		private final RecordedDisk.Names names;

		private final int moment;

		private final DiskImage image;

		private final Path directory;

		private Predicate<String> wanted = (path) -> true;

		private String second = "";

		Case(int number, Policy policy, RecordedDisk.Names names, int moment, DiskImage image, Path directory) {
			this.number = number;
			this.policy = policy;
			this.names = names;
			this.moment = moment;
			this.image = image;
			this.directory = directory;
		}

		void checkBackup(RecordedPuts.Backup backup) {
			Path copy = this.directory.resolve(backup.path());
			try (StoreImage store = StoreImage.open(copy, false)) {
				PowerFailureSuite.this.opened.incrementAndGet();
				String violation = this.policy.puts.check(backup.answered(),
						this.policy.puts.acknowledged(backup.requested()), read(store));
				if (!violation.isEmpty()) {
					fail("a backup is not whole", violation);
				}
			}
			catch (StorageException | IOException ex) {
				fail("a backup is refused", String.valueOf(ex.getMessage()));
			}
		}

		void checkStore(Path disk, boolean again) {
			Path path = disk.resolve(PowerFailureRun.STORE);
			boolean there = Files.isDirectory(path);
			long[] promised = this.policy.promised(this.moment);
			try (StoreImage store = open(path)) {
				PowerFailureSuite.this.opened.incrementAndGet();
				long[][] found = read(store);
				String violation = this.policy.puts.check(this.moment, promised, found);
				if (!violation.isEmpty()) {
					fail(there ? "points are wrong" : "the directory of the store is gone", violation);
					return;
				}
				if (there) {
					this.policy.lost(this.policy.puts.oldestLost(this.moment, found), this.number);
				}
				PointBatch batch = new PointBatch();
				batch.add(SeriesKey.of(StoreOpening.KEY), 0, 1);
				store.repository().put(batch);
			}
			catch (RefusedException ex) {
				fail(ex.kind, String.valueOf(ex.getMessage()));
				return;
			}
			catch (StorageException | IOException ex) {
				fail("a read or a put fails", String.valueOf(ex.getMessage()));
				return;
			}
			if (again) {
				checkAgain(path, promised);
			}
		}

		// What the first start has found must be there after another one.
		private void checkAgain(Path path, long[] promised) {
			try (StoreImage store = StoreImage.open(path, false)) {
				PowerFailureSuite.this.opened.incrementAndGet();
				String violation = this.policy.puts.check(this.moment, promised, read(store));
				if (!violation.isEmpty()) {
					fail("points are wrong after another start", violation);
				}
				else if (store.repository().last(SeriesKey.of(StoreOpening.KEY)) == null) {
					fail("points are wrong after another start", "what was put before it is missing");
				}
			}
			catch (StorageException | IOException ex) {
				fail("the store is refused by another start", String.valueOf(ex.getMessage()));
			}
		}

		private StoreImage open(Path store) throws RefusedException {
			try {
				return StoreImage.open(store, false);
			}
			catch (StorageException ex) {
				if (!StoreImage.isTailRecoverable(ex)) {
					throw new RefusedException("the store is refused", ex);
				}
				if (this.policy.puts.isFirstStart(this.moment)) {
					throw new RefusedException("the store is refused after its first start", ex);
				}
			}
			try {
				StoreImage opened = StoreImage.open(store, true);
				count("stores that recover=tail opened");
				return opened;
			}
			catch (StorageException ex) {
				throw new RefusedException("the store is refused with recover=tail, which was said to help", ex);
			}
		}

		private static long[][] read(StoreImage store) throws IOException {
			long[][] cells = RecordedPuts.empty();
			store.repository().readAll(TimeRange.ALL, (key, timestamps, values, from, to) -> {
				if (!key.toString().equals(StoreOpening.KEY)) {
					for (int i = from; i < to; i++) {
						RecordedPuts.add(cells, key.toString(), timestamps[i], values[i]);
					}
				}
			});
			return cells;
		}

		void fail(String kind, String what) {
			String where = "";
			boolean first = !PowerFailureSuite.this.violations.containsKey(kind);
			if (first && PowerFailureSuite.this.only < 0 && PowerFailureSuite.this.kept.incrementAndGet() <= MAX_KEPT) {
				where = "; " + keep();
			}
			PowerFailureSuite.this.violations
				.computeIfAbsent(kind, (absent) -> Collections.synchronizedList(new ArrayList<>()))
				.add("image " + this.number + ", " + this.policy.name + ", names " + this.names + ", entry "
						+ this.moment + " of " + this.policy.record.count() + ": "
						+ what.replace(this.directory + "/", "") + (this.second.isEmpty() ? "" : "; " + this.second)
						+ where);
		}

		private String keep() {
			try {
				Path target = Files.createTempDirectory(Files.createDirectories(PowerFailureSuite.this.keep),
						"power-failure-image-");
				List<String> lost = this.image.writeTo(target.resolve("disk"), this.wanted);
				Files.write(target.resolve("lost"), lost);
				return "kept in " + target;
			}
			catch (IOException ex) {
				return "can't be kept: " + ex;
			}
		}

	}

	private static final class RefusedException extends Exception {

		private final String kind;

		RefusedException(String kind, StorageException cause) {
			super(cause.getMessage(), cause);
			this.kind = kind;
		}

	}

}
