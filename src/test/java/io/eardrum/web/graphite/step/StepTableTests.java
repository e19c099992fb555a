package io.eardrum.web.graphite.step;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

import org.junit.jupiter.api.Test;

import io.eardrum.budget.HeapBudget;
import io.eardrum.budget.HeapShare;
import io.eardrum.budget.HeapUse;
import io.eardrum.metric.SeriesKey;

import static org.assertj.core.api.Assertions.assertThat;

class StepTableTests {

	private static final long MEBIBYTE = 1024 * 1024;

	private final AtomicLong nanos = new AtomicLong(Duration.ofDays(3).toNanos());

	private final HeapShare share = new HeapBudget(256 * MEBIBYTE, 128 * MEBIBYTE, Map.of()).share(HeapUse.QUERIES);

	private static SeriesKey key(int number) {
		return SeriesKey.of("prod.host" + number + ".cpu");
	}

	@Test
	void stepIsRememberedForAnHour() {
		StepTable table = new StepTable(null, this.nanos::get);
		assertThat(table.get(key(1))).isZero();
		table.put(key(1), 10);
		table.put(key(2), 86_400);
		assertThat(table.get(key(1))).isEqualTo(10);
		assertThat(table.get(key(2))).isEqualTo(86_400);
		table.put(key(1), 60);
		assertThat(table.get(key(1))).isEqualTo(60);
		this.nanos.addAndGet(Duration.ofHours(1).toNanos());
		assertThat(table.get(key(1))).isEqualTo(60);
		this.nanos.addAndGet(Duration.ofMinutes(10).toNanos());
		assertThat(table.get(key(1))).isZero();
		table.put(key(1), 30);
		assertThat(table.get(key(1))).isEqualTo(30);
	}

	@Test
	void stepStaysForgottenHoweverLongNobodyAsks() {
		// 256 units of ten minutes are 42 h 40 min.
		for (int hours = 2; hours <= 200; hours++) {
			for (int minutes = 0; minutes < 60; minutes += 10) {
				StepTable table = new StepTable(null, this.nanos::get);
				table.put(key(1), 10);
				this.nanos.addAndGet(Duration.ofHours(hours).plusMinutes(minutes).toNanos());
				assertThat(table.get(key(1))).as("after %d h %d min", hours, minutes).isZero();
			}
		}
	}

	@Test
	void stepsAreRememberedForAnHourForWeeks() {
		this.nanos.set(Long.MAX_VALUE - Duration.ofDays(3).toNanos());
		StepTable table = new StepTable(null, this.nanos::get);
		int forgotten = 0;
		for (int i = 0; i < 7 * 24 * 6; i++) {
			table.put(key(1), 10);
			table.put(key(2 + i), 60);
			this.nanos.addAndGet(Duration.ofMinutes(10).toNanos());
			forgotten += (table.get(key(1)) != 10) ? 1 : 0;
			if (i >= 7) {
				assertThat(table.get(key(2 + i - 7))).as("an hour and more before %d", i).isZero();
			}
		}
		// Everything is forgotten once in 250 units, and learnt again.
		assertThat(forgotten).isBetween(1, 4);
	}

	@Test
	void stepOfMoreThanAYearIsNotRemembered() {
		StepTable table = new StepTable(null, this.nanos::get);
		table.put(key(1), (1L << 25) - 2);
		table.put(key(2), (1L << 25) - 1);
		assertThat(table.get(key(1))).isEqualTo((1L << 25) - 2);
		assertThat(table.get(key(2))).isZero();
	}

	@Test
	void seriesWhosePointsSayNothingIsRemembered() {
		StepTable table = new StepTable(null, this.nanos::get);
		table.put(key(1), 0);
		assertThat(table.get(key(1))).isEqualTo(-1);
		table.put(key(1), 10);
		assertThat(table.get(key(1))).isEqualTo(10);
	}

	@Test
	void tableGrowsWithinItsMemoryAndBeginsAnew() {
		StepTable table = new StepTable(this.share, this.nanos::get);
		long before = this.share.usedBytes();
		for (int pass = 0; pass < 3; pass++) {
			for (int i = 0; i < 50_000; i++) {
				table.put(key(i), 1 + i % 100);
			}
		}
		assertThat(table.size()).isBetween(65_536, 262_144);
		assertThat(this.share.usedBytes() - before).isEqualTo(8L * table.size());
		int known = 0;
		for (int i = 0; i < 50_000; i++) {
			long step = table.get(key(i));
			assertThat(step).isIn(0L, (long) (1 + i % 100));
			known += (step > 0) ? 1 : 0;
		}
		assertThat(known).isGreaterThan(49_000);
	}

	@Test
	void tableWithoutMemoryForgetsSomeSteps() {
		StepTable table = new StepTable(null, this.nanos::get);
		for (int i = 0; i < 5000; i++) {
			table.put(key(i), 1 + i % 100);
			assertThat(table.get(key(i))).isEqualTo(1 + i % 100);
		}
		assertThat(table.size()).isEqualTo(1024);
	}

}
