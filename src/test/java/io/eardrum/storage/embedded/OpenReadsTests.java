package io.eardrum.storage.embedded;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import io.eardrum.fixture.TestThreads;
import io.eardrum.metric.PointBatch;
import io.eardrum.metric.SeriesKey;
import io.eardrum.metric.TimeRange;
import io.eardrum.storage.StorageException;
import io.eardrum.storage.embedded.chunk.ChunkCursor;
import io.eardrum.storage.embedded.chunk.OpenReads;
import io.eardrum.storage.embedded.recovery.StoreOpener;
import io.eardrum.storage.embedded.rocksdb.NativeLibrary;
import io.eardrum.storage.embedded.settings.EmbeddedStorageSettings;
import io.eardrum.storage.embedded.settings.Fsync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatNoException;

/**
 * Tests for {@link OpenReads}, by itself and with clients that don't read on.
 */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class OpenReadsTests {

	private static final SeriesKey KEY = SeriesKey.of("kept");

	private static final int POINTS = 20_000;

	private static final long MUCH_MEMORY = 256 << 20;

	/** Less than the smallest write buffer takes. */
	private static final long LITTLE_MEMORY = 64 << 10;

	@TempDir
	Path directory;

	private final AtomicLong nanos = new AtomicLong();

	private final OpenReads reads = new OpenReads(this.nanos::get);

	private final CountDownLatch clientReadsOn = new CountDownLatch(1);

	private final AtomicInteger received = new AtomicInteger();

	@BeforeEach
	void loadLibrary() {
		NativeLibrary.load(this.directory);
	}

	@AfterEach
	void letTheClientReadOn() {
		this.clientReadsOn.countDown();
	}

	@Test
	void thoseThatKeepTheOldestChunksEndFirstAndNoMoreThanHaveTo() throws Exception {
		try (StoreOpener store = open()) {
			OpenReads.Read oldest = waiting(store);
			pass(Duration.ofSeconds(1));
			OpenReads.Read older = waiting(store);
			pass(Duration.ofSeconds(1));
			OpenReads.Read newest = waiting(store);
			pass(OpenReads.GRACE);
			int[] left = { 2 };
			assertThat(this.reads.endSlow(() -> left[0]-- == 0)).isEqualTo(2);
			assertThatExceptionOfType(StorageException.class).isThrownBy(oldest::clientEnds);
			assertThatExceptionOfType(StorageException.class).isThrownBy(older::clientEnds);
			assertThatNoException().isThrownBy(newest::clientEnds);
			newest.close();
			older.close();
			oldest.close();
		}
	}

	@Test
	void whoeverReadsOnSoonIsLeftAlone() throws Exception {
		try (StoreOpener store = open(); OpenReads.Read read = waiting(store)) {
			pass(OpenReads.GRACE.minusNanos(1));
			assertThat(this.reads.endSlow(() -> false)).isZero();
			read.clientEnds();
			// It computes, and no client is waited for.
			pass(OpenReads.LONG);
			assertThat(this.reads.endSlow(() -> false)).isZero();
		}
	}

	@Test
	void takingALittleAllTheTimeDoesNotHelpForEver() throws Exception {
		try (StoreOpener store = open(); OpenReads.Read read = waiting(store)) {
			pass(OpenReads.LONG);
			read.clientEnds();
			read.clientBegins();
			assertThat(this.reads.endSlow(() -> false)).isEqualTo(1);
			assertThatExceptionOfType(StorageException.class).isThrownBy(read::clientEnds);
		}
	}

	@Test
	void aReadThatHasEndedKeepsNothing() throws Exception {
		try (StoreOpener store = open()) {
			waiting(store).close();
			pass(OpenReads.LONG);
			assertThat(this.reads.endSlow(() -> false)).isZero();
		}
	}

	// Readers are lent to one client after the other.
	@Test
	void slowClientDoesNotEndTheNextReadOfTheSameReader() throws Exception {
		try (StoreOpener store = open()) {
			OpenReads.Read read = waiting(store);
			pass(OpenReads.LONG);
			assertThat(this.reads.endSlow(() -> false)).isEqualTo(1);
			assertThatExceptionOfType(StorageException.class).isThrownBy(read::clientEnds);
			read.close();
			read.use(new ChunkCursor(store.database(), false));
			read.clientBegins();
			assertThatNoException().isThrownBy(read::clientEnds);
			// Nor does a client that left while it was waited for.
			read.clientBegins();
			read.close();
			read.use(new ChunkCursor(store.database(), false));
			pass(OpenReads.LONG);
			assertThat(this.reads.endSlow(() -> false)).isZero();
			read.close();
		}
	}

	@Test
	void tablesThatWereReplacedDoNotStayForASlowClientWhereSpaceIsScarce() throws Exception {
		long free = Files.getFileStore(this.directory).getUsableSpace();
		try (RocksDbMetricRepository store = open(MUCH_MEMORY, free / 3 * 2)) {
			CompletableFuture<Void> read = replaceChunksWhileAClientWaits(store);
			store.chunkBytesNow();
			endsBecauseItIsSlow(read);
		}
	}

	@Test
	void writeBuffersDoNotStayForASlowClientWhereTheyAreLarge() throws Exception {
		try (RocksDbMetricRepository store = open(LITTLE_MEMORY, 0)) {
			CompletableFuture<Void> read = replaceChunksWhileAClientWaits(store);
			store.chunkBytesNow();
			endsBecauseItIsSlow(read);
		}
	}

	@Test
	void aSlowClientGetsAllOfItsChunksWhereThereIsMemoryAndSpace() throws Exception {
		try (RocksDbMetricRepository store = open(MUCH_MEMORY, 0)) {
			CompletableFuture<Void> read = replaceChunksWhileAClientWaits(store);
			long before = store.chunkBytesNow();
			this.clientReadsOn.countDown();
			assertThat(read).succeedsWithin(Duration.ofSeconds(30));
			assertThat(this.received).hasValue(POINTS);
			// They had been there for this read alone.
			assertThat(store.chunkBytesNow()).isLessThan(before);
		}
	}

	private CompletableFuture<Void> replaceChunksWhileAClientWaits(RocksDbMetricRepository store) throws Exception {
		writeTable(store, "first");
		CountDownLatch begun = new CountDownLatch(1);
		CompletableFuture<Void> read = CompletableFuture.runAsync(() -> readSlowly(store, begun),
				TestThreads.NEW_THREAD);
		begun.await();
		writeTable(store, "second");
		writeTable(store, "third");
		store.compact();
		pass(OpenReads.GRACE);
		return read;
	}

	// A backup has RocksDB write its buffers into tables.
	private void writeTable(RocksDbMetricRepository store, String backup) {
		store.put(points());
		store.checkpoint();
		store.backup(this.directory.resolve(backup));
	}

	private void endsBecauseItIsSlow(CompletableFuture<Void> read) {
		this.clientReadsOn.countDown();
		assertThat(read).failsWithin(Duration.ofSeconds(30))
			.withThrowableThat()
			.withMessageContaining("reads too slowly");
		assertThat(this.received.get()).isLessThan(POINTS);
	}

	private void readSlowly(RocksDbMetricRepository store, CountDownLatch begun) {
		try {
			store.read(KEY, TimeRange.ALL, (key, timestamps, values, from, to) -> {
				this.received.addAndGet(to - from);
				begun.countDown();
				await(this.clientReadsOn);
			});
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private static PointBatch points() {
		PointBatch points = new PointBatch();
		for (int i = 0; i < POINTS; i++) {
			points.add(KEY, i, Math.sqrt(i));
		}
		return points;
	}

	private static void await(CountDownLatch latch) throws IOException {
		try {
			latch.await(60, TimeUnit.SECONDS);
		}
		catch (InterruptedException ex) {
			throw new IOException(ex);
		}
	}

	private StoreOpener open() {
		return new StoreOpener(EmbeddedStorageSettings.of(this.directory.resolve("store")).withFsync(Fsync.NEVER));
	}

	private RocksDbMetricRepository open(long nativeBytes, long minFreeBytes) {
		EmbeddedStorageSettings settings = EmbeddedStorageSettings.of(this.directory.resolve("store"))
			.withFsync(Fsync.NEVER)
			.withNativeBytes(nativeBytes)
			.withMinFreeBytes(minFreeBytes);
		return new RocksDbMetricRepository(settings, Clock.systemUTC(), this.nanos::get, List.of());
	}

	private OpenReads.Read waiting(StoreOpener store) {
		OpenReads.Read read = this.reads.begin();
		read.use(new ChunkCursor(store.database(), false));
		read.clientBegins();
		return read;
	}

	private void pass(Duration time) {
		this.nanos.addAndGet(time.toNanos());
	}

}
