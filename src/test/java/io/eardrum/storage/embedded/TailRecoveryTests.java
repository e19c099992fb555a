package io.eardrum.storage.embedded;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Objects;
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

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for {@link TailRecovery}: the last record of the log, of some pages, is on the
 * disk in part.
 */
class TailRecoveryTests {

	private static final int PAGE_BYTES = 4096;

	@TempDir
	Path directory;

	private Path image;

	private Path log;

	/** Where the record that was not acknowledged begins. */
	private long safe;

	@BeforeEach
	void failInTheMiddleOfAWrite() throws Exception {
		Path store = this.directory.resolve("store");
		this.image = Files.createDirectory(this.directory.resolve("image"));
		try (RocksDbMetricRepository repository = open(store, false)) {
			put(repository, 0, 20_000);
			this.safe = Files.size(logOf(store));
			put(repository, 20_000, 10_000);
			try (Stream<Path> files = Files.list(store)) {
				for (Path file : files.filter(Files::isRegularFile).toList()) {
					Files.copy(file, this.image.resolve(file.getFileName()));
				}
			}
		}
		this.log = logOf(this.image);
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
		assertThat(this.log.resolveSibling(this.log.getFileName() + ".damaged")).exists();
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
		assertThat(LogTail.of(this.log)).isNull();
		assertThat(count(true)).isEqualTo(30_000);
	}

	@Test
	void recordsBehindTheDamageAreCounted() throws Exception {
		overwrite(this.safe / 2, new byte[PAGE_BYTES]);
		LogTail tail = Objects.requireNonNull(LogTail.of(this.log));
		assertThat(tail.position()).isLessThan(this.safe / 2);
		assertThat(tail.bytes()).isEqualTo(Files.size(this.log) - tail.position());
		assertThat(tail.readableRecords()).isEqualTo(1);
	}

	@Test
	void damageOfAStoreThatWasClosedIsNotDropped() throws Exception {
		Files.delete(this.image.resolve("eardrum.running"));
		overwrite((this.safe + Files.size(this.log)) / 2, new byte[PAGE_BYTES]);
		assertThatExceptionOfType(StoreOpenException.class).isThrownBy(() -> count(true))
			.withMessageContaining("damaged");
	}

	@Test
	void damageInAnEarlierFileIsNotDropped() throws Exception {
		overwrite(this.safe / 2, new byte[PAGE_BYTES]);
		Files.createFile(this.log.resolveSibling("999999.log"));
		assertThatExceptionOfType(StoreOpenException.class).isThrownBy(() -> count(true))
			.withMessageContaining("damaged");
	}

	private static RocksDbMetricRepository open(Path store, boolean recoverTail) {
		return new RocksDbMetricRepository(EmbeddedStorageSettings.of(store).withRecoverTail(recoverTail),
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
