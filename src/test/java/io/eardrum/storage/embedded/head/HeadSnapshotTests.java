package io.eardrum.storage.embedded.head;

import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.Test;

import io.eardrum.metric.SeriesKey;
import io.eardrum.storage.embedded.codec.PointColumns;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link HeadSnapshot}: a read of a few points copies no others.
 */
class HeadSnapshotTests {

	private static final int POINTS = 5000;

	private final Heads heads = new Heads();

	private final Series series = Series.withoutChunks(SeriesKey.of("a"), 0, 0);

	@Test
	void takesOnlyWhatIsAskedFor() {
		append(0, POINTS);
		for (long from : new long[] { Long.MIN_VALUE, -1, 0, 1, 2, 3, 9990, 9998, 9999, 10_000, Long.MAX_VALUE }) {
			for (long to : new long[] { Long.MIN_VALUE, -1, 0, 1, 2, 5000, 9998, 9999, 10_000, Long.MAX_VALUE }) {
				List<Long> expected = expected(0, POINTS, from, to);
				HeadSnapshot.Plan plan = HeadSnapshot.plan(this.series.head(), from, to, Long.MAX_VALUE);
				assertThat(plan.count()).as("%d to %d", from, to).isEqualTo(expected.size());
				assertThat(timestamps(plan.take())).as("%d to %d", from, to).isEqualTo(expected);
			}
		}
	}

	@Test
	void takesOnlyWhatIsAskedForOfTwoEpochs() {
		append(0, 1000);
		this.heads.freeze(1);
		append(1000, POINTS);
		for (long from : new long[] { Long.MIN_VALUE, 1990, 1998, 1999, 2000, 2001, 9990 }) {
			for (long to : new long[] { 1000, 1998, 1999, 2000, 2002, Long.MAX_VALUE }) {
				List<Long> expected = expected(0, POINTS, from, to);
				HeadSnapshot.Plan plan = HeadSnapshot.plan(this.series.head(), from, to, Long.MAX_VALUE);
				assertThat(timestamps(plan.take())).as("%d to %d", from, to).isEqualTo(expected);
				PointColumns few = new PointColumns(4);
				boolean copied = HeadSnapshot.copyFew(this.series.head(), from, to, 100, few);
				assertThat(copied).isEqualTo(expected.size() <= 100);
				assertThat(few.size()).isEqualTo(copied ? expected.size() : 0);
			}
		}
	}

	@Test
	void takesAllIfALatePointIsAmongThem() {
		append(0, 1000);
		this.heads.append(this.series, 1, -1);
		HeadSnapshot.Plan plan = HeadSnapshot.plan(this.series.head(), 1990, Long.MAX_VALUE, Long.MAX_VALUE);
		assertThat(plan.count()).isEqualTo(1001);
		HeadSnapshot snapshot = plan.take();
		snapshot.skipTo(1990);
		assertThat(timestamps(snapshot)).containsExactly(1990L, 1992L, 1994L, 1996L, 1998L);
		assertThat(HeadSnapshot.copyFew(this.series.head(), 1990, 2000, 100, new PointColumns(4))).isFalse();
	}

	private void append(int from, int to) {
		for (int i = from; i < to; i++) {
			this.heads.append(this.series, 2L * i, i);
		}
	}

	private static List<Long> expected(int first, int last, long from, long to) {
		List<Long> expected = new ArrayList<>();
		for (int i = first; i < last; i++) {
			if (2L * i >= from && 2L * i <= to) {
				expected.add(2L * i);
			}
		}
		return expected;
	}

	private static List<Long> timestamps(HeadSnapshot snapshot) {
		List<Long> timestamps = new ArrayList<>();
		while (snapshot.hasNext()) {
			timestamps.add(snapshot.timestamp());
			snapshot.advance();
		}
		return timestamps;
	}

}
