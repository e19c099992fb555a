package io.eardrum.suite.damage;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableSet;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

import io.eardrum.storage.embedded.DamagedStore;

/**
 * Makes a store with many files and takes images of it over its life: closed, backed up,
 * killed. For one thread.
 */
public final class DamageBases {

	/**
	 * What was acknowledged so long before a kill must never be missing without a word.
	 */
	private static final long FORGETTABLE_NANOS = TimeUnit.SECONDS.toNanos(2);

	/**
	 * How long puts are left alone until they count as old: longer, for on a busy machine
	 * the store is late, too.
	 */
	private static final long PAUSE_NANOS = TimeUnit.SECONDS.toNanos(3);

	private static final int CHILD_HEAP_MEGABYTES = 96;

	private final Path store;

	private final Path images;

	private final String name;

	private final String fsync;

	private final PutHistory history;

	private final List<StoreImage> taken = new ArrayList<>();

	/** When each put was acknowledged. */
	private final List<Long> acknowledged = new ArrayList<>();

	/** How long the file of the log was that was written to last, after each put. */
	private final List<Long> logBytes = new ArrayList<>();

	private final List<String> logs = new ArrayList<>();

	private final List<long[]> checkpoints = new ArrayList<>();

	/**
	 * Begins a store.
	 * @param folder where its directory and those of its images are made
	 * @param name what it is called, other than any other store
	 * @param fsync its policy
	 * @param seed what decides its points
	 */
	DamageBases(Path folder, String name, String fsync, long seed) {
		this.store = folder.resolve(name + ".store");
		this.images = folder;
		this.name = name;
		this.fsync = fsync;
		this.history = new PutHistory(name, seed);
	}

	/**
	 * Makes a store that has lived for a while: two lives, several checkpoints, a backup.
	 * @return its images, the oldest first
	 * @throws IOException if that fails
	 */
	List<StoreImage> grown() throws IOException {
		liveOnce();
		try (DamagedStore open = open()) {
			growToKill(open);
			put(open, 10);
			checkpoint(open);
			put(open, 15);
		}
		closed();
		StoreFiles.deleteFiles(this.store);
		return this.taken;
	}

	/**
	 * Makes a store with few points, closed.
	 * @param puts how many
	 * @return its image
	 * @throws IOException if that fails
	 */
	List<StoreImage> youngClosed(int puts) throws IOException {
		try (DamagedStore open = open()) {
			put(open, puts);
		}
		closed();
		StoreFiles.deleteFiles(this.store);
		return this.taken;
	}

	/**
	 * Makes a store with few points, killed.
	 * @param puts how many
	 * @param old whether they are so old that they have to be kept
	 * @return its image
	 * @throws IOException if that fails
	 */
	List<StoreImage> youngKilled(int puts, boolean old) throws IOException {
		try (DamagedStore open = open()) {
			put(open, puts);
			if (old) {
				LockSupport.parkNanos(PAUSE_NANOS);
			}
			killed(open, StoreImage.State.KILLED);
		}
		StoreFiles.deleteFiles(this.store);
		return this.taken;
	}

	/**
	 * Has another process make a store that has lived for a while, and kills it.
	 * @param folder where the directories are made
	 * @param name what it is called
	 * @param fsync its policy
	 * @param seed what decides its points
	 * @return its images, the oldest first
	 * @throws IOException if that fails
	 */
	static List<StoreImage> reallyKilled(Path folder, String name, String fsync, long seed) throws IOException {
		Path output = folder.resolve(name + ".output");
		Process process = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
				"-XX:TieredStopAtLevel=1", "-Xshare:auto", "-Xmx" + CHILD_HEAP_MEGABYTES + "m", "-cp",
				System.getProperty("java.class.path"), DamageBases.class.getName(), folder.toString(), name, fsync,
				String.valueOf(seed))
			.redirectError(output.toFile())
			.start();
		DamageBases bases = new DamageBases(folder, name, fsync, seed);
		try (BufferedReader reader = new BufferedReader(
				new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
			String line = reader.readLine();
			while (line != null && !line.equals("ready")) {
				String[] words = line.split(" ", -1);
				bases.taken.add(new StoreImage(words[0], folder.resolve(words[1]), fsync, bases.history,
						Integer.parseInt(words[2]), Integer.parseInt(words[3]), StoreImage.State.valueOf(words[4]),
						words[5].isEmpty() ? null : words[5], Long.parseLong(words[6])));
				line = reader.readLine();
			}
			if (line == null) {
				throw new IOException("the process that makes a store ended: " + Files.readString(output));
			}
		}
		finally {
			process.destroyForcibly().onExit().join();
		}
		// The directory itself, as the kill has left it, in the place of the image that
		// was taken just before.
		StoreImage last = bases.taken.remove(bases.taken.size() - 1);
		StoreFiles.deleteFiles(last.directory());
		StoreFiles.copy(bases.store, last.directory());
		StoreFiles.deleteFiles(bases.store);
		// The kill may have come after one more sync.
		long synced = Files.size(last.directory().resolve(Objects.requireNonNull(last.lastLog())));
		bases.add(new StoreImage(last.name(), last.directory(), fsync, bases.history, last.kept(), last.made(),
				last.state(), last.lastLog(), synced));
		return bases.taken;
	}

	/**
	 * The process that is killed: makes a store, says what there is, and waits.
	 * @param arguments as those of {@link #reallyKilled}
	 * @throws IOException if it can't be made
	 */
	@SuppressWarnings("try") // The store is never closed.
	public static void main(String[] arguments) throws IOException {
		DamageSuite.silenceLogs();
		DamageBases bases = new DamageBases(Path.of(arguments[0]), arguments[1], arguments[2],
				Long.parseLong(arguments[3]));
		bases.liveOnce();
		try (DamagedStore open = bases.open()) {
			bases.growToKill(open);
			StringBuilder lines = new StringBuilder();
			for (StoreImage image : bases.taken) {
				lines
					.append(String.join(" ", image.name(), String.valueOf(image.directory().getFileName()),
							String.valueOf(image.kept()), String.valueOf(image.made()), image.state().name(),
							(image.lastLog() != null) ? image.lastLog() : "", String.valueOf(image.synced())))
					.append('\n');
			}
			System.out.print(lines.append("ready\n"));
			System.out.flush();
			// Ends when its parent does, if it is not killed.
			while (System.in.read() >= 0) {
				Thread.onSpinWait();
			}
			Runtime.getRuntime().halt(1);
		}
	}

	// All of the second life that comes before the kill.
	private void growToKill(DamagedStore second) throws IOException {
		put(second, 40);
		checkpoint(second);
		put(second, 25);
		Path backup = this.images.resolve(this.name + ".2-backup");
		second.repository().backup(backup);
		add(new StoreImage(this.name + "/2-backup", backup, this.fsync, this.history, made(), made(),
				StoreImage.State.BACKUP, null, 0));
		put(second, 20);
		killed(second, StoreImage.State.EARLIER);
		put(second, 40);
		checkpoint(second);
		put(second, 30);
		LockSupport.parkNanos(PAUSE_NANOS);
		put(second, 20);
		killed(second, StoreImage.State.KILLED);
	}

	private DamagedStore open() {
		return new DamagedStore(this.store, this.fsync, false);
	}

	// An earlier life, of which the store has files.
	private void liveOnce() throws IOException {
		try (DamagedStore open = open()) {
			put(open, 30);
			checkpoint(open);
			put(open, 20);
		}
		closed();
	}

	private void put(DamagedStore open, int puts) throws IOException {
		for (int i = 0; i < puts; i++) {
			open.repository().put(this.history.batch(made()));
			this.acknowledged.add(System.nanoTime());
			String log = lastLog();
			this.logs.add(log);
			this.logBytes.add(Files.size(this.store.resolve(log)));
		}
	}

	private void checkpoint(DamagedStore open) {
		int puts = made();
		open.checkpoint();
		this.checkpoints.add(new long[] { System.nanoTime(), puts });
	}

	private int made() {
		return this.acknowledged.size();
	}

	private void closed() throws IOException {
		// Nothing of an earlier life is less safe than what was closed.
		this.checkpoints.add(new long[] { System.nanoTime(), made() });
		int number = this.taken.size() + 1;
		Path image = this.images.resolve(this.name + "." + number + "-closed");
		Files.createDirectories(image);
		for (String name : StoreFiles.names(this.store)) {
			Files.copy(this.store.resolve(name), image.resolve(name));
		}
		add(new StoreImage(this.name + "/" + number + "-closed", image, this.fsync, this.history, made(), made(),
				StoreImage.State.CLOSED, null, 0));
	}

	private void killed(DamagedStore open, StoreImage.State state) throws IOException {
		int number = this.taken.size() + 1;
		Path image = this.images.resolve(this.name + "." + number + "-killed");
		long limit = System.nanoTime() - FORGETTABLE_NANOS;
		StoreFiles.copyRunning(this.store, image);
		int kept = 0;
		if (this.fsync.equals("never")) {
			for (long[] checkpoint : this.checkpoints) {
				kept = (checkpoint[0] <= limit) ? (int) checkpoint[1] : kept;
			}
		}
		else {
			while (kept < made() && this.acknowledged.get(kept) <= limit) {
				kept++;
			}
		}
		String log = lastLog();
		long synced = Math.max(open.syncedBytes(this.store.resolve(log)),
				(kept > 0 && this.logs.get(kept - 1).equals(log)) ? this.logBytes.get(kept - 1) : 0);
		add(new StoreImage(this.name + "/" + number + "-" + ((state == StoreImage.State.KILLED) ? "killed" : "earlier"),
				image, this.fsync, this.history, kept, made(), state, log,
				Math.min(synced, Files.size(image.resolve(log)))));
	}

	private void add(StoreImage image) {
		this.taken.add(image);
	}

	private String lastLog() throws IOException {
		NavigableSet<String> names = StoreFiles.names(this.store);
		names.removeIf((name) -> !name.endsWith(".log"));
		return names.last();
	}

}
