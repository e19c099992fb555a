package io.eardrum.storage.embedded.log;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.eardrum.metric.PointBatch;
import io.eardrum.metric.SeriesKey;
import io.eardrum.storage.StorageException;
import io.eardrum.storage.embedded.head.Heads;
import io.eardrum.storage.embedded.head.Series;
import io.eardrum.storage.embedded.recovery.StoreOpener;
import io.eardrum.storage.embedded.rocksdb.Database;
import io.eardrum.storage.embedded.settings.EmbeddedStorageSettings;
import io.eardrum.storage.embedded.settings.Fsync;
import io.eardrum.storage.series.SeriesIndex;
import io.eardrum.storage.time.Retention;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for {@link Committer}.
 */
class CommitterTests {

	private final SeriesIndex<Series> index = new SeriesIndex<>();

	private final Heads heads = new Heads();

	@TempDir
	Path directory;

	@Test
	void seriesIsListedFromWhenItsFirstPointCanBeRead() {
		try (StoreOpener store = new StoreOpener(EmbeddedStorageSettings.of(this.directory.resolve("store")))) {
			Database database = store.database();
			// Called between when points can be read and when their put is answered.
			List<Integer> listed = new ArrayList<>();
			List<Integer> readable = new ArrayList<>();
			Committer[] committer = new Committer[1];
			committer[0] = new Committer(database, this.index, this.heads, new WriteAvailability(), new StoreCounters(),
					Fsync.NEVER, () -> {
						listed.add(committer[0].storedSeries());
						readable.add(readableSeries());
					});
			committer[0].start(0);
			put(committer[0], "a", "b");
			put(committer[0], "c");
			assertThat(readable).containsExactly(2, 3);
			assertThat(listed).containsExactly(2, 3);
		}
	}

	@Test
	@SuppressWarnings("try") // Closed and opened anew.
	void whatCouldNotBeSyncedIsSyncedLater() {
		StoreCounters meters = new StoreCounters();
		try (StoreOpener store = new StoreOpener(EmbeddedStorageSettings.of(this.directory.resolve("store")))) {
			Database database = store.database();
			Committer committer = new Committer(database, this.index, this.heads, new WriteAvailability(), meters,
					Fsync.NEVER, () -> {
					});
			committer.start(0);
			store.accept();
			put(committer, "a");
			database.close();
			assertThatExceptionOfType(StorageException.class).isThrownBy(committer::syncIfNeeded);
			store.reopen();
			committer.syncIfNeeded();
			assertThat(meters.fsyncs()).isEqualTo(1);
			committer.syncIfNeeded();
			assertThat(meters.fsyncs()).isEqualTo(1);
		}
	}

	@Test
	void oncePerSecondMeansThatNoPutIsTakenBesideOneThatWaitedForTwo() throws Exception {
		StoreCounters meters = new StoreCounters();
		try (StoreOpener store = new StoreOpener(EmbeddedStorageSettings.of(this.directory.resolve("store")))) {
			Committer committer = new Committer(store.database(), this.index, this.heads, new WriteAvailability(),
					meters, Fsync.EVERYSEC, () -> {
					});
			committer.start(0);
			assertThat(committer.unsyncedNanos()).isZero();
			put(committer, "a");
			put(committer, "a");
			assertThat(meters.fsyncs()).isZero();
			assertThat(committer.unsyncedNanos()).isPositive();
			// Nobody syncs: the disk is busy with something else.
			Thread.sleep(2_050);
			assertThat(committer.unsyncedNanos()).isGreaterThan(2_000_000_000L);
			put(committer, "a");
			assertThat(meters.fsyncs()).isEqualTo(1);
			assertThat(committer.unsyncedNanos()).as("of the last one").isBetween(1L, 1_500_000_000L);
			put(committer, "a");
			assertThat(meters.fsyncs()).isEqualTo(1);
		}
	}

	private int readableSeries() {
		int count = 0;
		for (int number = 0; number < this.index.size(); number++) {
			count += (this.index.get(number).head() != null) ? 1 : 0;
		}
		return count;
	}

	private void put(Committer committer, String... keys) {
		PointBatch batch = new PointBatch();
		for (String key : keys) {
			batch.add(SeriesKey.of(key), 1, 1);
		}
		PendingWrite write = new PendingWrite();
		write.fill(batch, this.index, Integer.MAX_VALUE, Retention.FOREVER);
		committer.commit(write);
	}

}
