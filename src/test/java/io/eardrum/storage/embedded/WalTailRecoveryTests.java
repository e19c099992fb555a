package io.eardrum.storage.embedded;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Clock;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import io.eardrum.metric.PointBatch;
import io.eardrum.metric.SeriesKey;
import io.eardrum.metric.TimeRange;
import io.eardrum.storage.embedded.directory.RecoverMode;
import io.eardrum.storage.embedded.directory.StoreOpenException;
import io.eardrum.storage.embedded.settings.EmbeddedStorageSettings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for {@link WalTailRecovery}: the last record of the log, of some pages, is on the
 * disk in part.
 */
class WalTailRecoveryTests {

	private static final int PAGE_BYTES = 4096;

	@TempDir
	Path directory;

	private Path image;

	private Path log;

	/** Where the record that was not acknowledged begins. */
	private long safe;

	private long end;

	@BeforeEach
	void failInTheMiddleOfAWrite() throws Exception {
		Path store = this.directory.resolve("store");
		this.image = Files.createDirectory(this.directory.resolve("image"));
		try (RocksDbMetricRepository repository = open(store, false)) {
			put(repository, 0, 20_000);
			this.safe = Files.size(logOf(store));
			put(repository, 20_000, 10_000);
			copy(store, this.image);
		}
		this.log = logOf(this.image);
		this.end = Files.size(this.log);
	}

	private static void copy(Path store, Path image) throws IOException {
		try (Stream<Path> files = Files.list(store)) {
			for (Path file : files.filter(Files::isRegularFile).toList()) {
				Files.copy(file, image.resolve(file.getFileName()), StandardCopyOption.REPLACE_EXISTING);
			}
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "cut", "first", "middle", "last", "all", "nonsense" })
	void acknowledgedPointsAreThereWhateverBecameOfTheLastRecord(String damage) throws Exception {
		long end = Files.size(this.log);
		byte[] page = new byte[PAGE_BYTES];
		switch (damage) {
			case "cut" -> resize((this.safe + end) / 2);
			case "first" -> overwrite(this.safe, page);
			case "middle" -> overwrite((this.safe + end) / 2, page);
			case "last" -> overwrite(end - PAGE_BYTES, page);
			case "all" -> overwrite(this.safe, new byte[(int) (end - this.safe)]);
			default -> {
				new Random(1).nextBytes(page);
				overwrite((this.safe + end) / 2, page);
			}
		}
		assertThat(count(true)).isEqualTo(20_000);
		assertThat(count(false)).as("once more, and strictly").isEqualTo(20_000);
		// What only lacks its end, or is zeros to the end, is no damage.
		assertThat(Files.exists(this.log.resolveSibling(this.log.getFileName() + ".damaged")))
			.isEqualTo(!List.of("cut", "all").contains(damage));
	}

	@Test
	void nothingIsDroppedUnlessItIsAskedFor() throws Exception {
		overwrite((this.safe + Files.size(this.log)) / 2, new byte[PAGE_BYTES]);
		long size = Files.size(this.log);
		assertThatExceptionOfType(StoreOpenException.class).isThrownBy(() -> count(false))
			.withMessageContaining("damaged")
			.satisfies((ex) -> assertThat(ex.action()).contains("eardrum.storage.recover=tail")
				.contains((size - this.safe) + " bytes"));
		assertThat(Files.size(this.log)).isEqualTo(size);
	}

	@Test
	void wholeLogIsLeftAsItIs() throws Exception {
		assertThat(count(true)).isEqualTo(30_000);
	}

	@Test
	void damageOfAStoreThatWasClosedIsNotDropped() throws Exception {
		assertThat(count(false)).isEqualTo(30_000);
		this.log = logOf(this.image);
		overwrite(Files.size(this.log) / 2, "damage".getBytes(StandardCharsets.US_ASCII));
		long size = Files.size(this.log);
		assertThatExceptionOfType(StoreOpenException.class).isThrownBy(() -> count(true))
			.withMessageContaining("damaged");
		assertThat(Files.size(this.log)).isEqualTo(size);
	}

	@Test
	void damageInFrontOfWhatWasSafeIsNotDropped() throws Exception {
		Path store = this.directory.resolve("marked");
		try (RocksDbMetricRepository repository = open(store, false)) {
			put(repository, 0, 20_000);
			repository.chunkBytesNow();
			put(repository, 20_000, 10_000);
			copy(store, this.image);
		}
		overwrite(this.safe / 2, new byte[PAGE_BYTES]);
		assertThatExceptionOfType(StoreOpenException.class).isThrownBy(() -> count(true))
			.withMessageContaining(this.log.toString())
			.satisfies((ex) -> assertThat(ex.action()).doesNotContain("recover=tail"));
	}

	@Test
	void filesBehindTheDamageAreDroppedAndKept() throws Exception {
		overwrite(this.safe, new byte[PAGE_BYTES]);
		Path later = Files.copy(this.log, this.log.resolveSibling("999999.log"));
		assertThatExceptionOfType(StoreOpenException.class).isThrownBy(() -> count(false))
			.satisfies((ex) -> assertThat(ex.action()).contains("3 readable records")
				.contains((this.end - this.safe + this.end) + " bytes"));
		assertThat(count(true)).isEqualTo(20_000);
		assertThat(later).doesNotExist();
		assertThat(later.resolveSibling("999999.log.damaged")).exists();
	}

	@Test
	void oneStartRecoversBothCurrentAndTheLog() throws Exception {
		Path current = this.image.resolve("CURRENT");
		Files.writeString(current, "MANIFEST-000099\n");
		overwrite(this.safe, new byte[PAGE_BYTES]);
		assertThatExceptionOfType(StoreOpenException.class).isThrownBy(() -> count(false))
			.withMessageContaining("names a MANIFEST that is missing");
		assertThat(count(true)).isEqualTo(20_000);
		assertThat(current.resolveSibling("CURRENT.damaged")).hasContent("MANIFEST-000099");
		assertThat(count(false)).isEqualTo(20_000);
	}

	@Test
	void secondRecoveryKeepsTheFilesOfTheFirst() throws Exception {
		Files.writeString(this.log.resolveSibling(this.log.getFileName() + ".damaged"), "earlier");
		overwrite(this.safe, new byte[PAGE_BYTES]);
		assertThat(count(true)).isEqualTo(20_000);
		assertThat(this.log.resolveSibling(this.log.getFileName() + ".damaged")).hasContent("earlier");
		assertThat(this.log.resolveSibling(this.log.getFileName() + ".2.damaged")).exists();
	}

	@Test
	void runningServerIsSafeFromIt() throws Exception {
		Path store = this.directory.resolve("store");
		try (RocksDbMetricRepository repository = open(store, false)) {
			put(repository, 0, 100);
			assertThatExceptionOfType(StoreOpenException.class).isThrownBy(() -> open(store, true))
				.withMessageContaining("in use");
			assertThat(repository.status().writable()).isTrue();
		}
	}

	private static RocksDbMetricRepository open(Path store, boolean recoverTail) {
		return new RocksDbMetricRepository(
				EmbeddedStorageSettings.of(store).withRecover(recoverTail ? RecoverMode.TAIL : RecoverMode.STRICT),
				Clock.systemUTC());
	}

	private long count(boolean recoverTail) throws IOException {
		long[] count = new long[1];
		try (RocksDbMetricRepository repository = open(this.image, recoverTail)) {
			repository.readAll(TimeRange.ALL, (key, timestamps, values, from, to) -> count[0] += to - from);
		}
		return count[0];
	}

	private static void put(RocksDbMetricRepository repository, int first, int count) {
		PointBatch batch = new PointBatch();
		for (int i = first; i < first + count; i++) {
			batch.add(SeriesKey.of("a"), i * 977L, Math.sqrt(i));
		}
		repository.put(batch);
	}

	private static Path logOf(Path store) throws IOException {
		try (Stream<Path> files = Files.list(store)) {
			List<Path> logs = files.filter((file) -> file.toString().endsWith(".log")).toList();
			assertThat(logs).hasSize(1);
			return logs.get(0);
		}
	}

	private void resize(long length) throws IOException {
		try (RandomAccessFile file = new RandomAccessFile(this.log.toFile(), "rw")) {
			file.setLength(length);
		}
	}

	private void overwrite(long position, byte[] bytes) throws IOException {
		try (RandomAccessFile file = new RandomAccessFile(this.log.toFile(), "rw")) {
			file.seek(position);
			file.write(bytes);
		}
	}

}
