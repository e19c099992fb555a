package io.eardrum.storage.embedded;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Stream;
import java.util.zip.CRC32C;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.util.DigestUtils;
import org.springframework.util.FileSystemUtils;

import io.eardrum.metric.PointBatch;
import io.eardrum.metric.SeriesKey;
import io.eardrum.metric.TimeRange;
import io.eardrum.storage.StorageException;
import io.eardrum.storage.embedded.directory.RecoverMode;
import io.eardrum.storage.embedded.directory.StoreOpenException;
import io.eardrum.storage.embedded.recovery.StoreOpener;
import io.eardrum.storage.embedded.settings.EmbeddedStorageSettings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * What a start makes of a directory that is not a whole store: it is refused, again and
 * again, and nothing in it is changed.
 */
@Timeout(value = 120, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class StoreStartTests {

	private static final int POINTS = 500;

	@TempDir
	Path directory;

	enum Left {

		CLOSED, KILLED, BACKUP

	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			CURRENT                    | CURRENT
			CURRENT, *.log             | CURRENT
			*.log                      | .log
			MANIFEST-*                 | MANIFEST
			*.sst                      | .sst
			CURRENT, MANIFEST-*, *.log | CURRENT
			eardrum.store              | eardrum.store
			""")
	void startWithoutAFileIsRefusedAgainAndAgainAndChangesNothing(String missing, String named) throws Exception {
		for (Left left : Left.values()) {
			Path store = make(left);
			Path aside = Files.createDirectory(this.directory.resolve("aside" + left));
			for (String glob : List.of(missing.split(", ", -1))) {
				for (Path file : files(store, globOf(glob))) {
					Files.move(file, aside.resolve(file.getFileName()));
				}
			}
			Map<String, String> before = listing(store);
			for (int attempt = 0; attempt < 2; attempt++) {
				assertThatExceptionOfType(StoreOpenException.class).as("%s without %s", left, missing)
					.isThrownBy(() -> open(store))
					.withMessageContaining(store.toString())
					.withMessageContaining(named)
					.withMessageContaining("missing");
				assertThat(listing(store)).as("%s without %s", left, missing).isEqualTo(before);
			}
			for (Path file : files(aside, (name) -> true)) {
				Files.move(file, store.resolve(file.getFileName()));
			}
			assertThat(count(store)).as("%s with %s again", left, missing).isEqualTo(POINTS);
		}
	}

	@ParameterizedTest
	@EnumSource(Left.class)
	void cutManifestIsNamed(Left left) throws Exception {
		Path store = make(left);
		Path manifest = files(store, (name) -> name.startsWith("MANIFEST")).get(0);
		byte[] whole = Files.readAllBytes(manifest);
		truncate(manifest, whole.length - 20);
		Map<String, String> before = listing(store);
		assertThatExceptionOfType(StoreOpenException.class).isThrownBy(() -> open(store))
			.withMessageContaining(manifest + " is cut: it has " + (whole.length - 20));
		assertThat(listing(store)).isEqualTo(before);
		Files.write(manifest, whole);
		assertThat(count(store)).isEqualTo(POINTS);
	}

	@ParameterizedTest
	@EnumSource(Left.class)
	void copyThatEndedInTheManifestNamesWhatIsWrong(Left left) throws Exception {
		Path store = make(left);
		Path manifest = files(store, (name) -> name.startsWith("MANIFEST")).get(0);
		byte[] whole = Files.readAllBytes(manifest);
		List<String> wrong = new ArrayList<>(List.of(manifest.getFileName().toString()));
		for (Path file : files(store, (name) -> name.compareTo(wrong.get(0)) > 0)) {
			wrong.add(file.getFileName().toString());
			Files.delete(file);
		}
		// Of a file that ends with a record, nobody can tell that it had more of them.
		wrong.add("no single file is damaged, but some that belong to it are missing");
		for (int length = whole.length - 1; length >= 0; length--) {
			truncate(manifest, length);
			assertThatExceptionOfType(StoreOpenException.class).as("%s, %d bytes", left, length)
				.isThrownBy(() -> open(store))
				.satisfies((ex) -> assertThat(wrong).as(ex.getMessage())
					.anyMatch((name) -> String.valueOf(ex.getMessage()).contains(name)));
			Files.write(manifest, whole);
		}
	}

	@ParameterizedTest
	@EnumSource(Left.class)
	void damageThatOnlyRocksDbFindsChangesNothingEither(Left left) throws Exception {
		Path store = make(left);
		// Its end says where to find the rest.
		for (Path table : files(store, (name) -> name.endsWith(".sst"))) {
			flip(table, Files.size(table) - 3);
		}
		Map<String, String> before = listing(store);
		assertThatExceptionOfType(StorageException.class).isThrownBy(() -> open(store)).withMessageContaining(".sst");
		assertThat(listing(store)).isEqualTo(before);
	}

	@Test
	void filesOfTwoStoresAreNotTakenForOne() throws Exception {
		Path store = make(Left.KILLED);
		Path other = this.directory.resolve("other");
		try (RocksDbMetricRepository repository = open(other)) {
			put(repository, 0, 10);
		}
		Files.copy(other.resolve("eardrum.store"), store.resolve("eardrum.store"), StandardCopyOption.REPLACE_EXISTING);
		assertThatExceptionOfType(StoreOpenException.class).isThrownBy(() -> open(store))
			.withMessageContaining("eardrum.mark and eardrum.store belong to two different stores");
	}

	@Test
	void numberInTheStoreIsComparedToo() throws Exception {
		Path store = make(Left.KILLED);
		Path other = this.directory.resolve("other");
		try (RocksDbMetricRepository repository = open(other)) {
			put(repository, 0, 1);
			copy(other, this.directory.resolve("young"));
		}
		for (String name : List.of("eardrum.store", "eardrum.mark")) {
			Files.copy(this.directory.resolve("young").resolve(name), store.resolve(name),
					StandardCopyOption.REPLACE_EXISTING);
		}
		Map<String, String> before = listing(store);
		assertThatExceptionOfType(StoreOpenException.class).isThrownBy(() -> open(store))
			.withMessageContaining("eardrum.store belongs to another store than the other files");
		assertThat(listing(store)).isEqualTo(before);
	}

	@Test
	void storeWithoutAnyOfItsOwnFilesIsNotOneOfAnOlderVersion() throws Exception {
		Path store = make(Left.KILLED);
		for (Path file : files(store, (name) -> name.startsWith("eardrum."))) {
			Files.delete(file);
		}
		assertThatExceptionOfType(StoreOpenException.class).isThrownBy(() -> open(store))
			.withMessageContaining("eardrum.store is missing");
		EmbeddedStorageSettings accepting = EmbeddedStorageSettings.of(store).withRecover(RecoverMode.ACCEPT);
		new RocksDbMetricRepository(accepting, Clock.systemUTC()).close();
		assertThat(count(store)).isEqualTo(POINTS);
	}

	@Test
	void storeIsNotOpenedAnewWhereItIsNotAnyMore() throws Exception {
		Path store = this.directory.resolve("store");
		try (StoreOpener opened = new StoreOpener(EmbeddedStorageSettings.of(store))) {
			opened.accept();
			Files.move(store, this.directory.resolve("away"));
			assertThatExceptionOfType(StorageException.class).isThrownBy(opened::reopen)
				.withMessageContaining("is not the one that was opened");
			assertThat(opened.database().writes()).as("it is still open").isPositive();
		}
		assertThat(store).doesNotExist();
	}

	@Test
	void storeThatWasDamagedMeanwhileIsNotOpenedAnew() throws Exception {
		Path store = this.directory.resolve("store");
		try (StoreOpener opened = new StoreOpener(EmbeddedStorageSettings.of(store))) {
			opened.accept();
			byte[] current = Files.readAllBytes(store.resolve("CURRENT"));
			Files.delete(store.resolve("CURRENT"));
			assertThatExceptionOfType(StorageException.class).isThrownBy(opened::reopen)
				.withMessageContaining("can't be reopened");
			Files.write(store.resolve("CURRENT"), current);
			opened.reopen();
			assertThat(opened.database().writes()).isPositive();
		}
	}

	@Test
	void backupOverAnOldStoreIsRefused() throws Exception {
		Path store = make(Left.KILLED);
		Path backup = this.directory.resolve("backup");
		try (RocksDbMetricRepository repository = open(this.directory.resolve("source"))) {
			put(repository, 0, 10);
			repository.backup(backup);
		}
		copy(backup, store);
		assertThatExceptionOfType(StoreOpenException.class).isThrownBy(() -> open(store));
	}

	@Test
	void earlierBackupOverItsOwnStoreIsRefused() throws Exception {
		Path store = this.directory.resolve("store");
		Path backup = this.directory.resolve("backup");
		try (RocksDbMetricRepository repository = open(store)) {
			put(repository, 0, 10);
			repository.backup(backup);
			put(repository, 10, 10);
			repository.checkpoint();
		}
		copy(backup, store);
		assertThatExceptionOfType(StoreOpenException.class).isThrownBy(() -> open(store))
			.withMessageContaining("files of two copies are mixed");
	}

	@Test
	void storeIsMadeInAnEmptyDirectoryOnly() throws Exception {
		Path foreign = Files.createDirectory(this.directory.resolve("foreign"));
		Files.createFile(foreign.resolve("photo.jpg"));
		assertThatExceptionOfType(StoreOpenException.class).isThrownBy(() -> open(foreign))
			.withMessageContaining(foreign.resolve("photo.jpg").toString())
			.satisfies((ex) -> assertThat(ex.action()).contains("empty directory"));
		Path halfCopy = Files.createDirectory(this.directory.resolve("half"));
		Files.createFile(halfCopy.resolve(".000012.sst.XyZabc"));
		assertThatExceptionOfType(StoreOpenException.class).isThrownBy(() -> open(halfCopy));
		Path volume = Files.createDirectory(this.directory.resolve("volume"));
		Files.createDirectory(volume.resolve("lost+found"));
		Files.createDirectory(volume.resolve("backups"));
		Files.createFile(volume.resolve(".DS_Store"));
		Files.createFile(volume.resolve("eardrum.log"));
		open(volume).close();
	}

	@Test
	void whatAnInterruptedFirstStartLeavesNeedsNobody() throws Exception {
		// As killed after each of the files that a first start makes, in its order.
		Path made = this.directory.resolve("made");
		List<Path> steps = new ArrayList<>();
		EmbeddedStorageSettings settings = EmbeddedStorageSettings.of(made);
		try (StoreOpener store = new StoreOpener(settings)) {
			assertThat(store.database().writes()).isPositive();
			Path step = this.directory.resolve("step");
			copy(made, step);
			steps.add(step);
		}
		String identity = Files.readString(steps.get(0).resolve("eardrum.store"));
		assertThat(identity).contains("state made");
		Path creating = this.directory.resolve("creating");
		copy(steps.get(0), creating);
		rewriteIdentity(creating, "creating");
		List<Path> files = files(creating, (name) -> !name.startsWith("eardrum."));
		assertThat(files).hasSizeGreaterThan(3);
		for (Path missing : files) {
			Path attempt = this.directory.resolve("attempt" + missing.getFileName());
			copy(creating, attempt);
			Files.delete(attempt.resolve(missing.getFileName()));
			try (RocksDbMetricRepository repository = open(attempt)) {
				put(repository, 0, 5);
			}
			assertThat(count(attempt)).isEqualTo(5);
		}
		assertThat(count(creating)).isZero();
		assertThat(count(steps.get(0))).as("made, and then killed").isZero();
	}

	@Test
	void storeThatClaimsNeverToHaveBeenMadeIsNotRemoved() throws Exception {
		Path store = make(Left.KILLED);
		rewriteIdentity(store, "creating");
		Map<String, String> before = listing(store);
		assertThatExceptionOfType(StoreOpenException.class).isThrownBy(() -> open(store))
			.withMessageContaining("eardrum.store");
		assertThat(listing(store)).isEqualTo(before);
	}

	@ParameterizedTest
	@EnumSource(Left.class)
	void startThatBrokeOffIsUndone(Left left) throws Exception {
		Path store = make(left);
		Map<String, String> before = listing(store);
		Path image = this.directory.resolve("image");
		EmbeddedStorageSettings settings = EmbeddedStorageSettings.of(store);
		try (StoreOpener opened = new StoreOpener(settings)) {
			assertThat(opened.isReadOnly()).isFalse();
			// As if it were killed now: all that RocksDB did is there.
			copyWithLinks(store, image);
		}
		assertThat(listing(store)).as("an opener that is closed before it was accepted").isEqualTo(before);
		assertThat(image.resolve("eardrum.before")).isDirectory();
		assertThat(listing(image)).isNotEqualTo(before);
		assertThat(count(image)).isEqualTo(POINTS);
		assertThat(image.resolve("eardrum.before")).doesNotExist();
	}

	@Test
	void whateverLacksCanBeAcceptedOnce() throws Exception {
		Path store = make(Left.KILLED);
		Files.delete(store.resolve("eardrum.mark"));
		Path log = files(store, (name) -> name.endsWith(".log")).get(0);
		truncate(log, 0);
		assertThatExceptionOfType(StoreOpenException.class).isThrownBy(() -> open(store))
			.withMessageContaining("eardrum.mark is missing")
			.satisfies((ex) -> assertThat(ex.action()).contains("eardrum.storage.recover=accept"));
		EmbeddedStorageSettings accepting = EmbeddedStorageSettings.of(store).withRecover(RecoverMode.ACCEPT);
		long left;
		try (RocksDbMetricRepository repository = new RocksDbMetricRepository(accepting, Clock.systemUTC())) {
			left = read(repository).size();
			assertThat(left).isBetween(1L, POINTS - 1L);
		}
		assertThat(count(store)).isEqualTo(left);
	}

	@ParameterizedTest
	@CsvSource({ "moved, true", "removed, false", "replaced, false" })
	void directoryThatIsNotTheOneAnyMoreEndsThePuts(String how, boolean heals) throws Exception {
		Path store = this.directory.resolve("store");
		Path away = this.directory.resolve("away");
		int acknowledged = 0;
		try (RocksDbMetricRepository repository = open(store)) {
			put(repository, acknowledged++, 1);
			switch (how) {
				case "moved" -> Files.move(store, away);
				case "removed" -> FileSystemUtils.deleteRecursively(store);
				default -> {
					Files.move(store, away);
					copy(away, store);
				}
			}
			Awaitility.await().atMost(2, TimeUnit.SECONDS).until(() -> !repository.status().writable());
			assertThat(repository.status().problem()).contains(store.toString(), "is not the one that was opened");
			assertThatExceptionOfType(StorageException.class).isThrownBy(() -> put(repository, 1000, 1));
			assertThat(read(repository)).as("is still read").hasSize(acknowledged);
			Awaitility.await()
				.during(2500, TimeUnit.MILLISECONDS)
				.atMost(20, TimeUnit.SECONDS)
				.until(() -> !repository.status().writable() && (how.equals("replaced") || !Files.exists(store)));
			if (heals) {
				Files.move(away, store);
				Awaitility.await().atMost(20, TimeUnit.SECONDS).until(() -> repository.status().writable());
				put(repository, acknowledged++, 1);
			}
		}
		if (heals) {
			assertThat(count(store)).isEqualTo(acknowledged);
		}
		else if (how.equals("replaced")) {
			assertThat(count(away)).isEqualTo(acknowledged);
		}
	}

	@Test
	void diskMountedOverTheDirectoryEndsThePuts() throws Exception {
		Path store = this.directory.resolve("store");
		try (RocksDbMetricRepository repository = open(store)) {
			put(repository, 0, 1);
			Assumptions.assumeTrue(run("mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", store.toString()),
					"only root can mount a disk");
			try {
				Awaitility.await().atMost(2, TimeUnit.SECONDS).until(() -> !repository.status().writable());
				Awaitility.await().during(2, TimeUnit.SECONDS).until(() -> files(store, (name) -> true).isEmpty());
			}
			finally {
				run("umount", store.toString());
			}
			Awaitility.await().atMost(20, TimeUnit.SECONDS).until(() -> repository.status().writable());
			put(repository, 1, 1);
		}
		assertThat(count(store)).isEqualTo(2);
	}

	@Test
	@SuppressWarnings("try") // Closed before its disk goes.
	void fullDiskIsOpenedForReadingUntilThereIsRoom() throws Exception {
		Path mount = Files.createDirectory(this.directory.resolve("small"));
		Assumptions.assumeTrue(run("mount", "-t", "tmpfs", "-o", "size=16m", "tmpfs", mount.toString()),
				"only root can mount a small disk");
		try {
			Path store = mount.resolve("store");
			copy(make(Left.KILLED), store);
			Path filler = mount.resolve("filler");
			FileStore disk = Files.getFileStore(mount);
			Files.write(filler, new byte[(int) disk.getUsableSpace() - (64 << 10)]);
			Map<String, String> before = listing(store);
			try (RocksDbMetricRepository repository = open(store)) {
				assertThat(read(repository)).hasSize(POINTS);
				assertThat(repository.status().writable()).isFalse();
				assertThat(repository.status().problem()).contains("too full", store.toString());
				assertThatExceptionOfType(StorageException.class).isThrownBy(() -> put(repository, 1000, 1));
				assertThat(listing(store)).isEqualTo(before);
				Files.delete(filler);
				Awaitility.await().atMost(20, TimeUnit.SECONDS).until(() -> repository.status().writable());
				put(repository, 1000, 1);
				assertThat(read(repository)).hasSize(POINTS + 1);
				assertThat(repository.statistics().uncleanStarts()).isEqualTo(1);
			}
			assertThat(count(store)).isEqualTo(POINTS + 1);
		}
		finally {
			run("umount", mount.toString());
		}
	}

	@Test
	void halfACopyOfABackupNamesWhatLacks() throws Exception {
		Path backup = make(Left.BACKUP);
		for (Path missing : files(backup, (name) -> !name.equals("eardrum.closed"))) {
			Path half = this.directory.resolve("half" + missing.getFileName());
			copy(backup, half);
			Files.delete(half.resolve(missing.getFileName()));
			assertThatExceptionOfType(StoreOpenException.class).as(missing.toString())
				.isThrownBy(() -> open(half))
				.withMessageContaining(half.resolve(missing.getFileName()) + " is missing");
		}
	}

	private Path make(Left left) throws Exception {
		Path store = this.directory.resolve("store" + left);
		Path image = this.directory.resolve("made" + left);
		FileSystemUtils.deleteRecursively(store);
		FileSystemUtils.deleteRecursively(image);
		// So that there is a table already when it is opened the second time.
		try (RocksDbMetricRepository repository = open(store)) {
			put(repository, 0, 200);
			repository.checkpoint();
		}
		try (RocksDbMetricRepository repository = open(store)) {
			put(repository, 200, POINTS - 200);
			// Notes what is safe.
			repository.chunkBytesNow();
			switch (left) {
				case KILLED -> copy(store, image);
				case BACKUP -> repository.backup(image);
				case CLOSED -> {
					// Below.
				}
			}
		}
		return (left == Left.CLOSED) ? store : image;
	}

	private static void rewriteIdentity(Path store, String state) throws IOException {
		Path file = store.resolve("eardrum.store");
		String text = Files.readString(file);
		String sealed = text.substring(0, text.lastIndexOf("crc")).replaceAll("state .*", "state " + state);
		CRC32C checksum = new CRC32C();
		checksum.update(sealed.getBytes(StandardCharsets.US_ASCII));
		Files.writeString(file, sealed + String.format("crc %08x%n", checksum.getValue()));
	}

	private static RocksDbMetricRepository open(Path store) {
		return new RocksDbMetricRepository(EmbeddedStorageSettings.of(store), Clock.systemUTC());
	}

	private static int count(Path store) throws IOException {
		try (RocksDbMetricRepository repository = open(store)) {
			return read(repository).size();
		}
	}

	private static void put(RocksDbMetricRepository repository, int first, int points) {
		PointBatch batch = new PointBatch();
		for (int i = 0; i < points; i++) {
			batch.add(SeriesKey.of("a"), first + i, Math.sqrt(first + i));
		}
		repository.put(batch);
	}

	private static NavigableMap<Long, Double> read(RocksDbMetricRepository repository) throws IOException {
		NavigableMap<Long, Double> points = new TreeMap<>();
		repository.readAll(TimeRange.ALL, (key, timestamps, values, from, to) -> {
			for (int i = from; i < to; i++) {
				points.put(timestamps[i], values[i]);
				assertThat(values[i]).isEqualTo(Math.sqrt((double) timestamps[i]));
			}
		});
		return points;
	}

	// What a refused start may not change: names, sizes and what is in them.
	private static Map<String, String> listing(Path store) throws IOException {
		Map<String, String> listing = new TreeMap<>();
		for (Path file : files(store, (name) -> !name.matches("LOG.*|LOCK|eardrum\\.lock"))) {
			listing.put(String.valueOf(file.getFileName()), HexFormat.of().toHexDigits(Files.size(file)) + " "
					+ DigestUtils.md5DigestAsHex(Files.readAllBytes(file)));
		}
		return listing;
	}

	private static Predicate<String> globOf(String glob) {
		String regex = glob.replace(".", "\\.").replace("*", ".*");
		return (name) -> name.matches(regex);
	}

	private static List<Path> files(Path store, Predicate<String> accepted) throws IOException {
		try (Stream<Path> files = Files.list(store)) {
			return files.filter(Files::isRegularFile)
				.filter((file) -> accepted.test(String.valueOf(file.getFileName())))
				.sorted()
				.toList();
		}
	}

	private static void copy(Path source, Path target) throws IOException {
		Files.createDirectories(target);
		for (Path file : files(source, (name) -> true)) {
			Files.copy(file, target.resolve(file.getFileName()), StandardCopyOption.REPLACE_EXISTING);
		}
	}

	// Links that belong together still do so in the copy.
	private static void copyWithLinks(Path source, Path target) throws Exception {
		assertThat(run("cp", "-a", source.toString(), target.toString())).isTrue();
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
