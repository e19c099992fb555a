package io.eardrum.storage;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongUnaryOperator;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import io.eardrum.fixture.TestSeed;
import io.eardrum.fixture.TestThreads;
import io.eardrum.metric.Point;
import io.eardrum.metric.PointBatch;
import io.eardrum.metric.SeriesKey;
import io.eardrum.metric.TimeRange;
import io.eardrum.metric.pattern.KeyPattern;
import io.eardrum.metric.pattern.KeySelection;
import io.eardrum.storage.fixture.Row;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * What every {@link MetricRepository} keeps to. An engine passes it with a subclass that
 * opens an empty store, and, if it is durable, opens it again.
 * <p>
 * Whatever a test expects to read is read twice, with {@link #reopen} in between: so each
 * test of a durable engine is also a test of its recovery. The test at random takes its
 * seed from the system property {@code eardrum.test.seed}, and prints it when it fails.
 */
@Timeout(value = 120, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
public abstract class MetricRepositoryContract {

	/** How far ahead of the clock a point may be to count as the last one: a day. */
	private static final long HORIZON_SECONDS = 86_400;

	private MetricRepository repository;

	/**
	 * Opens an empty store.
	 * @return the store
	 */
	protected abstract MetricRepository open();

	/**
	 * Closes a store and opens it again with what was stored; a store that keeps nothing
	 * returns itself.
	 * @param repository the store, which is not used any more
	 * @return the store that is used from now on
	 */
	protected MetricRepository reopen(MetricRepository repository) {
		return repository;
	}

	/**
	 * Closes a store at the end of a test.
	 * @param repository the store
	 * @throws Exception if that fails, and with it the test
	 */
	protected void close(MetricRepository repository) throws Exception {
		if (repository instanceof AutoCloseable closeable) {
			closeable.close();
		}
	}

	/**
	 * Tells how many points a test of many points puts; fewer for a store behind a
	 * network.
	 * @return the number of points
	 */
	protected int manyPoints() {
		return 1_000_000;
	}

	/**
	 * Tells how long the random test is.
	 * @return the number of batches
	 */
	protected int randomRounds() {
		return 200;
	}

	@BeforeEach
	void openRepository() {
		this.repository = open();
	}

	@AfterEach
	void closeRepository() throws Exception {
		close(this.repository);
	}

	@Test
	void emptyStoreHasNothing() {
		assertThat(read("a")).isEmpty();
		assertThat(readAll()).isEmpty();
		assertThat(keys()).isEmpty();
		assertThat(this.repository.seriesCount()).isZero();
	}

	@Test
	void pointsThatHaveBeenRefusedAreLeftOut() {
		put("known", 1, 1);
		PointBatch batch = new PointBatch();
		batch.add(SeriesKey.of("known"), 2, 2);
		batch.add(SeriesKey.of("known"), 3, 3);
		batch.add(SeriesKey.of("unknown"), 4, 4);
		batch.add(SeriesKey.of("new"), 5, 5);
		batch.add(SeriesKey.of("new"), 6, 6);
		batch.add(SeriesKey.of("known"), 1, 7);
		for (int index : new int[] { 0, 2, 3, 5 }) {
			batch.refuse(index, PointBatch.Refusal.TIMESTAMP_IN_FUTURE);
		}
		this.repository.put(batch);
		assertThat(batch.refusedCount()).isEqualTo(4);
		assertThat(batch.refusal(2)).isEqualTo(PointBatch.Refusal.TIMESTAMP_IN_FUTURE);
		assertThat(readAll()).containsExactly(new Row("known", 1, 1), new Row("known", 3, 3), new Row("new", 6, 6));
		assertThat(this.repository.seriesCount()).isEqualTo(2);
		batch.clear();
		batch.add(SeriesKey.of("unknown"), 1, 1);
		batch.refuse(0, PointBatch.Refusal.TIMESTAMP_IN_FUTURE);
		this.repository.put(batch);
		assertThat(keys()).containsExactly("known", "new");
	}

	@Test
	void emptyBatchChangesNothing() {
		this.repository.put(new PointBatch());
		assertThat(readAll()).isEmpty();
		assertThat(this.repository.seriesCount()).isZero();
	}

	@Test
	void pointsComeBackAscending() {
		put("a", 12, 1503319740);
		put("a", 13, 1503319739);
		put("a", 14, 1503319741);
		assertThat(read("a")).containsExactly(new Row("a", 1503319739, 13), new Row("a", 1503319740, 12),
				new Row("a", 1503319741, 14));
	}

	@Test
	void unknownKeyHasNoPoints() {
		put("a", 1, 1);
		assertThat(read("b")).isEmpty();
		assertThat(keys()).containsExactly("a");
	}

	@Test
	void lastPutOfTimestampWins() {
		put("a", 1, 5);
		put("a", 2, 5);
		assertThat(read("a")).containsExactly(new Row("a", 5, 2));
		put("a", 3, 6);
		put("a", 4, 5);
		put("a", 5, 4);
		put("a", 6, 4);
		assertThat(read("a")).containsExactly(new Row("a", 4, 6), new Row("a", 5, 4), new Row("a", 6, 3));
		put("a", 7, 5);
		assertThat(read("a")).containsExactly(new Row("a", 4, 6), new Row("a", 5, 7), new Row("a", 6, 3));
	}

	@Test
	void lastOfBatchWins() {
		PointBatch batch = new PointBatch();
		SeriesKey key = SeriesKey.of("a");
		long[] timestamps = { 5, 3, 5, 4, 3, 6, 5, 6 };
		for (int i = 0; i < timestamps.length; i++) {
			batch.add(key, timestamps[i], i);
		}
		this.repository.put(batch);
		assertThat(read("a")).containsExactly(new Row("a", 3, 4), new Row("a", 4, 3), new Row("a", 5, 6),
				new Row("a", 6, 7));
	}

	@Test
	void seriesAreInOrderOfFirstPut() {
		put("b", 1, 1);
		put("a", 2, 1);
		put("c", 3, 1);
		put("b", 4, 0);
		put("a", 5, 1);
		assertThat(readAll()).containsExactly(new Row("b", 0, 4), new Row("b", 1, 1), new Row("a", 1, 5),
				new Row("c", 1, 3));
		assertThat(keys()).containsExactly("b", "a", "c");
		put("0", 6, 1);
		assertThat(keys()).containsExactly("b", "a", "c", "0");
		assertThat(this.repository.seriesCount()).isEqualTo(4);
	}

	@Test
	void batchMayHoldManySeries() {
		PointBatch batch = new PointBatch();
		batch.add(SeriesKey.of("x"), 2, 1);
		batch.add(SeriesKey.of("y"), 1, 2);
		batch.add(SeriesKey.of("x"), 1, 3);
		this.repository.put(batch);
		assertThat(readAll()).containsExactly(new Row("x", 1, 3), new Row("x", 2, 1), new Row("y", 1, 2));
	}

	@Test
	void batchMayBeFilledAgainOncePut() {
		PointBatch batch = new PointBatch();
		batch.add(SeriesKey.of("first"), 1, 1);
		this.repository.put(batch);
		batch.clear();
		batch.add(SeriesKey.of("other"), 2, 2);
		assertThat(readAll()).containsExactly(new Row("first", 1, 1));
		this.repository.put(batch);
		assertThat(readAll()).containsExactly(new Row("first", 1, 1), new Row("other", 2, 2));
	}

	@Test
	void rangeIncludesBothEnds() {
		for (int timestamp = -20; timestamp <= 20; timestamp += 10) {
			put("a", timestamp, timestamp);
		}
		assertThat(timestamps(new TimeRange(-10, 10))).containsExactly(-10L, 0L, 10L);
		assertThat(timestamps(new TimeRange(-9, 9))).containsExactly(0L);
		assertThat(timestamps(new TimeRange(10, 10))).containsExactly(10L);
		assertThat(timestamps(new TimeRange(11, 19))).isEmpty();
		assertThat(timestamps(new TimeRange(21, Long.MAX_VALUE))).isEmpty();
		assertThat(timestamps(new TimeRange(Long.MIN_VALUE, -21))).isEmpty();
		assertThat(timestamps(new TimeRange(Long.MIN_VALUE, -10))).containsExactly(-20L, -10L);
		assertThat(timestamps(new TimeRange(20, Long.MAX_VALUE))).containsExactly(20L);
	}

	@Test
	void rangeAppliesToAllSeries() {
		put("a", 1, 1);
		put("b", 2, 2);
		put("c", 3, 3);
		put("b", 3, 3);
		assertThat(Row.ofAll(this.repository, new TimeRange(2, 2))).containsExactly(new Row("b", 2, 2));
	}

	@Test
	void anyTimestampMayBePut() {
		long[] timestamps = { Long.MAX_VALUE, 0, Long.MIN_VALUE, -1, 1, Long.MAX_VALUE - 1, Long.MIN_VALUE + 1 };
		for (int i = 0; i < timestamps.length; i++) {
			put("a", i, timestamps[i]);
		}
		assertThat(timestamps(TimeRange.ALL)).containsExactly(Long.MIN_VALUE, Long.MIN_VALUE + 1, -1L, 0L, 1L,
				Long.MAX_VALUE - 1, Long.MAX_VALUE);
		assertThat(timestamps(new TimeRange(Long.MAX_VALUE, Long.MAX_VALUE))).containsExactly(Long.MAX_VALUE);
		assertThat(timestamps(new TimeRange(Long.MIN_VALUE, Long.MIN_VALUE))).containsExactly(Long.MIN_VALUE);
	}

	@Test
	void lastPointHasTheHighestTimestamp() {
		assertThat(last("a")).isNull();
		put("a", 1, 10);
		assertThat(last("a")).isEqualTo(new Point(10, 1));
		put("a", 2, 20);
		put("a", 3, 15);
		assertThat(last("a")).isEqualTo(new Point(20, 2));
		put("a", 4, 20);
		put("a", 5, 19);
		assertThat(last("a")).isEqualTo(new Point(20, 4));
		put("a", 6, 21);
		put("a", 7, 20);
		put("b", 8, Long.MIN_VALUE);
		assertThat(last("a")).isEqualTo(new Point(21, 6));
		assertThat(last("b")).isEqualTo(new Point(Long.MIN_VALUE, 8));
		put("b", 9, Long.MAX_VALUE);
		put("b", 10, 0);
		assertThat(last("b")).isEqualTo(new Point(0, 10));
		assertThat(last("c")).isNull();
		assertThat(keys()).containsExactly("a", "b");
	}

	@Test
	void pointBehindTheHorizonDoesNotHideThePresent() {
		long now = nowSeconds();
		put("a", 1, now * 1000);
		assertThat(last("a")).isEqualTo(new Point(now * 1000, 1));
		put("a", 2, now - 60);
		assertThat(last("a")).isEqualTo(new Point(now - 60, 2));
		put("a", 3, now + HORIZON_SECONDS - 60);
		put("a", 4, now + HORIZON_SECONDS + 600);
		put("a", 5, now);
		assertThat(last("a")).isEqualTo(new Point(now + HORIZON_SECONDS - 60, 3));
		put("a", 6, now + HORIZON_SECONDS - 60);
		put("a", 7, now * 1000);
		assertThat(last("a")).isEqualTo(new Point(now + HORIZON_SECONDS - 60, 6));
		assertThat(read("a")).hasSize(5);
	}

	@Test
	void ofPointsThatAreAllBehindTheHorizonTheNewestIsTheLast() {
		long now = nowSeconds();
		put("a", 1, now * 1000 + 1);
		put("a", 2, now * 1000);
		put("b", 3, now);
		put("b", 4, Long.MAX_VALUE);
		put("a", 5, now * 1000 + 1);
		assertThat(last("a")).isEqualTo(new Point(now * 1000 + 1, 5));
		assertThat(last("b")).isEqualTo(new Point(now, 3));
		put("a", 6, Long.MAX_VALUE);
		assertThat(last("a")).isEqualTo(new Point(Long.MAX_VALUE, 6));
	}

	@Test
	void lastPointNeverGoesBackWhilePointsOfTheFutureComeBetween() {
		int points = manyPoints() / 200;
		long start = nowSeconds() - points;
		AtomicLong acknowledged = new AtomicLong(-1);
		put("a", -1, start * 1000);
		CompletableFuture<Void> writer = CompletableFuture.runAsync(() -> {
			for (int i = 0; i < points; i++) {
				put("a", i, start + i);
				acknowledged.set(i);
				if (i % 10 == 0) {
					put("a", -1, (start + i) * 1000);
				}
			}
		}, TestThreads.NEW_THREAD);
		long seen = -1;
		while (seen < points - 1) {
			if (writer.isCompletedExceptionally()) {
				writer.join();
			}
			long expected = Math.max(seen, acknowledged.get());
			Point last = Objects.requireNonNull(this.repository.last(SeriesKey.of("a")));
			if (last.timestamp() == start * 1000) {
				assertThat(expected).isEqualTo(-1);
				continue;
			}
			assertThat(last.value()).isEqualTo((double) last.timestamp() - start);
			assertThat(last.timestamp() - start).isGreaterThanOrEqualTo(expected);
			seen = last.timestamp() - start;
		}
		writer.join();
	}

	@Test
	void lastPointsAreThoseOfAModelAtRandom() throws IOException {
		long seed = TestSeed.value();
		try {
			lastPointsAreThoseOfAModel(new Random(seed));
		}
		catch (AssertionError | RuntimeException ex) {
			throw new AssertionError("-Deardrum.test.seed=" + seed, ex);
		}
	}

	private void lastPointsAreThoseOfAModel(Random random) throws IOException {
		long now = nowSeconds();
		// Well away from it, on either side: the clock goes on.
		long[] bases = { now - 1000, now + HORIZON_SECONDS / 2, now + 2 * HORIZON_SECONDS, now * 1000,
				Long.MAX_VALUE - 100 };
		Map<String, NavigableMap<Long, Double>> model = new LinkedHashMap<>();
		PointBatch batch = new PointBatch();
		for (int round = 0; round < randomRounds(); round++) {
			batch.clear();
			int points = 1 + random.nextInt(1 << random.nextInt(9));
			int kinds = 1 + random.nextInt(bases.length);
			for (int i = 0; i < points; i++) {
				String key = "k" + random.nextInt(1 + random.nextInt(8));
				// Half of them in the future, or more.
				long timestamp = bases[bases.length - 1 - random.nextInt(kinds)] + random.nextInt(100);
				double value = random.nextInt(1000) / 10.0;
				batch.add(SeriesKey.of(key), timestamp, value);
				model.computeIfAbsent(key, (absent) -> new TreeMap<>()).put(timestamp, value);
			}
			this.repository.put(batch);
			if (random.nextInt(10) == 0) {
				this.repository = reopen(this.repository);
			}
			List<Row> expected = new ArrayList<>();
			model.forEach((key, rows) -> {
				Map.Entry<Long, Double> present = rows.floorEntry(now + HORIZON_SECONDS);
				Map.Entry<Long, Double> last = (present != null) ? present : rows.lastEntry();
				expected.add(new Row(key, last.getKey(), last.getValue()));
			});
			List<Row> lasts = new ArrayList<>();
			this.repository.forEachLast((key) -> true, (key, last) -> lasts
				.add(new Row(key.toString(), Objects.requireNonNull(last).timestamp(), last.value())));
			assertThat(lasts).isEqualTo(expected);
			Row row = expected.get(random.nextInt(expected.size()));
			assertThat(this.repository.last(SeriesKey.of(row.key())))
				.isEqualTo(new Point(row.timestamp(), row.value()));
		}
	}

	private static long nowSeconds() {
		return Instant.now().getEpochSecond();
	}

	@Test
	void lastPointIsTheOneThatWasPutLastWhileOthersAreLate() {
		for (int i = 0; i < 200; i++) {
			put("a", i, 1_000);
			put("a", i, i);
			assertThat(this.repository.last(SeriesKey.of("a"))).isEqualTo(new Point(1_000, i));
			if (i % 40 == 0) {
				assertThat(read("a")).hasSize(i + 2).endsWith(new Row("a", 1_000, i));
			}
		}
	}

	@Test
	void lastPointsArePassedOnInOrderOfFirstPut() throws IOException {
		for (String key : List.of("b", "a", "c", "d")) {
			put(key, 1, 1);
			put(key, 2, 2);
		}
		put("a", 3, 1);
		put("c", 4, 2);
		List<SeriesKey> asked = new ArrayList<>();
		List<Row> rows = new ArrayList<>();
		this.repository.forEachLast((key) -> {
			asked.add(key);
			return !key.toString().equals("d");
		}, (key, last) -> {
			Point known = Objects.requireNonNull(last);
			rows.add(new Row(key.toString(), known.timestamp(), known.value()));
		});
		assertThat(rows).containsExactly(new Row("b", 2, 2), new Row("a", 2, 2), new Row("c", 2, 4));
		assertThat(asked).extracting(SeriesKey::toString).containsExactly("b", "a", "c", "d");
	}

	@Test
	void consumerOfLastPointsThatFailsEndsTheReadOnly() {
		put("a", 1, 1);
		put("b", 2, 2);
		IOException failure = new IOException("peer is gone");
		List<SeriesKey> seen = new ArrayList<>();
		assertThatThrownBy(() -> this.repository.forEachLast((key) -> true, (key, last) -> {
			seen.add(key);
			// In another thread: a lock that is held by this one would let it in.
			CompletableFuture.runAsync(() -> put("a", 3, 3), TestThreads.NEW_THREAD)
				.orTimeout(30, TimeUnit.SECONDS)
				.join();
			throw failure;
		})).isSameAs(failure);
		assertThat(seen).hasSize(1);
		assertThat(last("a")).isEqualTo(new Point(3, 3));
	}

	@Test
	void lastPointNeverGoesBackWhileOneWriterAppends() {
		int points = manyPoints() / 100;
		AtomicLong acknowledged = new AtomicLong(-1);
		CompletableFuture<Void> writer = CompletableFuture.runAsync(() -> {
			for (int i = 0; i < points; i++) {
				put("a", i, i);
				put("a", 2 * i, i);
				put("a", -1, i - 5);
				acknowledged.set(i);
			}
		}, TestThreads.NEW_THREAD);
		long seen = -1;
		while (seen < points - 1) {
			if (writer.isCompletedExceptionally()) {
				writer.join();
			}
			long expected = Math.max(seen, acknowledged.get());
			Point last = this.repository.last(SeriesKey.of("a"));
			long timestamp = (last != null) ? last.timestamp() : -1;
			assertThat(timestamp).isGreaterThanOrEqualTo(expected);
			if (last != null) {
				assertThat(last.value()).isIn((double) timestamp, 2.0 * timestamp);
			}
			seen = timestamp;
		}
		writer.join();
		assertThat(last("a")).isEqualTo(new Point(points - 1, 2.0 * (points - 1)));
	}

	@Test
	void keysAreBytes() {
		List<String> keys = List.of("a", "ab", "a.b", "A", "a\u0300", "\u00e0", "\u4e2d\u6587", "\ud83d\ude00", "*",
				"/", "\u0080", "\uffff", "x".repeat(512), "x".repeat(511), "\u00fc".repeat(256), "with space",
				"'\"\\;%");
		for (int i = 0; i < keys.size(); i++) {
			put(keys.get(i), i, 1);
		}
		assertThat(keys()).containsExactlyElementsOf(keys);
		for (int i = 0; i < keys.size(); i++) {
			assertThat(read(keys.get(i))).containsExactly(new Row(keys.get(i), 1, i));
		}
	}

	@Test
	void keyOfOneSeriesMayBeginLikeAnother() {
		put("palm.cpu.user", 1, 1);
		put("palm", 2, 2);
		put("palm.cpu", 3, 3);
		put("palm.cpu.user.", 4, 4);
		assertThat(read("palm")).containsExactly(new Row("palm", 2, 2));
		assertThat(read("palm.cpu")).containsExactly(new Row("palm.cpu", 3, 3));
		assertThat(read("palm.cpu.user")).containsExactly(new Row("palm.cpu.user", 1, 1));
		assertThat(read("palm.c")).isEmpty();
	}

	@Test
	void valuesComeBackBitForBit() {
		double[] values = { 0.0, -0.0, Double.MIN_VALUE, -Double.MIN_VALUE, Double.MIN_NORMAL,
				Math.nextDown(Double.MIN_NORMAL), Double.MAX_VALUE, -Double.MAX_VALUE, 0.1, Math.nextUp(0.1), 1.0 / 3,
				1e23, 4.35, Math.PI, -273.15 };
		for (int i = 0; i < values.length; i++) {
			put("a", values[i], i);
		}
		List<Row> rows = read("a");
		assertThat(rows).hasSize(values.length);
		for (int i = 0; i < values.length; i++) {
			assertThat(Double.doubleToRawLongBits(rows.get(i).value()))
				.isEqualTo(Double.doubleToRawLongBits(values[i]));
		}
	}

	@Test
	void ascendingTimestampsOfAnySpacingAreKept() {
		Random random = new Random(7);
		long timestamp = -1_000_000;
		PointBatch batch = new PointBatch();
		List<Row> expected = new ArrayList<>();
		for (int i = 0; i < 5_000; i++) {
			timestamp += 1 + (random.nextLong() >>> (20 + random.nextInt(44)));
			batch.add(SeriesKey.of("a"), timestamp, random.nextGaussian());
			expected.add(new Row("a", timestamp, batch.value(i)));
		}
		this.repository.put(batch);
		assertThat(read("a")).isEqualTo(expected);
	}

	@Test
	void manyDescendingPointsAreSorted() throws IOException {
		putMany((i) -> -i);
		assertThat(countAscending("a")).isEqualTo(manyPoints());
	}

	@Test
	void manyPointsInRandomOrderAreSorted() throws IOException {
		Random random = new Random(3);
		// Different from each other: a random number above, the index below.
		putMany((i) -> (random.nextLong() << 24) | i);
		assertThat(countAscending("a")).isEqualTo(manyPoints());
	}

	@Test
	void manyPutsOfFewTimestampsLeaveTheLast() {
		putMany((i) -> (i * 7919) % 100);
		List<Row> rows = read("a");
		assertThat(rows).hasSize(100);
		int last = manyPoints() - 1;
		Row lastPut = new Row("a", (last * 7919L) % 100, last);
		assertThat(rows).contains(lastPut).allMatch((row) -> row.value() > last - 100);
	}

	@Test
	void manySeriesAreKept() {
		int series = manyPoints() / 20;
		PointBatch batch = new PointBatch();
		for (int i = 0; i < series; i++) {
			byte[] key = ("host" + i).getBytes(StandardCharsets.UTF_8);
			batch.add(key, 0, key.length, i, i);
		}
		this.repository.put(batch);
		assertThat(this.repository.seriesCount()).isEqualTo(series);
		List<Row> rows = readAll();
		assertThat(rows).hasSize(series);
		for (int i = 0; i < series; i++) {
			assertThat(rows.get(i)).isEqualTo(new Row("host" + i, i, i));
		}
	}

	@Test
	void sinkThatFailsEndsTheReadOnly() {
		put("a", 1, 1);
		put("b", 2, 2);
		IOException failure = new IOException("peer is gone");
		List<SeriesKey> seen = new ArrayList<>();
		assertThatThrownBy(() -> this.repository.readAll(TimeRange.ALL, (key, timestamps, values, from, to) -> {
			seen.add(key);
			throw failure;
		})).isSameAs(failure);
		assertThat(seen).hasSize(1);
		assertThatThrownBy(
				() -> this.repository.read(SeriesKey.of("a"), TimeRange.ALL, (key, timestamps, values, from, to) -> {
					throw failure;
				}))
			.isSameAs(failure);
		put("a", 3, 3);
		assertThat(read("a")).containsExactly(new Row("a", 1, 1), new Row("a", 3, 3));
	}

	@Test
	void putsGoOnWhileSinkWorks() throws IOException {
		put("a", 1, 1);
		put("a", 2, 2);
		List<Long> seen = new ArrayList<>();
		this.repository.read(SeriesKey.of("a"), TimeRange.ALL, (key, timestamps, values, from, to) -> {
			// In another thread: a lock that is held by this one would let it in.
			CompletableFuture.runAsync(() -> {
				put("a", 9, 1);
				put("a", 9, 3);
				put("a", 9, 0);
				put("new", 9, 0);
				assertThat(Row.of(this.repository, "a", TimeRange.ALL)).hasSize(4);
			}, TestThreads.NEW_THREAD).orTimeout(30, TimeUnit.SECONDS).join();
			for (int i = from; i < to; i++) {
				assertThat(values[i]).isEqualTo((double) timestamps[i]);
				seen.add(timestamps[i]);
			}
		});
		assertThat(seen).containsExactly(1L, 2L);
		assertThat(read("a")).containsExactly(new Row("a", 0, 9), new Row("a", 1, 9), new Row("a", 2, 2),
				new Row("a", 3, 9));
	}

	@Test
	void readerSeesPrefixOfWhatOneWriterPuts() throws IOException {
		int points = manyPoints() / 10;
		AtomicLong acknowledged = new AtomicLong();
		CompletableFuture<Void> writer = CompletableFuture.runAsync(() -> {
			PointBatch batch = new PointBatch();
			SeriesKey key = SeriesKey.of("a");
			for (int i = 0; i < points; i++) {
				batch.add(key, i, i);
				if (batch.size() > i % 97 || i == points - 1) {
					this.repository.put(batch);
					acknowledged.set(i + 1);
					batch.clear();
				}
			}
		}, TestThreads.NEW_THREAD);
		long seen = 0;
		while (seen < points) {
			if (writer.isCompletedExceptionally()) {
				writer.join();
			}
			long expected = Math.max(seen, acknowledged.get());
			long[] next = { 0 };
			this.repository.read(SeriesKey.of("a"), TimeRange.ALL, (key, timestamps, values, from, to) -> {
				for (int i = from; i < to; i++) {
					if (timestamps[i] != next[0] || values[i] != next[0]) {
						throw new AssertionError(timestamps[i] + " " + values[i] + " where " + next[0] + " should be");
					}
					next[0]++;
				}
			});
			assertThat(next[0]).isGreaterThanOrEqualTo(expected);
			seen = next[0];
		}
		writer.join();
		assertThat(read("a")).hasSize(points);
	}

	@Test
	void readerSeesOneMomentWhileAllIsOverwritten() {
		int points = 100;
		int rounds = manyPoints() / 5_000;
		for (int i = 0; i < points; i++) {
			put("a", 0, i);
		}
		CompletableFuture<Void> writer = CompletableFuture.runAsync(() -> {
			for (int round = 1; round <= rounds; round++) {
				for (int i = 0; i < points; i++) {
					put("a", round, i);
				}
			}
		}, TestThreads.NEW_THREAD);
		double last = 0;
		while (last < rounds) {
			if (writer.isCompletedExceptionally()) {
				writer.join();
			}
			List<Row> rows = Row.of(this.repository, "a", TimeRange.ALL);
			assertThat(rows).hasSize(points);
			// Some have the value of this round, those behind them that of the one
			// before.
			assertThat(rows.get(0).value()).isBetween(last, rows.get(points - 1).value() + 1);
			for (int i = 1; i < points; i++) {
				assertThat(rows.get(i).timestamp()).isEqualTo(i);
				assertThat(rows.get(i - 1).value()).isGreaterThanOrEqualTo(rows.get(i).value());
			}
			last = rows.get(points - 1).value();
		}
		writer.join();
	}

	@Test
	void lastPutOfEitherWriterWins() {
		int rounds = manyPoints() / 100;
		CountDownLatch start = new CountDownLatch(1);
		List<CompletableFuture<Void>> writers = new ArrayList<>();
		for (int sign : new int[] { -1, 1 }) {
			writers.add(CompletableFuture.runAsync(() -> {
				await(start);
				for (int i = 1; i <= rounds; i++) {
					put("a", sign * i, i % 10);
				}
			}, TestThreads.NEW_THREAD));
		}
		start.countDown();
		writers.forEach(CompletableFuture::join);
		List<Row> rows = read("a");
		assertThat(rows).hasSize(10);
		for (Row row : rows) {
			assertThat((long) Math.abs(row.value()) % 10).isEqualTo(row.timestamp());
			assertThat(Math.abs(row.value())).isGreaterThan(rounds - 10);
		}
	}

	@Test
	void noPointOfManyWritersOnOneKeyIsLost() {
		int writers = 4;
		int points = manyPoints() / 5;
		CountDownLatch start = new CountDownLatch(1);
		List<CompletableFuture<Void>> running = new ArrayList<>();
		for (int writer = 0; writer < writers; writer++) {
			int first = writer;
			running.add(CompletableFuture.runAsync(() -> {
				await(start);
				PointBatch batch = new PointBatch();
				for (int i = 0; i < points; i++) {
					batch.add(SeriesKey.of("a"), (long) i * writers + first, i);
					if (batch.size() == 50 || i == points - 1) {
						this.repository.put(batch);
						batch.clear();
					}
				}
			}, TestThreads.NEW_THREAD));
		}
		start.countDown();
		running.forEach(CompletableFuture::join);
		List<Row> rows = read("a");
		assertThat(rows).hasSize(writers * points);
		for (int i = 0; i < rows.size(); i++) {
			int value = i / writers;
			if (rows.get(i).timestamp() != i || rows.get(i).value() != value) {
				throw new AssertionError(rows.get(i) + " where " + i + " should be");
			}
		}
	}

	@Test
	void newKeysOfManyWritersAreEachThereOnce() {
		int series = manyPoints() / 500;
		CountDownLatch start = new CountDownLatch(1);
		List<CompletableFuture<Void>> writers = new ArrayList<>();
		for (int writer = 0; writer < 4; writer++) {
			int timestamp = writer;
			writers.add(CompletableFuture.runAsync(() -> {
				await(start);
				for (int i = 0; i < series; i++) {
					put("key" + i, i, timestamp);
					if (i % 100 == 0) {
						assertThat(currentKeys()).contains("key" + i);
					}
				}
			}, TestThreads.NEW_THREAD));
		}
		start.countDown();
		writers.forEach(CompletableFuture::join);
		assertThat(this.repository.seriesCount()).isEqualTo(series);
		assertThat(keys()).hasSize(series).doesNotHaveDuplicates();
		assertThat(readAll()).hasSize(4 * series);
	}

	@Test
	void deletedPointsAreGoneAndOthersStay() {
		for (int i = 0; i < 10; i++) {
			put("a", i, i);
			put("b", i, i);
		}
		delete(3, 5, "a", "nobody");
		assertThat(timestamps(TimeRange.ALL)).containsExactly(0L, 1L, 2L, 6L, 7L, 8L, 9L);
		assertThat(timestamps(new TimeRange(2, 6))).containsExactly(2L, 6L);
		assertThat(timestamps(new TimeRange(3, 5))).isEmpty();
		delete(8, Long.MAX_VALUE, "a");
		delete(Long.MIN_VALUE, 0, "a");
		assertThat(last("a")).isEqualTo(new Point(7, 7));
		assertThat(read("a")).containsExactly(new Row("a", 1, 1), new Row("a", 2, 2), new Row("a", 6, 6),
				new Row("a", 7, 7));
		assertThat(read("b")).hasSize(10);
		assertThat(keys()).containsExactly("a", "b");
	}

	@Test
	void pointPutWhereOneWasDeletedIsThere() {
		put("a", 1, 1);
		put("a", 2, 2);
		delete(1, 2, "a");
		put("a", 3, 2);
		assertThat(read("a")).containsExactly(new Row("a", 2, 3));
		delete(0, 1, "a");
		assertThat(last("a")).isEqualTo(new Point(2, 3));
	}

	@Test
	void seriesThatWasDeletedIsNewAndLastOncePutAgain() {
		put("a", 1, 1);
		put("b", 2, 2);
		put("c", 3, 3);
		delete(Long.MIN_VALUE, Long.MAX_VALUE, "b", "a");
		assertThat(keys()).containsExactly("c");
		assertThat(this.repository.seriesCount()).isEqualTo(1);
		assertThat(read("a")).isEmpty();
		assertThat(last("b")).isNull();
		assertThat(readAll()).containsExactly(new Row("c", 3, 3));
		put("a", 4, 4);
		assertThat(keys()).containsExactly("c", "a");
		assertThat(readAll()).containsExactly(new Row("c", 3, 3), new Row("a", 4, 4));
		assertThat(this.repository.seriesCount()).isEqualTo(2);
		delete(Long.MIN_VALUE, Long.MAX_VALUE, "a", "c");
		assertThat(keys()).isEmpty();
		assertThat(this.repository.seriesCount()).isZero();
	}

	@Test
	void seriesWhoseLastPointIsDeletedIsGone() {
		put("a", 1, 1);
		put("a", 2, 2);
		put("b", 1, 1);
		delete(2, 2, "a");
		assertThat(keys()).containsExactly("a", "b");
		delete(0, 1, "a");
		assertThat(keys()).containsExactly("b");
		put("a", 5, 1);
		assertThat(keys()).containsExactly("b", "a");
		assertThat(read("a")).containsExactly(new Row("a", 1, 5));
	}

	@Test
	void noPutIsLostBesideDeletions() {
		int rounds = manyPoints() / 1000;
		CountDownLatch start = new CountDownLatch(1);
		List<CompletableFuture<Void>> writers = new ArrayList<>();
		for (int writer = 0; writer < 3; writer++) {
			int number = writer;
			writers.add(CompletableFuture.runAsync(() -> {
				await(start);
				for (int i = 0; i < rounds; i++) {
					put("key", i, number * 1_000_000L + i);
					assertThat(Row.of(this.repository, "key",
							new TimeRange(number * 1_000_000L + i, number * 1_000_000L + i)))
						.containsExactly(new Row("key", number * 1_000_000L + i, i));
				}
			}, TestThreads.NEW_THREAD));
		}
		writers.add(CompletableFuture.runAsync(() -> {
			await(start);
			for (int i = 0; i < rounds; i++) {
				// The series comes and goes, and no timestamp of a writer is deleted.
				put("key", 1, -1);
				delete(Long.MIN_VALUE, -1, "key");
			}
		}, TestThreads.NEW_THREAD));
		start.countDown();
		writers.forEach(CompletableFuture::join);
		assertThat(read("key")).hasSize(3 * rounds);
		assertThat(keys()).containsExactly("key");
	}

	@Test
	void seriesThatIsDeletedOverAndOverTakesEachPut() {
		int rounds = manyPoints() / 1000;
		CountDownLatch start = new CountDownLatch(1);
		CompletableFuture<Void> other = CompletableFuture.runAsync(() -> {
			await(start);
			for (int i = 0; i < rounds; i++) {
				delete(Long.MIN_VALUE, Long.MAX_VALUE, "other");
				put("other", i, i);
			}
		}, TestThreads.NEW_THREAD);
		start.countDown();
		for (int i = 0; i < rounds; i++) {
			put("key", i, i);
			assertThat(Row.of(this.repository, "key", TimeRange.ALL)).containsExactly(new Row("key", i, i));
			delete(Long.MIN_VALUE, Long.MAX_VALUE, "key");
			assertThat(Row.of(this.repository, "key", TimeRange.ALL)).isEmpty();
			assertThat(currentKeys()).doesNotContain("key");
		}
		other.join();
		assertThat(keys()).containsExactly("other");
		assertThat(read("other")).containsExactly(new Row("other", rounds - 1, rounds - 1));
	}

	@Test
	void openStoreIsWritable() {
		put("a", 1, 1);
		StorageStatus status = this.repository.status();
		assertThat(status.engine()).isNotBlank();
		assertThat(status.writable()).isTrue();
		assertThat(status.problem()).isNull();
	}

	@Test
	void behavesLikeSortedMapsAtRandom() {
		long seed = TestSeed.value();
		try {
			behavesLikeSortedMaps(new Random(seed));
		}
		catch (AssertionError | RuntimeException ex) {
			throw new AssertionError("-Deardrum.test.seed=" + seed, ex);
		}
	}

	private void behavesLikeSortedMaps(Random random) {
		Map<String, NavigableMap<Long, Double>> model = new LinkedHashMap<>();
		PointBatch batch = new PointBatch();
		for (int round = 0; round < randomRounds(); round++) {
			batch.clear();
			int span = 1 << random.nextInt(12);
			int points = random.nextInt(1 << random.nextInt(10));
			for (int i = 0; i < points; i++) {
				String key = "k" + random.nextInt(1 + random.nextInt(12));
				long timestamp = (random.nextInt(4) == 0) ? round * 100L + i : random.nextInt(span);
				double value = random.nextInt(1000) / 10.0;
				batch.add(SeriesKey.of(key), timestamp, value);
				model.computeIfAbsent(key, (absent) -> new TreeMap<>()).put(timestamp, value);
			}
			this.repository.put(batch);
			if (random.nextInt(4) == 0) {
				deleteAtRandom(random, span, model);
			}
			if (random.nextInt(10) == 0) {
				this.repository = reopen(this.repository);
			}
			long from = random.nextInt(span) - 10L;
			TimeRange range = new TimeRange(from, from + random.nextInt(span));
			String key = "k" + random.nextInt(12);
			assertThat(Row.of(this.repository, key, range)).isEqualTo(rows(model, key, range));
			if (random.nextInt(5) == 0) {
				List<Row> expected = new ArrayList<>();
				model.keySet().forEach((known) -> expected.addAll(rows(model, known, TimeRange.ALL)));
				assertThat(readAll()).isEqualTo(expected);
				assertThat(keys()).containsExactlyElementsOf(model.keySet());
				model.forEach((known, rows) -> assertThat(this.repository.last(SeriesKey.of(known)))
					.isEqualTo(new Point(rows.lastKey(), rows.lastEntry().getValue())));
			}
		}
	}

	private void deleteAtRandom(Random random, int span, Map<String, NavigableMap<Long, Double>> model) {
		long from = random.nextInt(span) - 10L;
		TimeRange range = (random.nextInt(3) == 0) ? TimeRange.ALL
				: new TimeRange(from, from + random.nextInt(1 << random.nextInt(12)));
		List<SeriesKey> keys = new ArrayList<>();
		for (int i = random.nextInt(3); i >= 0; i--) {
			String key = "k" + random.nextInt(12);
			keys.add(SeriesKey.of(key));
			NavigableMap<Long, Double> points = model.get(key);
			if (points != null) {
				points.subMap(range.from(), true, range.to(), true).clear();
				if (points.isEmpty()) {
					model.remove(key);
				}
			}
		}
		this.repository.delete(keys, range);
	}

	@Test
	void selectedSeriesComeInTheOrderOfTheirFirstPut() throws IOException {
		Random random = new Random(TestSeed.value());
		List<String> keys = new ArrayList<>();
		int series = manyPoints() / 80;
		for (int i = 0; i < series; i++) {
			keys.add("host.h" + random.nextInt(20) + ".m" + i + ((i % 50 == 0) ? ".ü" : ""));
		}
		keys.add(".host..h1");
		putAll(keys);
		for (int round = 0; round < 3; round++) {
			for (String text : List.of("host.h7.m1*", "host.*.*.*", "*.h{1,2}.m77", "**.ü", "host.h1?.*",
					"{,x}.host.*.h1", "host.h3.m5", "nothing.*")) {
				KeyPattern pattern = KeyPattern.of(text);
				List<String> expected = keys.stream().filter(pattern::matches).toList();
				List<String> listed = new ArrayList<>();
				this.repository.forEachKey(KeySelection.of(pattern), (key) -> listed.add(key.toString()));
				List<String> read = new ArrayList<>();
				this.repository.forEachLast(KeySelection.of(pattern), pattern::matches,
						(key, last) -> read.add(key + " " + Objects.requireNonNull(last).timestamp()));
				assertThat(listed.stream().filter(pattern::matches).toList()).as(text).isEqualTo(expected);
				assertThat(read).as(text).isEqualTo(expected.stream().map((key) -> key + " 7").toList());
			}
			if (round == 0) {
				List<String> gone = keys.subList(series / 10, series / 10 + Math.min(500, series / 2));
				delete(Long.MIN_VALUE, Long.MAX_VALUE, gone.toArray(String[]::new));
				List<String> again = List.copyOf(gone.subList(0, gone.size() * 2 / 5));
				gone.clear();
				putAll(again);
				keys.addAll(again);
			}
			else {
				this.repository = reopen(this.repository);
			}
		}
	}

	private void putAll(List<String> keys) {
		for (int from = 0; from < keys.size(); from += 1_000) {
			PointBatch batch = new PointBatch();
			keys.subList(from, Math.min(from + 1_000, keys.size()))
				.forEach((key) -> batch.add(SeriesKey.of(key), 7, 1));
			this.repository.put(batch);
		}
	}

	private void delete(long from, long to, String... keys) {
		this.repository.delete(Stream.of(keys).map(SeriesKey::of).toList(), new TimeRange(from, to));
	}

	private static List<Row> rows(Map<String, NavigableMap<Long, Double>> model, String key, TimeRange range) {
		List<Row> rows = new ArrayList<>();
		model.getOrDefault(key, new TreeMap<>())
			.subMap(range.from(), true, range.to(), true)
			.forEach((timestamp, value) -> rows.add(new Row(key, timestamp, value)));
		return rows;
	}

	private void put(String key, double value, long timestamp) {
		PointBatch batch = new PointBatch();
		batch.add(SeriesKey.of(key), timestamp, value);
		this.repository.put(batch);
	}

	private void putMany(LongUnaryOperator timestamp) {
		PointBatch batch = new PointBatch();
		SeriesKey key = SeriesKey.of("a");
		int points = manyPoints();
		for (int i = 0; i < points; i++) {
			batch.add(key, timestamp.applyAsLong(i), i);
			if (batch.size() == 1_000) {
				this.repository.put(batch);
				batch.clear();
			}
		}
		this.repository.put(batch);
	}

	private List<Row> read(String key) {
		List<Row> before = Row.of(this.repository, key, TimeRange.ALL);
		this.repository = reopen(this.repository);
		assertThat(Row.of(this.repository, key, TimeRange.ALL)).isEqualTo(before);
		return before;
	}

	private @Nullable Point last(String key) {
		Point before = this.repository.last(SeriesKey.of(key));
		this.repository = reopen(this.repository);
		assertThat(this.repository.last(SeriesKey.of(key))).isEqualTo(before);
		return before;
	}

	private List<Row> readAll() {
		List<Row> before = Row.ofAll(this.repository, TimeRange.ALL);
		this.repository = reopen(this.repository);
		assertThat(Row.ofAll(this.repository, TimeRange.ALL)).isEqualTo(before);
		return before;
	}

	private List<String> keys() {
		List<String> before = currentKeys();
		this.repository = reopen(this.repository);
		assertThat(currentKeys()).isEqualTo(before);
		return before;
	}

	private List<String> currentKeys() {
		List<String> keys = new ArrayList<>();
		this.repository.forEachKey((key) -> keys.add(key.toString()));
		return keys;
	}

	private List<Long> timestamps(TimeRange range) {
		return Row.of(this.repository, "a", range).stream().map(Row::timestamp).toList();
	}

	private long countAscending(String key) throws IOException {
		long[] count = { 0 };
		long[] last = { Long.MIN_VALUE };
		this.repository.read(SeriesKey.of(key), TimeRange.ALL, (found, timestamps, values, from, to) -> {
			for (int i = from; i < to; i++) {
				if (count[0] > 0 && timestamps[i] <= last[0]) {
					throw new AssertionError(timestamps[i] + " after " + last[0]);
				}
				last[0] = timestamps[i];
				count[0]++;
			}
		});
		return count[0];
	}

	private static void await(CountDownLatch latch) {
		try {
			latch.await();
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

}
