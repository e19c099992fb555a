package io.eardrum.web.graphite.series;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import io.eardrum.fixture.TestSeed;
import io.eardrum.fixture.TestThreads;
import io.eardrum.metric.PointBatch;
import io.eardrum.metric.SeriesKey;
import io.eardrum.metric.TimeRange;
import io.eardrum.server.fixture.InterceptedStorage;
import io.eardrum.server.fixture.LateRead;
import io.eardrum.storage.MetricRepository;
import io.eardrum.storage.memory.MemoryMetricRepository;
import io.eardrum.web.fixture.TestAccounts;
import io.eardrum.web.graphite.step.Steps;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * Tests for {@link ReadAhead}, through the reader that uses it.
 */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ReadAheadTests {

	private static final int SERIES = 200;

	private static final int END = 2000;

	private final InterceptedStorage storage = new InterceptedStorage();

	private final MetricRepository store = (MetricRepository) this.storage
		.postProcessAfterInitialization(new MemoryMetricRepository(), "store");

	private final List<LateRead> reads = new ArrayList<>();

	private int mostReads;

	private final ValueBudget budget = new ValueBudget(10_000_000);

	@Test
	void seriesThatAreOnTheirWayTogetherAreWhatTheyAreOneByOne() {
		Random random = new Random(TestSeed.value());
		List<SeriesKey> keys = fill(random);
		for (int round = 0; round < 20; round++) {
			Collections.shuffle(keys, random);
			List<SeriesKey> some = keys.subList(0, 1 + random.nextInt(keys.size()));
			int from = random.nextInt(END);
			int until = from + 1 + random.nextInt(END);
			this.storage.beginReadsBy((key) -> null);
			List<String> expected = read(some, from, until);
			beginReads(random);
			assertThat(read(some, from, until)).as("round %d", round).isEqualTo(expected);
			assertThat(this.reads).allMatch(LateRead::isClosed);
		}
		assertThat(this.mostReads).isEqualTo(32);
	}

	@Test
	void otherRangeThanWasExpectedIsReadAnew() throws IOException {
		SeriesKey key = SeriesKey.of("a");
		PointBatch batch = new PointBatch();
		batch.add(key, 1, 1);
		batch.add(key, 2, 2);
		this.store.put(batch);
		LateRead late = new LateRead();
		late.arrive();
		this.storage.beginReadsBy((begun) -> late);
		List<Long> read = new ArrayList<>();
		try (ReadAhead ahead = new ReadAhead(this.store)) {
			ahead.expect(List.of(key), (expected) -> new TimeRange(1, 1));
			ahead.read(key, new TimeRange(2, 2), (found, timestamps, values, from, to) -> read.add(timestamps[from]));
		}
		assertThat(read).containsExactly(2L);
		assertThat(late.isClosed()).isTrue();
	}

	@Test
	void whatIsOnItsWayIsForgottenWhenAReadFails() {
		Random random = new Random(TestSeed.value());
		List<SeriesKey> keys = fill(random);
		beginReads(random);
		GridReader reader = reader(END);
		assertThatIllegalStateException().isThrownBy(() -> reader.forEach(keys, "pattern", 0, END, (series) -> {
			throw new IllegalStateException();
		}));
		assertThat(this.reads).hasSizeGreaterThan(1).allMatch(LateRead::isClosed);
	}

	// Some series don't exist, and of some the points do not say what their step is.
	private List<SeriesKey> fill(Random random) {
		List<SeriesKey> keys = new ArrayList<>();
		PointBatch batch = new PointBatch();
		for (int i = 0; i < SERIES; i++) {
			SeriesKey key = SeriesKey.of("key." + i);
			keys.add(key);
			int points = random.nextInt(30) * random.nextInt(4);
			int step = 10 * (1 + random.nextInt(3));
			for (int point = 0; point < points; point++) {
				batch.add(key, (long) step * point, random.nextInt());
			}
		}
		this.store.put(batch);
		return keys;
	}

	// The store has too many reads on their way now and then.
	private void beginReads(Random random) {
		this.storage.beginReadsBy((key) -> {
			if (random.nextInt(20) == 0) {
				return null;
			}
			LateRead read = new LateRead();
			this.reads.removeIf(LateRead::isClosed);
			this.reads.add(read);
			this.mostReads = Math.max(this.mostReads, this.reads.size());
			TestThreads.NEW_THREAD.execute(read::arrive);
			return read;
		});
	}

	private GridReader reader(long seconds) {
		return new GridReader(this.store, TestAccounts.open(this.budget), Steps.unknown(), seconds);
	}

	// Returns the series in the one way, and then in the other.
	private List<String> read(List<SeriesKey> keys, int from, int until) {
		List<String> texts = new ArrayList<>();
		reader(until - from).read(keys, "pattern", from, until).forEach((series) -> texts.add(text(series)));
		reader(until - from).forEach(keys, "pattern", from, until, (series) -> texts.add(text(series)));
		return texts;
	}

	private static String text(GridSeries series) {
		StringBuilder text = new StringBuilder(series.name()).append(' ')
			.append(series.start())
			.append(' ')
			.append(series.step());
		for (int i = 0; i < series.size(); i++) {
			text.append(' ').append(series.value(i));
		}
		return text.toString();
	}

}
