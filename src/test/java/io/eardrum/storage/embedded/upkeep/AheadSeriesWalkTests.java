package io.eardrum.storage.embedded.upkeep;

import java.nio.file.Path;
import java.time.Instant;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.eardrum.budget.HeapBudget;
import io.eardrum.fixture.MovableClock;
import io.eardrum.metric.PointBatch;
import io.eardrum.metric.SeriesKey;
import io.eardrum.storage.SeriesAhead;
import io.eardrum.storage.StorageException;
import io.eardrum.storage.embedded.head.Heads;
import io.eardrum.storage.embedded.head.Series;
import io.eardrum.storage.embedded.log.Committer;
import io.eardrum.storage.embedded.log.PendingWrite;
import io.eardrum.storage.embedded.log.StoreCounters;
import io.eardrum.storage.embedded.log.WriteAvailability;
import io.eardrum.storage.embedded.recovery.StoreOpener;
import io.eardrum.storage.embedded.rocksdb.Database;
import io.eardrum.storage.embedded.rocksdb.UseGuard;
import io.eardrum.storage.embedded.settings.EmbeddedStorageSettings;
import io.eardrum.storage.embedded.settings.Fsync;
import io.eardrum.storage.series.SeriesIndex;
import io.eardrum.storage.time.Retention;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.BDDMockito.willCallRealMethod;
import static org.mockito.BDDMockito.willThrow;
import static org.mockito.Mockito.clearInvocations;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.spy;
import static org.mockito.Mockito.verify;

/**
 * Tests for {@link AheadSeriesWalk}.
 */
class AheadSeriesWalkTests {

	private static final long START = 1_800_000_000;

	private static final long DAY = 86_400;

	@TempDir
	Path directory;

	private long nanos;

	/** How long a look at the time takes, and so a series. */
	private long nanosPerLook;

	private final MovableClock clock = new MovableClock(START);

	private final Heads heads = new Heads();

	private final UseGuard gate = new UseGuard();

	private final SeriesIndex<Series> index = new SeriesIndex<>();

	private StoreOpener store;

	private Database database;

	private Committer committer;

	private Checkpointer checkpointer;

	private AheadSeriesWalk walk;

	private int era;

	@BeforeEach
	void open() {
		this.store = new StoreOpener(
				EmbeddedStorageSettings.of(this.directory.resolve("store")).withFsync(Fsync.NEVER));
		this.database = spy(this.store.database());
		StoreCounters meters = new StoreCounters();
		this.committer = new Committer(this.database, this.index, this.heads, new WriteAvailability(), meters,
				Fsync.NEVER, () -> {
				});
		this.checkpointer = new Checkpointer(this.database, this.index, this.heads, this.committer, meters, this.clock,
				this.gate, new ChunkCompaction(this.database, new WriteAvailability(), this.gate, 0),
				HeapBudget.unlimited());
		this.committer.start(0);
		this.checkpointer.start();
		this.era = this.gate.enter();
		this.walk = walk();
	}

	@AfterEach
	void close() {
		this.gate.leave(this.era);
		this.store.close();
	}

	@Test
	void seriesAreFoundInMemory() {
		put("present", START + DAY);
		put("a", START + DAY + 1);
		put("b", START * 1000);
		put("b", START);
		advance();
		assertThat(this.walk.found().count()).isEqualTo(2);
		assertThat(this.walk.found().example()).isIn(SeriesKey.of("a"), SeriesKey.of("b"));
		verify(this.database, never()).iterator(any(), any());
	}

	@Test
	void seriesAreFoundInMemoryBehindACheckpointThatIsUnderWay() {
		put("a", START * 1000);
		this.committer.exclusively(() -> this.heads.freeze(1));
		put("a", START);
		advance();
		assertThat(this.walk.found()).isEqualTo(new SeriesAhead(1, SeriesKey.of("a")));
	}

	@Test
	void seriesAreFoundInChunksThatACheckpointHasWritten() {
		put("a", START * 1000);
		put("present", START);
		this.checkpointer.checkpoint(this.era);
		put("a", START);
		this.checkpointer.checkpoint(this.era);
		advance();
		assertThat(this.walk.found()).isEqualTo(new SeriesAhead(1, SeriesKey.of("a")));
	}

	@Test
	void seriesAreFoundInWhicheverPieceOfAChunkTheyAre() {
		for (long timestamp : new long[] { START, START * 1000, START + 1 }) {
			put("a", timestamp);
			this.checkpointer.checkpoint(this.era);
		}
		advance();
		assertThat(this.walk.found()).isEqualTo(new SeriesAhead(1, SeriesKey.of("a")));
	}

	@Test
	void chunksWithoutSuchPointsAreNotReadAgain() {
		put("a", START);
		put("b", START);
		this.checkpointer.checkpoint(this.era);
		this.index.get(0).noChunkAhead(false);
		this.index.get(1).noChunkAhead(false);
		clearInvocations(this.database);
		advance();
		verify(this.database).iterator(any(), any());
		clearInvocations(this.database);
		advance();
		put("a", START + 1);
		this.checkpointer.checkpoint(this.era);
		clearInvocations(this.database);
		advance();
		verify(this.database, never()).iterator(any(), any());
		assertThat(this.walk.found()).isEqualTo(SeriesAhead.NONE);
	}

	@Test
	void seriesOfAStoreThatWasOpenedAgainAreReadOnce() {
		put("a", START * 1000);
		put("present", START);
		this.checkpointer.checkpoint(this.era);
		this.index.get(0).noChunkAhead(false);
		this.index.get(1).noChunkAhead(false);
		advance();
		assertThat(this.walk.found()).isEqualTo(new SeriesAhead(1, SeriesKey.of("a")));
		assertThat(this.index.get(0).isNoChunkAhead()).isFalse();
		assertThat(this.index.get(1).isNoChunkAhead()).isTrue();
	}

	@Test
	void timePassesPointsThatWereAhead() {
		put("a", START + 2 * DAY);
		put("b", START + 2 * DAY);
		this.checkpointer.checkpoint(this.era);
		put("b", START);
		advance();
		assertThat(this.walk.found().count()).isEqualTo(2);
		this.clock.set(Instant.ofEpochSecond(START + DAY));
		advance();
		assertThat(this.walk.found()).isEqualTo(SeriesAhead.NONE);
	}

	@Test
	void clockThatIsSetBackShowsWhatIsAheadNow() {
		put("a", START);
		this.checkpointer.checkpoint(this.era);
		advance();
		assertThat(this.walk.found()).isEqualTo(SeriesAhead.NONE);
		this.clock.set(Instant.ofEpochSecond(START - 10 * DAY));
		advance();
		assertThat(this.walk.found()).isEqualTo(new SeriesAhead(1, SeriesKey.of("a")));
		this.clock.set(Instant.ofEpochSecond(START));
		advance();
		assertThat(this.walk.found()).isEqualTo(SeriesAhead.NONE);
	}

	@Test
	void walkIsCutIntoSlicesAndRestsBetweenWalks() {
		for (int i = 0; i < 100; i++) {
			put("k" + i, START * 1000);
		}
		this.nanosPerLook = TimeUnit.MILLISECONDS.toNanos(1);
		this.walk.advance(this.era);
		long first = this.walk.found().count();
		assertThat(first).as("what the first walk has found").isBetween(1L, 20L);
		this.walk.advance(this.era);
		assertThat(this.walk.found().count()).as("before a second is over").isEqualTo(first);
		for (int i = 0; i < 10; i++) {
			later(1);
			this.walk.advance(this.era);
		}
		assertThat(this.walk.found().count()).isEqualTo(100);
		put("later", START * 1000);
		later(40);
		this.walk.advance(this.era);
		assertThat(this.walk.found().count()).as("before a minute is over").isEqualTo(100);
		later(30);
		this.walk.advance(this.era);
		assertThat(this.walk.found().count()).as("while a later walk is under way").isEqualTo(100);
		for (int i = 0; i < 10; i++) {
			later(1);
			this.walk.advance(this.era);
		}
		assertThat(this.walk.found().count()).isEqualTo(101);
	}

	@Test
	void chunksThatCannotBeReadAreReadLater() {
		put("a", START * 1000);
		put("b", START * 1000);
		this.checkpointer.checkpoint(this.era);
		put("b", START * 1000);
		willThrow(new StorageException("the disk is broken")).given(this.database).iterator(any(), any());
		advance();
		assertThat(this.walk.found()).isEqualTo(new SeriesAhead(1, SeriesKey.of("b")));
		willCallRealMethod().given(this.database).iterator(any(), any());
		advance();
		assertThat(this.walk.found().count()).isEqualTo(2);
	}

	private AheadSeriesWalk walk() {
		return new AheadSeriesWalk(this.database, this.index, this.clock, () -> {
			this.nanos += this.nanosPerLook;
			return this.nanos;
		}, this.gate);
	}

	// A walk from its beginning to its end.
	private void advance() {
		later(60);
		this.walk.advance(this.era);
	}

	private void later(int seconds) {
		this.nanos += TimeUnit.SECONDS.toNanos(seconds);
	}

	private void put(String key, long timestamp) {
		PointBatch batch = new PointBatch();
		batch.add(SeriesKey.of(key), timestamp, 1);
		PendingWrite write = new PendingWrite();
		write.fill(batch, this.index, Integer.MAX_VALUE, Retention.FOREVER);
		this.committer.commit(write);
	}

}
