package io.eardrum.storage.embedded;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import io.eardrum.metric.PointBatch;
import io.eardrum.metric.SeriesKey;
import io.eardrum.metric.TimeRange;
import io.eardrum.storage.StorageException;
import io.eardrum.storage.StoreCheck;
import io.eardrum.storage.StoreReport;
import io.eardrum.storage.embedded.check.EmbeddedStoreCheck;
import io.eardrum.storage.embedded.directory.StoreOpenException;
import io.eardrum.storage.embedded.fixture.StoreFixture;
import io.eardrum.storage.embedded.settings.EmbeddedStorageSettings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for {@link EmbeddedStoreCheck}: each file of a store, in each state in which one
 * is left, is damaged in each way.
 */
class EmbeddedStoreCheckTests {

	private static final StoreCheck.Progress NOBODY = (what, bytes, total) -> {
	};

	/** What no start looks at: nothing is lost with it. */
	private static final Pattern NOT_NEEDED = Pattern.compile("LOG.*|LOCK|eardrum\\.(lock|running)");

	@TempDir
	Path directory;

	private Path closed;

	private Path killed;

	private Path backup;

	@BeforeEach
	void makeStores() throws Exception {
		this.closed = this.directory.resolve("closed");
		this.killed = this.directory.resolve("killed");
		this.backup = this.directory.resolve("backup");
		try (RocksDbMetricRepository repository = open(this.closed)) {
			put(repository, 0, 3000);
			repository.checkpoint();
			repository.backup(this.backup);
			put(repository, 3000, 1000);
			// Notes what is safe.
			repository.chunkBytesNow();
			copy(this.closed, this.killed);
		}
	}

	@Test
	void storesAreFoundWholeInWhicheverWayTheyWereLeft() throws Exception {
		assertThat(check(this.closed)).isEqualTo(whole(this.closed, "was closed", 3000, 1000));
		assertThat(check(this.killed)).isEqualTo(whole(this.killed, "was not closed", 3000, 1000));
		assertThat(check(this.backup)).isEqualTo(whole(this.backup, "is a backup", 3000, 0));
	}

	@Test
	void storeFromWhichSomethingWasDeletedIsWhole() throws Exception {
		Path store = this.directory.resolve("deleted");
		EmbeddedStorageSettings settings = EmbeddedStorageSettings.of(store);
		try (RocksDbMetricRepository repository = new RocksDbMetricRepository(settings, Clock.systemUTC())) {
			for (int i = 0; i < 4; i++) {
				PointBatch batch = new PointBatch();
				for (int j = 0; j < 10; j++) {
					batch.add(SeriesKey.of("s" + i), j, j);
				}
				repository.put(batch);
			}
			repository.delete(List.of(SeriesKey.of("s1")), TimeRange.ALL);
			repository.checkpoint();
			repository.delete(List.of(SeriesKey.of("s2")), new TimeRange(0, 4));
			repository.delete(List.of(SeriesKey.of("s3")), TimeRange.ALL);
		}
		StoreReport report = check(store);
		assertThat(report.whole()).isTrue();
		assertThat(report.lines()).anySatisfy((line) -> assertThat(line).contains("3 series"));
	}

	private StoreReport whole(Path store, String state, int chunks, int log) throws IOException {
		List<String> lines = check(store).lines();
		assertThat(lines.get(1)).matches("id [0-9a-f-]{36}, 2 series, " + chunks + " points in chunks, " + log
				+ " in the log, \\d+ writes?, \\d+ tables?, \\d+ files? of the write-ahead log");
		return new StoreReport(true,
				List.of("whole: " + store + ", which " + state, lines.get(1), "A start opens it."));
	}

	@ParameterizedTest
	@EnumSource
	void damageOfAnyFileOfAClosedStoreIsFoundAndNamed(Damage damage) throws Exception {
		// Without the list of its files it is one that was not closed; without the mark
		// it looks like a backup; and of the mark, one half is enough.
		assertThatDamageIsFound(this.closed, damage, Pattern.compile(switch (damage) {
			case MISSING -> "eardrum\\.(closed|mark)";
			case CUT, FLIPPED -> "eardrum\\.mark";
			case EMPTY -> "";
		}));
	}

	@ParameterizedTest
	@EnumSource
	void damageOfAnyFileOfABackupIsFoundAndNamed(Damage damage) throws Exception {
		assertThatDamageIsFound(this.backup, damage, Pattern.compile(""));
	}

	@ParameterizedTest
	@EnumSource
	void damageOfAnyFileOfAKilledStoreIsFoundAndNamed(Damage damage) throws Exception {
		boolean half = damage == Damage.CUT || damage == Damage.FLIPPED;
		assertThatDamageIsFound(this.killed, damage,
				Pattern.compile(half ? "IDENTITY|OPTIONS.*|eardrum\\.mark" : "IDENTITY|OPTIONS.*"));
	}

	private void assertThatDamageIsFound(Path store, Damage damage, Pattern unnoticed) throws IOException {
		int found = 0;
		for (String name : contents(store).keySet()) {
			Path file = store.resolve(name);
			if (NOT_NEEDED.matcher(name).matches() || !Files.isRegularFile(file) || Files.size(file) == 0) {
				continue;
			}
			byte[] before = Files.readAllBytes(file);
			damage.apply(file);
			StoreReport report = check(store);
			if (unnoticed.matcher(name).matches()) {
				assertThat(report.whole()).as(name + " " + damage + ": " + report).isTrue();
			}
			else {
				assertThat(report.whole()).as(name + " " + damage + ": " + report).isFalse();
				String named = (name.equals("eardrum.closed") && damage == Damage.MISSING) ? "eardrum.mark" : name;
				assertThat(report.lines()).as(name + " " + damage)
					.anySatisfy((line) -> assertThat(line).startsWith(named))
					.last()
					.asString()
					.startsWith("A start");
				found++;
			}
			Files.write(file, before);
		}
		assertThat(found).isGreaterThan(4);
		assertThat(check(store).whole()).isTrue();
	}

	@Test
	void damagedBlockIsNamedWithTheSeriesThatCannotBeRead() throws Exception {
		Path large = this.directory.resolve("large");
		try (RocksDbMetricRepository repository = open(this.directory.resolve("store"))) {
			put(repository, 0, 40_000);
			repository.checkpoint();
			repository.backup(large);
		}
		Path table = largest(large, ".sst");
		Damage.FLIPPED.apply(table);
		StoreReport report = check(large);
		assertThat(report.whole()).isFalse();
		assertThat(report.lines()).anySatisfy((line) -> assertThat(line).startsWith(table.getFileName() + ": block"))
			.anySatisfy((line) -> assertThat(line).matches("series [01] \\((a|b\\.c)\\): .*"))
			.last()
			.isEqualTo("A start opens it, but operations that need the damaged parts fail. Use a backup.");
	}

	@Test
	void fileOfAnotherCopyIsFound() throws Exception {
		Files.copy(largest(this.backup, ".sst"), this.backup.resolve("999999.sst"));
		assertThat(check(this.backup).lines())
			.anySatisfy((line) -> assertThat(line).startsWith("999999.sst is not in eardrum.closed"));
	}

	@Test
	void tableThatAKilledStoreDidNotFinishIsNoDamage() throws Exception {
		Files.writeString(this.killed.resolve("999999.sst"), "begun");
		assertThat(check(this.killed).whole()).isTrue();
	}

	@Test
	void tornEndIsTold() throws Exception {
		Path torn = this.directory.resolve("torn");
		Path store = this.directory.resolve("store");
		long safe;
		byte[] mark;
		try (RocksDbMetricRepository repository = open(store)) {
			put(repository, 0, 1000);
			repository.chunkBytesNow();
			mark = Files.readAllBytes(store.resolve("eardrum.mark"));
			safe = Files.size(largest(store, ".log"));
			// What follows in the same block of 32 KiB could not be found.
			put(repository, 1000, 5000);
			put(repository, 6000, 10);
			copy(store, torn);
		}
		Files.write(torn.resolve("eardrum.mark"), mark);
		Path log = largest(torn, ".log");
		byte[] bytes = Files.readAllBytes(log);
		bytes[(int) safe + 100] ^= 1;
		Files.write(log, bytes);
		StoreReport report = check(torn);
		assertThat(report.whole()).isFalse();
		assertThat(report.lines())
			.contains(log.getFileName() + " is damaged at byte " + safe + ", with 1 records behind that can be read")
			.last()
			.isEqualTo("A start refuses it. If the power failed, a start with eardrum.storage.recover=tail would drop "
					+ log.getFileName() + " from byte " + safe + " on, " + (bytes.length - safe)
					+ " bytes in sum with 1 records that can be read.");
	}

	@Test
	void recordThatWasNotWrittenInFullIsNoDamage() throws Exception {
		Path store = this.directory.resolve("store");
		Path cut = this.directory.resolve("cut");
		byte[] mark;
		try (RocksDbMetricRepository repository = open(store)) {
			put(repository, 0, 1000);
			repository.chunkBytesNow();
			mark = Files.readAllBytes(store.resolve("eardrum.mark"));
			put(repository, 1000, 1000);
			copy(store, cut);
		}
		Files.write(cut.resolve("eardrum.mark"), mark);
		Path log = largest(cut, ".log");
		byte[] bytes = Files.readAllBytes(log);
		Files.write(log, Arrays.copyOf(bytes, bytes.length - 1));
		assertThat(check(cut)).isEqualTo(whole(cut, "was not closed", 0, 1000));
	}

	@Test
	void endOfAClosedStoreThatWasOverwrittenWithZerosIsMissed() throws Exception {
		Path log = largest(this.closed, ".log");
		byte[] bytes = Files.readAllBytes(log);
		Arrays.fill(bytes, bytes.length - 100, bytes.length, (byte) 0);
		Files.write(log, bytes);
		assertThat(check(this.closed).whole()).isFalse();
	}

	@Test
	void filesBeforeAStartThatBrokeOffAreChecked() throws Exception {
		Path copy = Files.createDirectory(this.killed.resolve("eardrum.before"));
		for (String name : contents(this.killed).keySet()) {
			if (name.matches("CURRENT|IDENTITY|MANIFEST-.*|OPTIONS-.*|.*\\.(sst|log)|eardrum\\.(store|running)")) {
				Files.createLink(copy.resolve(name), this.killed.resolve(name));
			}
		}
		Files.delete(this.killed.resolve("CURRENT"));
		StoreReport report = check(this.killed);
		assertThat(report.whole()).as(report.toString()).isTrue();
		assertThat(report.lines().get(0))
			.endsWith("which was not closed; a start with it was interrupted, and the next one goes back to " + copy);
		Files.delete(copy.resolve("CURRENT"));
		assertThat(check(this.killed).whole()).isFalse();
	}

	@Test
	void storeThatIsInUseIsNotRead() throws Exception {
		try (RocksDbMetricRepository repository = open(this.closed)) {
			assertThatExceptionOfType(StoreOpenException.class).isThrownBy(() -> check(this.closed))
				.withMessageContaining("in use");
			put(repository, 0, 1);
		}
		assertThat(check(this.closed).whole()).isTrue();
	}

	@Test
	void directoryWithoutAStoreIsNone() throws Exception {
		Path empty = Files.createDirectory(this.directory.resolve("empty"));
		assertThatExceptionOfType(StorageException.class).isThrownBy(() -> check(empty))
			.withMessage("there is no store");
		Files.writeString(empty.resolve("letter.txt"), "Dear");
		assertThatExceptionOfType(StorageException.class).isThrownBy(() -> check(empty))
			.withMessage("there is no store");
		assertThatExceptionOfType(NoSuchFileException.class)
			.isThrownBy(() -> new EmbeddedStoreCheck().check(this.directory.resolve("nowhere"), NOBODY));
		assertThatExceptionOfType(IOException.class)
			.isThrownBy(() -> new EmbeddedStoreCheck().check(empty.resolve("letter.txt"), NOBODY))
			.withMessageContaining("it is not a folder");
	}

	@Test
	void storesOfAllVersionsAreWhole() throws Exception {
		int number = 0;
		for (StoreFixture fixture : StoreFixture.all()) {
			Path store = this.directory.resolve("fixture" + number++);
			fixture.unpackTo(store);
			StoreReport report = check(store);
			assertThat(report.whole()).as(fixture + ": " + report).isTrue();
		}
		assertThat(number).isPositive();
	}

	@Test
	void tellsHowFarItHasCome() throws Exception {
		long[] last = new long[2];
		StoreCheck.find().check(this.backup, (what, bytes, total) -> {
			assertThat(bytes).isBetween(last[0], total);
			last[0] = bytes;
			last[1]++;
		});
		assertThat(last[0]).isPositive();
		assertThat(last[1]).isGreaterThan(3);
	}

	// Whatever comes of it, the directory is as it was.
	private static StoreReport check(Path store) throws IOException {
		Map<String, String> before = contents(store);
		StoreReport report = new EmbeddedStoreCheck().check(store, NOBODY);
		assertThat(contents(store)).isEqualTo(before);
		return report;
	}

	// The names, sizes and checksums of everything in a directory.
	private static Map<String, String> contents(Path store) throws IOException {
		Map<String, String> contents = new TreeMap<>();
		try (Stream<Path> files = Files.walk(store)) {
			for (Path file : files.filter((file) -> !file.startsWith(store.resolve("native"))).toList()) {
				boolean regular = Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS);
				contents.put(store.relativize(file).toString(),
						regular ? Files.size(file) + " " + Arrays.hashCode(Files.readAllBytes(file)) : "");
			}
		}
		contents.remove("");
		return contents;
	}

	private static RocksDbMetricRepository open(Path store) {
		return new RocksDbMetricRepository(EmbeddedStorageSettings.of(store), Clock.systemUTC());
	}

	private static void put(RocksDbMetricRepository repository, int first, int count) {
		PointBatch batch = new PointBatch();
		for (int i = first; i < first + count; i++) {
			batch.add(SeriesKey.of((i % 2 == 0) ? "a" : "b.c"), i * 977L, Math.sqrt(i));
		}
		repository.put(batch);
	}

	private static void copy(Path store, Path image) throws IOException {
		Files.createDirectory(image);
		try (Stream<Path> files = Files.list(store)) {
			for (Path file : files.filter(Files::isRegularFile).toList()) {
				Files.copy(file, image.resolve(Objects.requireNonNull(file.getFileName())));
			}
		}
	}

	private static Path largest(Path store, String suffix) throws IOException {
		Path largest = null;
		try (Stream<Path> files = Files.list(store)) {
			for (Path file : files.filter((file) -> file.toString().endsWith(suffix)).toList()) {
				if (largest == null || Files.size(file) > Files.size(largest)) {
					largest = file;
				}
			}
		}
		return Objects.requireNonNull(largest);
	}

	/**
	 * What can happen to a file.
	 */
	enum Damage {

		/** It is gone. */
		MISSING,

		/** It has nothing in it. */
		EMPTY,

		/** It has lost its second half. */
		CUT,

		/** One bit of it is another. */
		FLIPPED;

		void apply(Path file) throws IOException {
			byte[] bytes = Files.readAllBytes(file);
			switch (this) {
				case MISSING -> Files.delete(file);
				case EMPTY -> Files.writeString(file, "", StandardCharsets.US_ASCII);
				case CUT -> Files.write(file, Arrays.copyOf(bytes, bytes.length / 2));
				case FLIPPED -> {
					bytes[bytes.length / 2] ^= 1;
					Files.write(file, bytes);
				}
			}
		}

	}

}
