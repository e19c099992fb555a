package io.eardrum.storage.embedded.chunk;

import java.util.Objects;

import org.junit.jupiter.api.Test;

import io.eardrum.metric.Point;
import io.eardrum.storage.embedded.codec.PointColumns;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link TailCache} and {@link Tail}.
 */
class TailCacheTests {

	private final PointColumns points = new PointColumns(16);

	@Test
	void knowsASeriesInTheVersionInWhichItWasRead() {
		TailCache cache = new TailCache(1 << 20);
		cache.put(Tail.of(3, 7, new Point(10, 1.5)));
		Tail found = Objects.requireNonNull(cache.find(3, 7));
		assertThat(found.last()).isEqualTo(new Point(10, 1.5));
		assertThat(cache.find(3, 8)).isNull();
		assertThat(cache.find(4, 7)).isNull();
	}

	@Test
	void onePointReachesNoFurtherThanItself() {
		Tail tail = Tail.of(0, 0, new Point(10, 1));
		assertThat(tail.reaches(10)).isTrue();
		assertThat(tail.reaches(9)).isFalse();
	}

	@Test
	void wholeSeriesReachesBackToTheBeginning() {
		fill(5);
		assertThat(Tail.of(0, 0, this.points, true).reaches(Long.MIN_VALUE)).isTrue();
		Tail last = Tail.of(0, 0, this.points, false);
		assertThat(last.reaches(0)).isTrue();
		assertThat(last.reaches(-1)).isFalse();
	}

	@Test
	void longSeriesReachesBackToBehindThePointThatDidNotFit() {
		fill(Tail.MAX_POINTS + 1);
		Tail tail = Tail.of(0, 0, this.points, true);
		assertThat(tail.reaches(1)).isTrue();
		assertThat(tail.reaches(0)).isFalse();
	}

	@Test
	void copiesThePointsFromATimestampOn() {
		fill(4);
		Tail tail = Tail.of(0, 0, this.points, true);
		PointColumns copied = new PointColumns(1);
		tail.copyTo(11, copied);
		assertThat(copied.size()).isEqualTo(2);
		assertThat(copied.first()).isEqualTo(20);
		assertThat(copied.values()[1]).isEqualTo(3);
		tail.copyTo(30, copied);
		assertThat(copied.size()).isOne();
		tail.copyTo(31, copied);
		assertThat(copied.isEmpty()).isTrue();
		tail.copyTo(Long.MIN_VALUE, copied);
		assertThat(copied.size()).isEqualTo(4);
	}

	@Test
	void memoryIsBoundedWhateverIsRead() {
		fill(Tail.MAX_POINTS);
		long most = 100_000;
		TailCache cache = new TailCache(most);
		for (int series = 0; series < 10_000; series++) {
			cache.put(Tail.of(series, series % 3, this.points, true));
			assertThat(cache.bytes()).isPositive().isLessThanOrEqualTo(most);
		}
		assertThat(cache.find(9_999, 0)).isNotNull();
	}

	@Test
	void anotherReadOfTheSameSeriesTakesThePlaceOfTheFirst() {
		TailCache cache = new TailCache(1 << 20);
		fill(100);
		cache.put(Tail.of(1, 1, this.points, true));
		cache.put(Tail.of(1, 2, new Point(5, 5)));
		assertThat(cache.bytes()).isEqualTo(Tail.of(1, 2, new Point(5, 5)).bytes());
		assertThat(cache.find(1, 1)).isNull();
	}

	@Test
	void seriesInTurnsKeepTheirPlaces() {
		TailCache cache = new TailCache(1 << 20);
		for (int series = 0; series < 1000; series++) {
			cache.put(Tail.of(series, 0, new Point(series, series)));
		}
		int found = 0;
		for (int series = 0; series < 1000; series++) {
			found += (cache.find(series, 0) != null) ? 1 : 0;
		}
		assertThat(found).isGreaterThan(750);
	}

	private void fill(int count) {
		for (int i = 0; i < count; i++) {
			this.points.add(10L * i, i);
		}
	}

}
