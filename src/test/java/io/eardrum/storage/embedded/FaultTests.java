package io.eardrum.storage.embedded;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Clock;
import java.util.List;
import java.util.NavigableMap;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Stream;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import io.eardrum.fixture.TestSeed;
import io.eardrum.metric.PointBatch;
import io.eardrum.metric.SeriesKey;
import io.eardrum.metric.TimeRange;
import io.eardrum.storage.StorageException;
import io.eardrum.storage.embedded.directory.StoreOpenException;
import io.eardrum.storage.embedded.recovery.StoreOpener;
import io.eardrum.storage.embedded.rocksdb.EncodedWriteBatch;
import io.eardrum.storage.embedded.rocksdb.StoreMetadata;
import io.eardrum.storage.embedded.settings.EmbeddedStorageSettings;
import io.eardrum.storage.embedded.settings.Fsync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatNoException;

/**
 * What {@link RocksDbMetricRepository} does when the disk doesn't do its part.
 */
@Timeout(value = 120, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class FaultTests {

	private static final SeriesKey KEY = SeriesKey.of("a");

	@TempDir
	Path directory;

	@Test
	void logCutAnywhereKeepsWhatIsBeforeTheCut() throws Exception {
		long seed = TestSeed.value();
		Random random = new Random(seed);
		Path store = this.directory.resolve("store");
		Path image = this.directory.resolve("image");
		long[] logSizes = new long[200];
		// Nothing is known to be safe then, so nothing that lacks is missed.
		try (RocksDbMetricRepository repository = open(settings(store).withFsync(Fsync.NEVER))) {
			for (int i = 0; i < logSizes.length; i++) {
				put(repository, i, 1 + random.nextInt(30));
				logSizes[i] = Files.size(onlyFile(store, ".log"));
			}
			copy(store, image);
		}
		for (int round = 0; round < 15; round++) {
			Path cut = this.directory.resolve("cut" + round);
			copy(image, cut);
			Path log = onlyFile(cut, ".log");
			long start = logSizes[0];
			long length = start + (long) (random.nextDouble() * (logSizes[logSizes.length - 1] - start));
			truncate(log, length);
			int expected = 0;
			while (expected < logSizes.length && logSizes[expected] <= length) {
				expected++;
			}
			try (RocksDbMetricRepository repository = open(settings(cut))) {
				NavigableMap<Long, Double> points = read(repository);
				// Batch number i begins at 1000 i and is there as a whole or not at all.
				assertThat(points.lastKey() / 1000 + 1).as("-Deardrum.test.seed=" + seed).isEqualTo(expected);
				assertThat(repository.statistics().uncleanStarts()).isEqualTo(1);
			}
		}
	}

	@Test
	void damageWithinTheLogStopsTheStart() throws Exception {
		Path store = this.directory.resolve("store");
		Path image = this.directory.resolve("image");
		try (RocksDbMetricRepository repository = open(settings(store))) {
			for (int i = 0; i < 100; i++) {
				put(repository, i, 20);
			}
			copy(store, image);
		}
		Path log = onlyFile(image, ".log");
		flip(log, Files.size(log) / 2);
		assertThatExceptionOfType(StoreOpenException.class).isThrownBy(() -> open(settings(image)))
			.withMessageContaining(log.toString())
			.withMessageContaining("damaged")
			.satisfies((ex) -> assertThat(ex.action()).contains("backup"));
	}

	@Test
	void missingLogOfAStoreThatWasNotClosedStopsTheStart() throws Exception {
		Path store = this.directory.resolve("store");
		Path image = this.directory.resolve("image");
		try (RocksDbMetricRepository repository = open(settings(store))) {
			put(repository, 0, 20);
			copy(store, image);
		}
		Path log = onlyFile(image, ".log");
		Files.delete(log);
		assertThatExceptionOfType(StoreOpenException.class).isThrownBy(() -> open(settings(image)))
			.withMessageContaining(log + " is missing")
			.satisfies((ex) -> assertThat(ex.action()).contains("backup"));
	}

	@Test
	void missingLogOfAStoreThatWasClosedStopsTheStart() throws Exception {
		Path store = this.directory.resolve("store");
		try (RocksDbMetricRepository repository = open(settings(store))) {
			put(repository, 0, 20);
		}
		Path log = onlyFile(store, ".log");
		Files.delete(log);
		assertThatExceptionOfType(StoreOpenException.class).isThrownBy(() -> open(settings(store)))
			.withMessageContaining(log + " is missing")
			.satisfies((ex) -> assertThat(ex.action()).contains("backup"));
	}

	@Test
	void cutLogOfAStoreThatWasClosedStopsEveryStart() throws Exception {
		Path store = this.directory.resolve("store");
		try (RocksDbMetricRepository repository = open(settings(store))) {
			put(repository, 0, 20);
			put(repository, 1, 20);
		}
		Path log = onlyFile(store, ".log");
		truncate(log, Files.size(log) - 1);
		for (int attempt = 0; attempt < 2; attempt++) {
			assertThatExceptionOfType(StoreOpenException.class).isThrownBy(() -> open(settings(store)))
				.withMessageContaining(log + " is cut");
		}
	}

	@Test
	void ledgerOfAnEarlierClosingIsNamed() throws Exception {
		Path store = this.directory.resolve("store");
		try (RocksDbMetricRepository repository = open(settings(store))) {
			put(repository, 0, 20);
		}
		Path note = store.resolve("eardrum.closed");
		byte[] earlier = Files.readAllBytes(note);
		try (RocksDbMetricRepository repository = open(settings(store))) {
			assertThat(note).doesNotExist();
			put(repository, 1, 20);
		}
		Files.write(note, earlier);
		assertThatExceptionOfType(StoreOpenException.class).isThrownBy(() -> open(settings(store)))
			.withMessageContaining(note + " is older than the store");
		Files.delete(note);
		try (RocksDbMetricRepository repository = open(settings(store))) {
			assertThat(read(repository)).hasSize(40);
		}
	}

	@Test
	void closingNoteThatIsNoNumberIsNamed() throws Exception {
		Path store = this.directory.resolve("store");
		open(settings(store)).close();
		Files.writeString(store.resolve("eardrum.closed"), "");
		assertThatExceptionOfType(StoreOpenException.class).isThrownBy(() -> open(settings(store)))
			.withMessageContaining("eardrum.closed");
	}

	@Test
	void damagedChunkIsAnErrorAndNotALoss() throws Exception {
		Path store = this.directory.resolve("store");
		try (RocksDbMetricRepository repository = open(settings(store))) {
			for (int i = 0; i < 100; i++) {
				put(repository, i, 500);
			}
			repository.checkpoint();
			// A backup writes everything from RocksDB's memory to files.
			repository.backup(this.directory.resolve("image"));
		}
		Path image = this.directory.resolve("image");
		Path chunks = largest(image, ".sst");
		flip(chunks, Files.size(chunks) / 3);
		try (RocksDbMetricRepository repository = open(settings(image))) {
			assertThatExceptionOfType(StorageException.class).isThrownBy(() -> read(repository))
				.withMessageContaining(String.valueOf(chunks.getFileName()));
		}
	}

	@Test
	@SuppressWarnings("try") // Closed before its disk goes.
	void fullDiskRefusesPutsUntilThereIsSpaceAgain() throws Exception {
		Path mount = Files.createDirectory(this.directory.resolve("small"));
		Assumptions.assumeTrue(run("mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", mount.toString()),
				"only root can mount a small disk");
		try {
			Path filler = mount.resolve("filler");
			EmbeddedStorageSettings settings = settings(mount.resolve("store"));
			int points;
			try (RocksDbMetricRepository repository = open(settings)) {
				put(repository, 0, 10);
				Files.write(filler, new byte[16 << 20]);
				int[] next = { 1 };
				assertThatExceptionOfType(StorageException.class).isThrownBy(() -> {
					while (next[0] < 10_000) {
						put(repository, next[0], 900);
						next[0]++;
					}
				});
				assertThat(repository.status().writable()).isFalse();
				assertThat(repository.status().problem()).contains("No space");
				assertThat(read(repository)).hasSize(10 + (next[0] - 1) * 900);
				// A little space would let the store be closed but not be opened again.
				try (RandomAccessFile file = new RandomAccessFile(filler.toFile(), "rw")) {
					file.setLength(14 << 20);
				}
				Awaitility.await()
					.during(3, TimeUnit.SECONDS)
					.atMost(20, TimeUnit.SECONDS)
					.until(() -> !repository.status().writable()
							&& read(repository).size() == 10 + (next[0] - 1) * 900);
				Files.delete(filler);
				Awaitility.await().atMost(20, TimeUnit.SECONDS).until(() -> repository.status().writable());
				put(repository, next[0], 900);
				assertThat(read(repository)).hasSize(10 + next[0] * 900);
				points = 10 + next[0] * 900;
			}
			try (RocksDbMetricRepository reopened = open(settings)) {
				assertThat(read(reopened)).hasSize(points);
			}
		}
		finally {
			run("umount", mount.toString());
		}
	}

	@Test
	void littleFreeSpaceRefusesPutsAndSaysWhy() throws Exception {
		Path store = this.directory.resolve("store");
		try (RocksDbMetricRepository repository = open(settings(store).withMinFreeBytes(Long.MAX_VALUE / 4))) {
			assertThatExceptionOfType(StorageException.class).isThrownBy(() -> put(repository, 0, 1))
				.withMessageContaining("eardrum.storage.min-free-space");
			assertThat(repository.status().writable()).isFalse();
			assertThatNoException().isThrownBy(() -> read(repository));
		}
	}

	@Test
	void secondServerIsToldThatTheStoreIsInUse() {
		Path store = this.directory.resolve("store");
		try (RocksDbMetricRepository repository = open(settings(store))) {
			assertThat(repository.status().writable()).isTrue();
			assertThatExceptionOfType(StoreOpenException.class).isThrownBy(() -> open(settings(store)))
				.withMessageContaining("in use by another Eardrum")
				.satisfies((ex) -> assertThat(ex.action()).contains("eardrum.storage.path"));
		}
	}

	@Test
	void directoryThatCannotBeMadeIsNamed() throws Exception {
		Path file = Files.createFile(this.directory.resolve("file"));
		assertThatExceptionOfType(StoreOpenException.class).isThrownBy(() -> open(settings(file.resolve("store"))))
			.withMessageContaining(file.toString())
			.satisfies((ex) -> assertThat(ex.action()).contains("eardrum.storage.path"));
	}

	@Test
	void readOnlyDirectoryIsNamed() throws Exception {
		Path mount = Files.createDirectory(this.directory.resolve("sealed"));
		Assumptions.assumeTrue(run("mount", "-t", "tmpfs", "-o", "size=4m,ro", "tmpfs", mount.toString()),
				"only root can mount a disk");
		try {
			assertThatExceptionOfType(StoreOpenException.class).isThrownBy(() -> open(settings(mount.resolve("store"))))
				.withMessageContaining(mount.toString());
		}
		finally {
			run("umount", mount.toString());
		}
	}

	@Test
	void newerFormatIsRefused() {
		Path store = this.directory.resolve("store");
		open(settings(store)).close();
		try (StoreOpener opened = new StoreOpener(settings(store))) {
			opened.accept();
			EncodedWriteBatch batch = new EncodedWriteBatch(64);
			StoreMetadata.FORMAT.write(StoreMetadata.CURRENT_FORMAT + 1, batch);
			opened.database().write(batch, true);
		}
		assertThatExceptionOfType(StoreOpenException.class).isThrownBy(() -> open(settings(store)))
			.withMessageContaining("newer");
	}

	@Test
	void closedStoreSaysSo() {
		RocksDbMetricRepository repository = open(settings(this.directory.resolve("store")));
		repository.close();
		assertThatExceptionOfType(StorageException.class).isThrownBy(() -> put(repository, 0, 1));
		assertThatExceptionOfType(StorageException.class).isThrownBy(() -> read(repository));
		assertThat(repository.status().writable()).isFalse();
		assertThatNoException().isThrownBy(repository::statistics);
		repository.close();
	}

	private static EmbeddedStorageSettings settings(Path path) {
		return EmbeddedStorageSettings.of(path);
	}

	private static RocksDbMetricRepository open(EmbeddedStorageSettings settings) {
		return new RocksDbMetricRepository(settings, Clock.systemUTC());
	}

	private static void put(RocksDbMetricRepository repository, int number, int points) {
		PointBatch batch = new PointBatch();
		for (int i = 0; i < points; i++) {
			batch.add(KEY, number * 1000L + i, Math.sqrt(number + i));
		}
		repository.put(batch);
	}

	private static NavigableMap<Long, Double> read(RocksDbMetricRepository repository) throws IOException {
		NavigableMap<Long, Double> points = new TreeMap<>();
		repository.read(KEY, TimeRange.ALL, (key, timestamps, values, from, to) -> {
			for (int i = from; i < to; i++) {
				points.put(timestamps[i], values[i]);
			}
		});
		return points;
	}

	private static void copy(Path source, Path target) throws IOException {
		Files.createDirectories(target);
		try (Stream<Path> files = Files.list(source)) {
			for (Path file : files.filter(Files::isRegularFile).toList()) {
				Files.copy(file, target.resolve(file.getFileName()), StandardCopyOption.REPLACE_EXISTING);
			}
		}
	}

	private static Path onlyFile(Path store, String suffix) throws IOException {
		List<Path> found = files(store, (name) -> name.endsWith(suffix));
		assertThat(found).hasSize(1);
		return found.get(0);
	}

	private static Path largest(Path store, String suffix) throws IOException {
		Path largest = store;
		long size = 0;
		for (Path file : files(store, (name) -> name.endsWith(suffix))) {
			if (Files.size(file) > size) {
				size = Files.size(file);
				largest = file;
			}
		}
		return largest;
	}

	private static List<Path> files(Path store, Predicate<String> accepted) throws IOException {
		try (Stream<Path> files = Files.list(store)) {
			return files.filter((file) -> accepted.test(String.valueOf(file.getFileName()))).toList();
		}
	}

	private static void truncate(Path file, long length) throws IOException {
		try (RandomAccessFile opened = new RandomAccessFile(file.toFile(), "rw")) {
			opened.setLength(length);
		}
	}

	private static void flip(Path file, long position) throws IOException {
		try (RandomAccessFile opened = new RandomAccessFile(file.toFile(), "rw")) {
			opened.seek(position);
			int old = opened.read();
			opened.seek(position);
			opened.write(old ^ 0x10);
		}
	}

	private static boolean run(String... command) throws Exception {
		try {
			return new ProcessBuilder(command).redirectErrorStream(true)
				.redirectOutput(ProcessBuilder.Redirect.DISCARD)
				.start()
				.waitFor() == 0;
		}
		catch (IOException ex) {
			return false;
		}
	}

}
