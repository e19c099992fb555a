package io.eardrum.storage.embedded;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.util.FileSystemUtils;

import io.eardrum.metric.PointBatch;
import io.eardrum.metric.SeriesKey;
import io.eardrum.metric.TimeRange;
import io.eardrum.storage.embedded.settings.EmbeddedStorageSettings;
import io.eardrum.storage.embedded.settings.Fsync;
import io.eardrum.storage.fixture.Row;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests what deleting leaves on the disk, and that nothing deleted comes back from there.
 * {@link StoreModelTests} deletes at random.
 */
class DeletionTests {

	@TempDir
	Path directory;

	private RocksDbMetricRepository repository;

	@BeforeEach
	void open() {
		this.repository = open("store");
	}

	@AfterEach
	void close() {
		this.repository.close();
	}

	private RocksDbMetricRepository open(String name) {
		return new RocksDbMetricRepository(
				EmbeddedStorageSettings.of(this.directory.resolve(name)).withHeadBytes(8 << 20).withFsync(Fsync.NEVER),
				Clock.systemUTC());
	}

	@Test
	void spaceOfDeletedPointsIsGivenBack() {
		for (int i = 0; i < 20; i++) {
			put("a", 10_000, i * 10_000);
			put("b", 10_000, i * 10_000);
			this.repository.checkpoint();
		}
		this.repository.compact();
		long before = this.repository.chunkBytesNow();
		long points = this.repository.statistics().storedPoints();
		delete(TimeRange.ALL, "a");
		delete(new TimeRange(50_000, Long.MAX_VALUE), "b");
		this.repository.checkpoint();
		assertThat(this.repository.statistics().storedPoints()).isEqualTo(points - 350_000);
		Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> this.repository.chunkBytesNow() < before / 4);
		assertThat(rows("b")).hasSize(50_000);
	}

	@Test
	void deletionReachesIntoChunksWhateverTheirShape() throws IOException {
		// Full chunks, pieces of late points, and a tail.
		put("a", 5000, 0);
		this.repository.checkpoint();
		for (int i = 0; i < 5; i++) {
			put("a", 3, i * 700);
			this.repository.checkpoint();
		}
		put("a", 100, 5000);
		this.repository.checkpoint();
		delete(new TimeRange(0, 99), "a");
		delete(new TimeRange(2000, 2100), "a");
		delete(new TimeRange(5050, 5060), "a");
		List<Long> expected = IntStream.range(0, 5100)
			.filter((i) -> i > 99 && (i < 2000 || i > 2100) && (i < 5050 || i > 5060))
			.mapToObj(Long::valueOf)
			.toList();
		for (int i = 0; i < 3; i++) {
			assertThat(timestamps()).isEqualTo(expected);
			this.repository.checkpoint();
			assertThat(timestamps()).isEqualTo(expected);
			reopen();
		}
		put("a", 10, 2050);
		put("a", 1, 0);
		this.repository.checkpoint();
		assertThat(timestamps()).hasSize(expected.size() + 11).startsWith(0L, 100L).contains(2050L, 2059L);
	}

	@Test
	void copyOfARunningStoreNeverHasWhatWasDeleted() throws IOException {
		for (int i = 0; i < 6; i++) {
			put("gone", 3000, 0);
			put("stays", 10, i * 10);
			if (i % 2 == 0) {
				this.repository.checkpoint();
			}
			delete(TimeRange.ALL, "gone");
			if (i % 3 == 0) {
				this.repository.checkpoint();
			}
			// As a kill would leave it.
			Path copy = this.directory.resolve("copy" + i);
			copyAtOnce(this.directory.resolve("store"), copy);
			assertThat(FileSystemUtils.deleteRecursively(copy.resolve("eardrum.lock"))).isIn(true, false);
			try (RocksDbMetricRepository killed = open("copy" + i)) {
				assertThat(keys(killed)).containsExactly("stays");
				assertThat(Row.of(killed, "gone", TimeRange.ALL)).isEmpty();
				PointBatch batch = new PointBatch();
				batch.add(SeriesKey.of("gone"), 1, 1);
				killed.put(batch);
				killed.checkpoint();
				assertThat(keys(killed)).containsExactly("stays", "gone");
				assertThat(Row.of(killed, "gone", TimeRange.ALL)).containsExactly(new Row("gone", 1, 1));
			}
		}
	}

	// RocksDB may add and delete files meanwhile, and a kill leaves those of one moment.
	private static void copyAtOnce(Path store, Path copy) throws IOException {
		Map<Path, Long> before;
		boolean copied;
		do {
			before = sizes(store);
			FileSystemUtils.deleteRecursively(copy);
			try {
				FileSystemUtils.copyRecursively(store, copy);
				copied = true;
			}
			catch (NoSuchFileException ex) {
				copied = false;
			}
		}
		while (!copied || !sizes(store).equals(before));
	}

	private static Map<Path, Long> sizes(Path store) throws IOException {
		Map<Path, Long> sizes = new HashMap<>();
		try (Stream<Path> files = Files.list(store)) {
			for (Path file : files.toList()) {
				sizes.put(file, Files.exists(file) ? Files.size(file) : -1);
			}
		}
		return sizes;
	}

	@Test
	void backupHasWhatWasThereThen() throws IOException {
		put("a", 10, 0);
		put("b", 10, 0);
		delete(TimeRange.ALL, "a");
		this.repository.backup(this.directory.resolve("backup"));
		delete(TimeRange.ALL, "b");
		try (RocksDbMetricRepository restored = open("backup")) {
			assertThat(keys(restored)).containsExactly("b");
			assertThat(restored.statistics().uncleanStarts()).isZero();
		}
	}

	@Test
	void seriesThatComeAndGoTakeNoMemoryForEver() {
		for (int round = 0; round < 50; round++) {
			PointBatch batch = new PointBatch();
			List<SeriesKey> keys = new ArrayList<>();
			for (int i = 0; i < 1000; i++) {
				SeriesKey key = SeriesKey.of("round" + round + "." + i);
				keys.add(key);
				batch.add(key, 1, i);
			}
			this.repository.put(batch);
			this.repository.delete(keys, TimeRange.ALL);
			assertThat(this.repository.seriesCount()).isZero();
		}
		this.repository.checkpoint();
		put("last", 1, 1);
		reopen();
		assertThat(keys(this.repository)).containsExactly("last");
		assertThat(this.repository.seriesCount()).isEqualTo(1);
	}

	@Test
	void manyRangesOfOneSeriesAreDeleted() {
		put("a", 10_000, 0);
		for (int i = 0; i < 3000; i++) {
			delete(new TimeRange(i * 3L, i * 3L), "a");
		}
		assertThat(rows("a")).hasSize(7000);
		this.repository.checkpoint();
		assertThat(rows("a")).hasSize(7000);
	}

	private void reopen() {
		this.repository.close();
		this.repository = open("store");
	}

	private void put(String key, int count, int from) {
		PointBatch batch = new PointBatch();
		for (int i = from; i < from + count; i++) {
			batch.add(SeriesKey.of(key), i, Math.sqrt(i));
		}
		this.repository.put(batch);
	}

	private void delete(TimeRange range, String key) {
		this.repository.delete(List.of(SeriesKey.of(key)), range);
	}

	private List<Row> rows(String key) {
		return Row.of(this.repository, key, TimeRange.ALL);
	}

	private List<Long> timestamps() {
		return rows("a").stream().map(Row::timestamp).toList();
	}

	private static List<String> keys(RocksDbMetricRepository store) {
		List<String> keys = new ArrayList<>();
		store.forEachKey((key) -> keys.add(key.toString()));
		return keys;
	}

}
