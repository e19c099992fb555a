package io.eardrum.suite.damage;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;
import org.springframework.util.FileSystemUtils;

/**
 * Damages stores in every way and holds what opens against what was put: a program of its
 * own, which ends with 1 if it finds a violation.
 * <p>
 * Options: {@code --damages <n>} (500), how many are opened in this process; {@code --jar
 * <n>} (0), how many more by a real server, from the jar {@code --server <path>}
 * (target/eardrum.jar); {@code --seed <n>}; {@code --only <n>} (none), the number of the
 * one damage to repeat; {@code --unnamed <fail|count>} (fail), whether it is a violation
 * if what is said names no file or the wrong one; {@code --shown <n>} (100), how many
 * violations are printed; {@code --keep <directory>}, where to keep the stores of
 * violations, damaged and whole, for the threads of RocksDB don't make the very same
 * files again.
 * <p>
 * A store that was damaged may open whole, or without what was acknowledged less than two
 * seconds before it was killed, which nothing can tell. Else it has to be refused, now
 * and at the next start, with the name of the file and without any change to the files;
 * and to be whole again once the undamaged files are back. {@link DamageVerdict} lists
 * what may come of it.
 */
public final class DamageSuite {

	private static final Duration LIMIT_OF_BASES = Duration.ofMinutes(2);

	private static final Duration LIMIT_PER_DAMAGE = Duration.ofSeconds(2);

	private static final Duration LIMIT_PER_JAR = Duration.ofMinutes(2);

	/** Stores wait for the disk more than they compute. */
	private static final int WORKERS = 4;

	/** A start that hangs goes on using a processor. */
	private static final int MAX_HANGING = 3;

	private static final long PRIME = 1_000_003;

	/** A directory in memory, if there is one. */
	private static final Path MEMORY = Path.of("/dev/shm");

	private static final long NEEDED_MEMORY = 512L << 20;

	private final Options options;

	private final Path directory;

	private final Map<DamageKind, Map<DamageVerdict, Integer>> counts = new EnumMap<>(DamageKind.class);

	private final Map<Integer, String> violations = new TreeMap<>();

	private final Map<DamageKind, Map<String, DamageKind.Target>> targets = new EnumMap<>(DamageKind.class);

	private final List<DamageKind> order = new ArrayList<>();

	private final AtomicInteger hanging = new AtomicInteger();

	private DamageSuite(Options options) throws IOException {
		this.options = options;
		this.directory = makeDirectory();
		for (int round = 0; round < maxWeight(); round++) {
			for (DamageKind kind : DamageKind.values()) {
				if (round < kind.weight()) {
					this.order.add(kind);
				}
			}
		}
	}

	// No power fails here, and a disk only makes it slow.
	private static Path makeDirectory() throws IOException {
		if (Files.isWritable(MEMORY) && Files.getFileStore(MEMORY).getUsableSpace() > NEEDED_MEMORY) {
			return Files.createTempDirectory(MEMORY, "eardrum-damages");
		}
		return Files.createTempDirectory("eardrum-damages");
	}

	public static void main(String[] arguments) throws Exception {
		Options options = Options.of(arguments);
		silenceLogs();
		endAfter(LIMIT_OF_BASES.plus(LIMIT_PER_DAMAGE.multipliedBy(options.damages()))
			.plus(LIMIT_PER_JAR.multipliedBy(options.jars())), options.seed());
		System.out.printf("damages: --seed %d%n", options.seed());
		DamageSuite suite = new DamageSuite(options);
		// Also when it is told to end, for it may be memory that it holds.
		Runtime.getRuntime().addShutdownHook(new Thread(suite::deleteDirectory, "deletes-stores"));
		System.exit(suite.run() ? 0 : 1);
	}

	private void deleteDirectory() {
		try {
			FileSystemUtils.deleteRecursively(this.directory);
		}
		catch (IOException ex) {
			System.out.println("damages: " + this.directory + " is not deleted: " + ex);
		}
	}

	/**
	 * Keeps what stores log to themselves: most of them are damaged.
	 */
	static void silenceLogs() {
		((LoggerContext) LoggerFactory.getILoggerFactory()).getLogger("ROOT").setLevel(Level.OFF);
	}

	private static void endAfter(Duration limit, long seed) {
		Thread watchdog = new Thread(() -> {
			long end = System.nanoTime() + limit.toNanos();
			while (System.nanoTime() < end) {
				LockSupport.parkNanos(TimeUnit.SECONDS.toNanos(1));
			}
			System.out.printf("damages: not done after %s; --seed %d%n", limit, seed);
			System.exit(2);
		}, "watchdog");
		watchdog.setDaemon(true);
		watchdog.start();
	}

	private static int maxWeight() {
		int max = 0;
		for (DamageKind kind : DamageKind.values()) {
			max = Math.max(max, kind.weight());
		}
		return max;
	}

	private boolean run() throws Exception {
		long start = System.nanoTime();
		List<StoreImage> images = makeImages();
		long made = System.nanoTime();
		for (DamageKind kind : DamageKind.values()) {
			List<DamageKind.Target> found = kind.targets(images);
			if (found.isEmpty()) {
				throw new IllegalStateException("there is nothing of which it can be said that " + kind.title());
			}
			Map<String, DamageKind.Target> labelled = new TreeMap<>();
			found.forEach((target) -> labelled.put(target.label(), target));
			this.targets.put(kind, labelled);
		}
		runTrials(images);
		long end = System.nanoTime();
		print(images, Duration.ofNanos(made - start), Duration.ofNanos(end - made));
		return this.violations.isEmpty();
	}

	private List<StoreImage> makeImages() throws Exception {
		Path folder = Files.createDirectory(this.directory.resolve("images"));
		long seed = this.options.seed();
		List<Callable<List<StoreImage>>> makers = new ArrayList<>();
		for (String fsync : List.of("always", "everysec", "never")) {
			makers.add(() -> new DamageBases(folder, fsync, fsync, seed).grown());
		}
		makers.add(() -> DamageBases.reallyKilled(folder, "process", "everysec", seed + 1));
		makers.add(() -> new DamageBases(folder, "young-closed", "always", seed + 2).youngClosed(3));
		makers.add(() -> new DamageBases(folder, "young-killed", "always", seed + 3).youngKilled(3, true));
		makers.add(() -> new DamageBases(folder, "just-killed", "everysec", seed + 4).youngKilled(3, false));
		makers.add(() -> new DamageBases(folder, "empty-closed", "always", seed + 5).youngClosed(0));
		makers.add(() -> new DamageBases(folder, "empty-killed", "always", seed + 6).youngKilled(0, true));
		ExecutorService executor = Executors.newFixedThreadPool(makers.size());
		try {
			List<StoreImage> images = new ArrayList<>();
			for (Future<List<StoreImage>> made : executor.invokeAll(makers)) {
				images.addAll(made.get());
			}
			return images;
		}
		finally {
			executor.shutdown();
		}
	}

	private void runTrials(List<StoreImage> images) throws Exception {
		Queue<Integer> inProcess = new ConcurrentLinkedQueue<>();
		Queue<Integer> byServer = new ConcurrentLinkedQueue<>();
		int damages = this.options.damages();
		for (int number = 1; number <= damages + this.options.jars(); number++) {
			if (this.options.only() == 0 || this.options.only() == number) {
				((number <= damages) ? inProcess : byServer).add(number);
			}
		}
		Path folder = Files.createDirectory(this.directory.resolve("trials"));
		List<Callable<Boolean>> workers = new ArrayList<>();
		DamageTrial server = new DamageTrial(new ServerOpener(this.options.server()), folder, images);
		workers.add(() -> runAll(server, byServer));
		DamageTrial trial = new DamageTrial(new RepositoryOpener(), folder, images);
		for (StoreImage image : images) {
			String problem = trial.whatIsWrongWith(image);
			if (problem != null) {
				this.violations.put(-this.violations.size(), image.name() + ", undamaged: " + problem);
			}
		}
		for (int i = 0; i < WORKERS; i++) {
			workers.add(() -> runAll(trial, inProcess));
		}
		ExecutorService executor = Executors.newFixedThreadPool(workers.size());
		try {
			for (Future<Boolean> future : executor.invokeAll(workers)) {
				future.get();
			}
		}
		finally {
			executor.shutdown();
		}
	}

	private boolean runAll(DamageTrial trial, Queue<Integer> numbers) throws IOException {
		Integer number = numbers.poll();
		while (number != null && this.hanging.get() < MAX_HANGING) {
			run(trial, number);
			number = numbers.poll();
		}
		return true;
	}

	private void run(DamageTrial trial, int number) throws IOException {
		boolean byServer = number > this.options.damages();
		// So few are opened by a server that they would always be of the same kinds.
		int turn = byServer ? new SplittableRandom(this.options.seed() + number).nextInt(this.order.size())
				: number - 1;
		DamageKind kind = this.order.get(turn % this.order.size());
		DamageKind.Target target = target(kind, number);
		long seed = (this.options.seed() * 31 + number) * PRIME;
		DamageTrial.Plan plan = kind.plan(number, seed, target);
		DamageTrial.Outcome outcome = trial.run(plan);
		if (outcome.verdict() == DamageVerdict.HANGS) {
			this.hanging.incrementAndGet();
		}
		synchronized (this) {
			this.counts.computeIfAbsent(kind, (unused) -> new EnumMap<>(DamageVerdict.class))
				.merge(outcome.verdict(), 1, Integer::sum);
			String line = "number " + number + (byServer ? " (server)" : "") + ", " + outcome.verdict() + ": "
					+ target.base().name() + ", " + kind.title() + ": " + outcome.message();
			if (outcome.verdict().isViolation(this.options.named())) {
				this.violations.put(number, line);
				Path keep = this.options.keep();
				if (keep != null) {
					trial.keep(plan, keep);
				}
			}
			if (this.options.only() != 0) {
				System.out.println(line);
			}
		}
	}

	// The target whose label, number and seed give the smallest of numbers that look
	// random: a file more or less in one run hardly ever makes it another one.
	private DamageKind.Target target(DamageKind kind, int number) {
		DamageKind.@Nullable Target chosen = null;
		long smallest = Long.MAX_VALUE;
		for (Map.Entry<String, DamageKind.Target> target : this.targets.getOrDefault(kind, Map.of()).entrySet()) {
			long hash = new SplittableRandom(target.getKey().hashCode() + (this.options.seed() + number) * PRIME)
				.nextLong();
			if (chosen == null || hash < smallest) {
				smallest = hash;
				chosen = target.getValue();
			}
		}
		return Objects.requireNonNull(chosen);
	}

	private void print(List<StoreImage> images, Duration making, Duration damaging) {
		System.out.printf("%d images of stores, made in %.1f s:%n", images.size(), making.toMillis() / 1000.0);
		for (StoreImage image : images) {
			System.out.printf("  %-22s %3d puts, %3d of them to be kept%n", image.name(), image.made(), image.kept());
		}
		List<DamageVerdict> verdicts = new ArrayList<>();
		for (DamageVerdict verdict : DamageVerdict.values()) {
			if (count(verdict) > 0) {
				verdicts.add(verdict);
			}
		}
		StringBuilder table = new StringBuilder(String.format("%-34s", ""));
		verdicts.forEach((verdict) -> table.append(String.format("  %s", title(verdict))));
		for (DamageKind kind : DamageKind.values()) {
			table.append(String.format("%n%-34s", kind.title()));
			for (DamageVerdict verdict : verdicts) {
				table.append(cell(verdict, this.counts.getOrDefault(kind, Map.of()).getOrDefault(verdict, 0)));
			}
		}
		table.append(String.format("%n%-34s", "all"));
		verdicts.forEach((verdict) -> table.append(cell(verdict, count(verdict))));
		System.out.println(table);
		this.violations.values().stream().limit(this.options.shown()).forEach(System.out::println);
		if (this.violations.size() > this.options.shown()) {
			System.out.printf("and %d more%n", this.violations.size() - this.options.shown());
		}
		if (this.hanging.get() >= MAX_HANGING) {
			System.out.printf("ended early, for %d starts hang%n", this.hanging.get());
		}
		System.out.printf("damages: %d, in %.1f s; %s; --damages %d --jar %d --seed %d%s%n",
				this.counts.values().stream().flatMap((one) -> one.values().stream()).mapToInt((count) -> count).sum(),
				damaging.toMillis() / 1000.0,
				this.violations.isEmpty() ? "all as they must be" : this.violations.size() + " VIOLATIONS",
				this.options.damages(), this.options.jars(), this.options.seed(),
				this.violations.isEmpty() ? "" : " --only <number> repeats one");
	}

	private int count(DamageVerdict verdict) {
		return this.counts.values().stream().mapToInt((one) -> one.getOrDefault(verdict, 0)).sum();
	}

	private static String title(DamageVerdict verdict) {
		return verdict.name().toLowerCase(Locale.ROOT).replace('_', '-');
	}

	private static String cell(DamageVerdict verdict, int count) {
		return String.format("  %" + title(verdict).length() + "s", (count > 0) ? String.valueOf(count) : ".");
	}

	/**
	 * What is asked for.
	 *
	 * @param damages how many damages are opened in this process
	 * @param jars how many are opened by a real server
	 * @param server its jar
	 * @param seed what decides what is random
	 * @param only the number of the only one, or 0
	 * @param named whether what is said must name the file
	 * @param shown how many violations are printed
	 * @param keep where to keep the stores of violations
	 */
	private record Options(int damages, int jars, Path server, long seed, int only, boolean named, int shown,
			@Nullable Path keep) {

		private static Options of(String[] arguments) {
			Map<String, String> values = new HashMap<>(Map.of("--damages", "500", "--jar", "0", "--server",
					"target/eardrum.jar", "--seed", String.valueOf(System.nanoTime()), "--only", "0", "--unnamed",
					"fail", "--shown", "100", "--keep", ""));
			for (int i = 0; i < arguments.length; i += 2) {
				if (!values.containsKey(arguments[i]) || i + 1 == arguments.length) {
					throw new IllegalArgumentException("unknown option, or one without a value: " + arguments[i]);
				}
				values.put(arguments[i], arguments[i + 1]);
			}
			String keep = value(values, "--keep");
			return new Options(Integer.parseInt(value(values, "--damages")), Integer.parseInt(value(values, "--jar")),
					Path.of(value(values, "--server")), Long.parseLong(value(values, "--seed")),
					Integer.parseInt(value(values, "--only")), !value(values, "--unnamed").equals("count"),
					Integer.parseInt(value(values, "--shown")), keep.isEmpty() ? null : Path.of(keep));
		}

		private static String value(Map<String, String> values, String name) {
			return Objects.requireNonNull(values.get(name));
		}

	}

}
