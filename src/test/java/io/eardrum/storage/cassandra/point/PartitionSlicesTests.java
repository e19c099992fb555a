package io.eardrum.storage.cassandra.point;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

import org.junit.jupiter.api.Test;

import io.eardrum.metric.PointBatch;
import io.eardrum.metric.SeriesKey;
import io.eardrum.storage.cassandra.series.SeriesPoints;
import io.eardrum.storage.cassandra.table.Buckets;
import io.eardrum.storage.series.PointBuffer;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link PartitionSlices} and {@link SeriesPoints}.
 */
class PartitionSlicesTests {

	private static final long WIDTH = 262_144;

	@Test
	void sliceHasPointsOfOnePartitionOnly() {
		assertThat(cut(10, WIDTH - 2, WIDTH - 1, WIDTH, WIDTH + 1)).containsExactly(new Slice(0, 0, 2),
				new Slice(1, 2, 4));
		assertThat(cut(10, -WIDTH - 1, -1, 0)).containsExactly(new Slice(-2, 0, 1), new Slice(-1, 1, 2),
				new Slice(0, 2, 3));
		assertThat(cut(10, Long.MIN_VALUE, Long.MAX_VALUE)).containsExactly(new Slice(Buckets.of(Long.MIN_VALUE), 0, 1),
				new Slice(Buckets.of(Long.MAX_VALUE), 1, 2));
	}

	@Test
	void sliceHasNoMoreRowsThanAllowed() {
		assertThat(cut(2, 1, 2, 3, 4, 5)).containsExactly(new Slice(0, 0, 2), new Slice(0, 2, 4), new Slice(0, 4, 5));
		assertThat(cut(1, 1, 2)).containsExactly(new Slice(0, 0, 1), new Slice(0, 1, 2));
		assertThat(cut(5, 1, 2, 3, 4, 5)).containsExactly(new Slice(0, 0, 5));
		assertThat(cut(5)).isEmpty();
	}

	@Test
	void longKeysMakeFewRows() {
		assertThat(PartitionSlices.maxRows(10)).isEqualTo(PartitionSlices.MAX_ROWS);
		assertThat(PartitionSlices.maxRows(512)).isEqualTo(58);
		assertThat(PartitionSlices.maxRows(100_000)).isEqualTo(1);
	}

	@Test
	void slicesAreAllPointsOnce() {
		Random random = new Random(5);
		for (int round = 0; round < 100; round++) {
			PointBuffer points = new PointBuffer();
			for (int i = 0; i < 300; i++) {
				points.put(random.nextLong() >> random.nextInt(64), i);
			}
			PointBuffer.Snapshot snapshot = points.snapshot();
			int[] next = { 0 };
			int maxRows = 1 + random.nextInt(100);
			PartitionSlices.cut(snapshot, maxRows, (bucket, from, to) -> {
				assertThat(from).isEqualTo(next[0]);
				assertThat(to - from).isBetween(1, maxRows);
				for (int i = from; i < to; i++) {
					assertThat(Buckets.of(snapshot.timestamp(i))).isEqualTo(bucket);
				}
				next[0] = to;
			});
			assertThat(next[0]).isEqualTo(snapshot.size());
		}
	}

	@Test
	void onlyTheLastOfEqualTimestampsInBatchIsSent() {
		PointBatch batch = new PointBatch();
		SeriesKey a = SeriesKey.of("a");
		SeriesKey b = SeriesKey.of("b");
		batch.add(b, 1, 10);
		batch.add(a, 5, 11);
		batch.add(b, 1, 12);
		batch.add(a, 4, 13);
		batch.add(a, 5, -14);
		var index = SeriesPoints.of(batch);
		assertThat(index.size()).isEqualTo(2);
		assertThat(index.get(0).key()).as("in the order in which they come").isEqualTo(b);
		PointBuffer.Snapshot ofB = index.get(0).points();
		assertThat(ofB.size()).isEqualTo(1);
		assertThat(ofB.value(0)).isEqualTo(12);
		PointBuffer.Snapshot ofA = index.get(1).points();
		assertThat(ofA.size()).isEqualTo(2);
		assertThat(ofA.timestamp(0)).isEqualTo(4);
		assertThat(ofA.value(1)).isEqualTo(-14);
	}

	private static List<Slice> cut(int maxRows, long... timestamps) {
		PointBuffer points = new PointBuffer();
		for (long timestamp : timestamps) {
			points.put(timestamp, 1);
		}
		List<Slice> slices = new ArrayList<>();
		PartitionSlices.cut(points.snapshot(), maxRows, (bucket, from, to) -> slices.add(new Slice(bucket, from, to)));
		return slices;
	}

	private record Slice(long bucket, int from, int to) {
	}

}
