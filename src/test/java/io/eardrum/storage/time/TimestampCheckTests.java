package io.eardrum.storage.time;

import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import io.eardrum.fixture.CapturedLog;
import io.eardrum.fixture.MovableClock;
import io.eardrum.metric.PointBatch;
import io.eardrum.metric.SeriesKey;
import io.eardrum.metric.TimeRange;
import io.eardrum.storage.MetricRepository;
import io.eardrum.storage.StorageException;
import io.eardrum.storage.fixture.Row;
import io.eardrum.storage.memory.MemoryMetricRepository;
import io.eardrum.storage.time.SuspectPointObserver.Reason;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.BDDMockito.willThrow;
import static org.mockito.Mockito.mock;

/**
 * Tests for {@link TimestampCheck}.
 */
class TimestampCheckTests {

	private static final long NOW = 1_764_450_000;

	private static final long DAY = 86_400;

	private final Map<Reason, Long> suspected = new EnumMap<>(Reason.class);

	private final MemoryMetricRepository repository = new MemoryMetricRepository();

	private final CapturedLog log = CapturedLog.ofThisThread();

	private final MovableClock clock = new MovableClock(Instant.ofEpochSecond(NOW, 999_999_999));

	private final TimestampCheck check = check(Duration.ZERO);

	@AfterEach
	void stopCapturing() {
		this.log.close();
	}

	@Test
	void pointsOfEveryOtherKindAreNotSuspect() {
		PointBatch batch = new PointBatch();
		for (long timestamp : new long[] { NOW, NOW + DAY, 100_000_000, -100_000_000, Long.MIN_VALUE, 1, 0, -1 }) {
			batch.add(SeriesKey.of("a"), timestamp, 1);
		}
		batch.add(SeriesKey.of("a"), 100_000_000, NOW);
		batch.add(SeriesKey.of("a"), -100_000_000, NOW);
		batch.add(SeriesKey.of("a"), NOW, NOW);
		batch.add(SeriesKey.of("a"), 2, NOW + 0.5);
		this.check.put(batch, this.repository);
		assertThat(this.suspected).isEmpty();
		assertThat(batch.refusedCount()).isZero();
		assertThat(this.log.text()).isEmpty();
	}

	@ParameterizedTest
	@ValueSource(longs = { NOW + DAY + 1, NOW * 1000, Long.MAX_VALUE })
	void pointMoreThanADayAheadIsCountedAndStored(long timestamp) {
		put("a", timestamp, 1);
		assertThat(this.suspected).containsExactly(Map.entry(Reason.FUTURE, 1L));
		assertThat(Row.of(this.repository, "a", TimeRange.ALL)).containsExactly(new Row("a", timestamp, 1));
	}

	@ParameterizedTest
	@CsvSource({ "99999999, 1764450000", "-99999999, 1764450000", "0, 1764450000000", "42, 1764450000", "1, 1449090000",
			"1, 1449090000000", "1, 1795986000", "1, 1795986000000", "1, 1764450000123" })
	void valueThatIsATimeBesideASmallTimestampIsCountedAndStored(long timestamp, double value) {
		put("a", timestamp, value);
		assertThat(this.suspected).containsExactly(Map.entry(Reason.SWAPPED, 1L));
		assertThat(this.repository.last(SeriesKey.of("a"))).isNotNull();
	}

	@ParameterizedTest
	@CsvSource({ "1, 1449089999", "1, 1795986001", "1, 1449089998999", "1, 1795986001001", "1, 1764450000.5",
			"1, -1764450000", "1, 0", "1, 1e300" })
	void valueThatIsNoTimeIsNotSuspect(long timestamp, double value) {
		put("a", timestamp, value);
		assertThat(this.suspected).isEmpty();
	}

	@Test
	void allOfABatchAreCounted() {
		PointBatch batch = new PointBatch();
		for (int i = 0; i < 10; i++) {
			batch.add(SeriesKey.of("a"), NOW * 1000 + i, 1);
			batch.add(SeriesKey.of("a"), i, 1);
			batch.add(SeriesKey.of("b"), i / 5, NOW);
		}
		this.check.put(batch, this.repository);
		assertThat(this.suspected).containsOnly(Map.entry(Reason.FUTURE, 10L), Map.entry(Reason.SWAPPED, 10L));
	}

	@Test
	void warningComesOnceADayOfEachKindAndNamesAKey() {
		put("palm.cpu", NOW * 1000, 1);
		put("other", NOW * 1000, 1);
		put("palm.mem", 42, NOW);
		put("other", 42, NOW);
		List<String> lines = this.log.lines().toList();
		assertThat(lines).hasSize(2);
		assertThat(lines.get(0)).contains("WARN", "A point of palm.cpu has the timestamp 1764450000000", "milliseconds",
				"eardrum.storage.max-future");
		assertThat(lines.get(1)).contains("WARN", "A point of palm.mem has the timestamp 42 and the value 1764450000",
				"swapped", "key, value and timestamp");
		this.clock.jump(Duration.ofSeconds(DAY - 1));
		put("other", this.clock.now() * 1000, 1);
		assertThat(this.log.lines()).hasSize(2);
		this.clock.jump(Duration.ofSeconds(1));
		put("next", this.clock.now() * 1000, 1);
		assertThat(this.log.lines()).hasSize(3);
		assertThat(this.log.text()).contains("A point of next");
	}

	@Test
	void clockThatIsSetBackDoesNotSilenceTheWarning() {
		put("a", NOW * 1000, 1);
		this.clock.jump(Duration.ofSeconds(-800 * DAY));
		put("b", NOW * 1000, 1);
		assertThat(this.log.lines()).hasSize(2);
	}

	@ParameterizedTest
	@CsvSource({ "1764536401, a clock is wrong", "9223372036854775807, a clock is wrong",
			"1764450000000000, a clock is wrong", "1459090000000, milliseconds", "2079000000000, milliseconds",
			"1449089000000, a clock is wrong", "2080000000000, a clock is wrong" })
	void warningSaysWhatIsMostLikelyWrong(long timestamp, String guess) {
		put("a", timestamp, 1);
		assertThat(this.log.text()).contains(guess);
	}

	@Test
	void keyIsLoggedWithoutWhatCouldMisleadAndCut() {
		put("a\u202eb\u0085c\u2028d" + "\ud83d\ude00".repeat(200), NOW * 1000, 1);
		assertThat(this.log.text()).contains("A point of a?b?c?d" + "\ud83d\ude00".repeat(93) + "... has");
	}

	@Test
	void pointsBeyondTheLimitAreRefusedAndNotSuspect() {
		PointBatch batch = new PointBatch();
		for (long timestamp : new long[] { NOW + 60, NOW + 61, NOW, Long.MAX_VALUE, 1 }) {
			batch.add(SeriesKey.of("a"), timestamp, NOW + 1);
		}
		check(Duration.ofMinutes(1)).put(batch, this.repository);
		assertThat(batch.refusedCount()).isEqualTo(2);
		assertThat(batch.refusal(1)).isEqualTo(PointBatch.Refusal.TIMESTAMP_IN_FUTURE);
		assertThat(batch.refusal(3)).isEqualTo(PointBatch.Refusal.TIMESTAMP_IN_FUTURE);
		assertThat(Row.of(this.repository, "a", TimeRange.ALL)).extracting(Row::timestamp)
			.containsExactly(1L, NOW, NOW + 60);
		assertThat(this.suspected).containsExactly(Map.entry(Reason.SWAPPED, 1L));
	}

	@Test
	void limitBeyondADayLetsSuspectPointsThrough() {
		PointBatch batch = new PointBatch();
		batch.add(SeriesKey.of("a"), NOW + 2 * DAY, 1);
		batch.add(SeriesKey.of("a"), NOW + 4 * DAY, 1);
		check(Duration.ofDays(3)).put(batch, this.repository);
		assertThat(batch.refusedCount()).isEqualTo(1);
		assertThat(this.suspected).containsExactly(Map.entry(Reason.FUTURE, 1L));
	}

	@Test
	void pointsThatTheStoreDoesNotTakeAreNotCounted() {
		MetricRepository broken = mock(MetricRepository.class);
		willThrow(new StorageException("full")).given(broken).put(any());
		PointBatch batch = new PointBatch();
		batch.add(SeriesKey.of("a"), NOW * 1000, 1);
		assertThatExceptionOfType(StorageException.class).isThrownBy(() -> this.check.put(batch, broken));
		this.check.put(batch(2, NOW * 1000), new MemoryMetricRepository(1, this.clock));
		assertThat(this.suspected).containsExactly(Map.entry(Reason.FUTURE, 1L));
	}

	private static PointBatch batch(int series, long timestamp) {
		PointBatch batch = new PointBatch();
		for (int i = 0; i < series; i++) {
			batch.add(SeriesKey.of("k" + i), timestamp, 1);
		}
		return batch;
	}

	private TimestampCheck check(Duration maxFuture) {
		return new TimestampCheck(maxFuture, this.clock,
				(reason, points) -> this.suspected.merge(reason, points, Long::sum));
	}

	private void put(String key, long timestamp, double value) {
		PointBatch batch = new PointBatch();
		batch.add(SeriesKey.of(key), timestamp, value);
		this.check.put(batch, this.repository);
	}

}
