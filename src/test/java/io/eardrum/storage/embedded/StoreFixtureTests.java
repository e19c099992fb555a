package io.eardrum.storage.embedded;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import io.eardrum.metric.PointBatch;
import io.eardrum.metric.SeriesKey;
import io.eardrum.storage.StorageStatistics;
import io.eardrum.storage.embedded.chunk.ChunkCursor;
import io.eardrum.storage.embedded.chunk.ChunkWriter;
import io.eardrum.storage.embedded.fixture.StoreFixture;
import io.eardrum.storage.embedded.fixture.StoredRows;
import io.eardrum.storage.embedded.recovery.StoreOpener;
import io.eardrum.storage.embedded.settings.EmbeddedStorageSettings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Opens the stores that earlier versions have left on the disk: every one of them has to
 * be readable, and writable, for ever.
 */
class StoreFixtureTests {

	@TempDir
	Path directory;

	@ParameterizedTest(name = "{0}")
	@MethodSource("fixtures")
	void storeOfAnEarlierVersionHasAllItsPointsAndTakesMore(StoreFixture fixture) throws Exception {
		fixture.unpackTo(store());
		StoredRows rows = StoredRows.of(fixture.reply(), fixture.keys());
		try (RocksDbMetricRepository repository = open()) {
			rows.requireSame(repository);
			putMore(repository, rows, 0.5);
			rows.requireSame(repository);
			repository.checkpoint();
			rows.requireSame(repository);
			putMore(repository, rows, 0.75);
		}
		try (RocksDbMetricRepository repository = open()) {
			rows.requireSame(repository);
		}
	}

	@Test
	void whateverIsWrongInWhatIsExpectedIsFound() throws Exception {
		StoreFixture fixture = new StoreFixture(StoreFixture.FOLDER.resolve("0.1.0-85b3e6f").resolve("killed.zip"));
		fixture.unpackTo(store());
		List<String> keys = fixture.keys();
		String reply = fixture.reply();
		try (RocksDbMetricRepository repository = open()) {
			StoredRows.of(reply, keys).requireSame(repository);
			requireDifference(repository, replaceOnce(reply, "extremes -0.0 ", "extremes 0.0 "), keys);
			requireDifference(repository, replaceOnce(reply, " 5e-324 ", " 1e-323 "), keys);
			requireDifference(repository, replaceOnce(reply, " 9223372036854775807\n", " 9223372036854775806\n"), keys);
			requireDifference(repository, replaceOnce(reply, "\nk 1.0 1150864247\n", "\nk 1.0 1150864247\nk 1.0 7\n"),
					keys);
			requireDifference(repository, replaceOnce(reply, "\nsecond.epoch 1.5 1150864247\n", "\n"), keys);
			requireDifference(repository, reply.replace("\none.point ", "\none.poinT "),
					keys.stream().map((key) -> key.equals("one.point") ? "one.poinT" : key).toList());
			List<String> withOneMore = new ArrayList<>(keys);
			withOneMore.add("one.more");
			requireDifference(repository, reply, withOneMore);
			// These two have one row each.
			List<String> swapped = new ArrayList<>(keys);
			Collections.swap(swapped, 1, 2);
			List<String> rows = new ArrayList<>(List.of(reply.split("\n", -1)));
			int row = rows.indexOf(keys.get(1) + " 2.0 1150864247");
			Collections.swap(rows, row, row + 1);
			requireDifference(repository, String.join("\n", rows), swapped);
		}
	}

	@Test
	void thereIsAStoreOfEachWayToEnd() throws Exception {
		assertThat(StoreFixture.all()).extracting(StoreFixture::toString)
			.contains("0.1.0-85b3e6f/backup.zip", "0.1.0-85b3e6f/closed.zip", "0.1.0-85b3e6f/killed-in-checkpoint.zip",
					"0.1.0-85b3e6f/killed.zip", "0.1.0-85b3e6f/swept.zip")
			.anyMatch((name) -> name.endsWith("/deleted.zip"))
			.anyMatch((name) -> name.endsWith("/killed-after-deletions.zip"));
	}

	@ParameterizedTest(name = "{0}")
	@MethodSource("fixtures")
	void storeIsInTheStateThatItsNameSays(StoreFixture fixture) throws Exception {
		fixture.unpackTo(store());
		String name = String.valueOf(fixture.archive().getFileName()).replace(".zip", "");
		try (RocksDbMetricRepository repository = open()) {
			StorageStatistics statistics = repository.statistics();
			assertThat(statistics.uncleanStarts())
				.isEqualTo(name.startsWith("killed") ? 1 : (name.equals("backup") ? 1 : 0));
			assertThat(statistics.storedPoints()).as("in chunks").isGreaterThan(5000);
			if (name.equals("swept")) {
				return;
			}
			assertThat(statistics.logBytes()).as("in the log").isPositive();
			if (name.equals("killed-in-checkpoint")) {
				int points = StoredRows.of(fixture.reply(), fixture.keys())
					.series()
					.values()
					.stream()
					.mapToInt(Map::size)
					.sum();
				assertThat(statistics.storedPoints()).as("in chunks").isBetween(points / 2L, points - 1000L);
				assertThat(statistics.logBytes()).as("in the log, too").isGreaterThan(1 << 20);
			}
		}
	}

	@ParameterizedTest(name = "{0}")
	@MethodSource("fixtures")
	void chunksAreFullOnesAndSuchOfSeveralPieces(StoreFixture fixture) throws Exception {
		fixture.unpackTo(store());
		Map<Integer, Integer> chunks = new TreeMap<>();
		int full = 0;
		int late = 0;
		int pieces = 0;
		try (StoreOpener opened = new StoreOpener(EmbeddedStorageSettings.of(store()));
				ChunkCursor cursor = new ChunkCursor(opened.database(), false)) {
			for (cursor.seekToFirst(); cursor.isValid(); cursor.next()) {
				if (cursor.piece() == 0) {
					chunks.merge(cursor.series(), 1, Integer::sum);
					full = cursor.pointsOfPiece();
				}
				else {
					pieces++;
					late += (full == ChunkWriter.TARGET_POINTS) ? 1 : 0;
				}
			}
		}
		assertThat(chunks.values()).as("chunks of a series")
			.anyMatch((count) -> count > 2)
			.anyMatch((count) -> count == 1);
		assertThat(pieces).as("pieces besides the first ones").isGreaterThan(5);
		// A deletion writes the chunks that it touches anew, without pieces.
		if (!fixture.toString().contains("delet")) {
			assertThat(late).as("pieces of full chunks").isPositive();
		}
	}

	static List<StoreFixture> fixtures() throws IOException {
		return StoreFixture.all();
	}

	private Path store() {
		return this.directory.resolve("store");
	}

	private RocksDbMetricRepository open() {
		return new RocksDbMetricRepository(EmbeddedStorageSettings.of(store()), Clock.systemUTC());
	}

	// Over the first point, the last and one in between, late, and into a new series.
	private static void putMore(RocksDbMetricRepository repository, StoredRows rows, double value) {
		PointBatch batch = new PointBatch();
		StoredRows more = new StoredRows();
		for (String key : List.of("long", "pieces", "extremes", "backwards", "k", "one.point")) {
			NavigableMap<Long, Double> points = rows.series().getOrDefault(key, new TreeMap<>());
			List<Long> timestamps = List.copyOf(points.keySet());
			more.put(key, timestamps.get(0), value);
			more.put(key, timestamps.get(timestamps.size() / 2), -value);
			more.put(key, timestamps.get(timestamps.size() - 1), value);
			more.put(key, timestamps.get(timestamps.size() / 2) + 1, value);
		}
		more.put("after.opening", 1_150_864_247L, value);
		more.series().forEach((key, points) -> points.forEach((timestamp, each) -> {
			batch.add(SeriesKey.of(key), timestamp, each);
			rows.put(key, timestamp, each);
		}));
		repository.put(batch);
	}

	private static void requireDifference(RocksDbMetricRepository repository, String reply, List<String> keys) {
		StoredRows rows = StoredRows.of(reply, keys);
		assertThatExceptionOfType(AssertionError.class).isThrownBy(() -> rows.requireSame(repository));
	}

	private static String replaceOnce(String text, String old, String replacement) {
		int at = text.indexOf(old);
		assertThat(at).as(old).isNotNegative();
		return text.substring(0, at) + replacement + text.substring(at + old.length());
	}

}
