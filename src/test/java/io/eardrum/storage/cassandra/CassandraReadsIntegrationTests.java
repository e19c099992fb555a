package io.eardrum.storage.cassandra;

import java.io.IOException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.ResourceLock;

import io.eardrum.metric.Point;
import io.eardrum.metric.PointBatch;
import io.eardrum.metric.SeriesKey;
import io.eardrum.metric.TimeRange;
import io.eardrum.storage.Horizon;
import io.eardrum.storage.MetricRepository;
import io.eardrum.storage.PendingRead;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for reads that are begun, and for those that ask for no buckets.
 */
@Tag("cassandra")
@ResourceLock("Cassandra")
@Timeout(value = 120, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class CassandraReadsIntegrationTests {

	private static final SeriesKey KEY = SeriesKey.of("a");

	private static TestKeyspace keyspace;

	private static CassandraMetricRepository first;

	private static CassandraMetricRepository second;

	@BeforeAll
	static void open() {
		keyspace = new TestKeyspace("reads");
		keyspace.clear();
		first = keyspace.open();
		second = keyspace.open();
	}

	@AfterAll
	static void close() {
		keyspace.close();
	}

	@Test
	void readsThatAreBegunSeeThePutsBeforeThem() throws IOException {
		SeriesKey key = SeriesKey.of("begun");
		for (int i = 0; i < 300; i++) {
			put(first, key, i);
			List<Long> all = new ArrayList<>();
			List<Long> last = new ArrayList<>();
			read(first.beginRead(key, TimeRange.ALL), all);
			read(second.beginRead(key, new TimeRange(i, i)), all);
			read(second.beginLast(key), last);
			assertThat(all).hasSize(i + 2).endsWith((long) i, (long) i);
			assertThat(last).containsExactly((long) i);
		}
	}

	@Test
	void noMoreThanFitAreBegun() {
		List<PendingRead> begun = new ArrayList<>();
		PendingRead read = first.beginRead(KEY, TimeRange.ALL);
		while (read != null) {
			begun.add(read);
			read = first.beginRead(KEY, TimeRange.ALL);
		}
		assertThat(begun).hasSizeLessThanOrEqualTo(128);
		begun.forEach(PendingRead::close);
		Objects.requireNonNull(first.beginRead(KEY, TimeRange.ALL)).close();
	}

	@Test
	void whatAnotherServerPutsIntoAKnownBucketIsRead() throws IOException {
		long newest = Horizon.of(Clock.systemUTC().instant().getEpochSecond()) - 100;
		put(first, KEY, newest - 1);
		put(second, KEY, newest);
		assertThat(Objects.requireNonNull(first.last(KEY)).timestamp()).isEqualTo(newest);
		List<Long> read = new ArrayList<>();
		read(first.beginRead(KEY, new TimeRange(newest - 1, newest)), read);
		assertThat(read).containsExactly(newest - 1, newest);
		second.delete(List.of(KEY), new TimeRange(newest - 1, newest));
		put(second, KEY, 7);
		Point last = first.last(KEY);
		assertThat(last).isEqualTo(new Point(7, 7));
	}

	private static void read(@Nullable PendingRead begun, List<Long> read) throws IOException {
		Objects.requireNonNull(begun).read((key, timestamps, values, from, to) -> {
			for (int i = from; i < to; i++) {
				read.add(timestamps[i]);
			}
		});
	}

	private static void put(MetricRepository store, SeriesKey key, long timestamp) {
		PointBatch batch = new PointBatch();
		batch.add(key, timestamp, (double) timestamp);
		store.put(batch);
	}

}
