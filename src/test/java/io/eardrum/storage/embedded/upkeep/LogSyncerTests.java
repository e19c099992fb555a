package io.eardrum.storage.embedded.upkeep;

import java.nio.file.Files;
import java.nio.file.Path;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.eardrum.storage.embedded.head.Heads;
import io.eardrum.storage.embedded.log.Committer;
import io.eardrum.storage.embedded.log.StoreCounters;
import io.eardrum.storage.embedded.log.WriteAvailability;
import io.eardrum.storage.embedded.recovery.StoreOpener;
import io.eardrum.storage.embedded.rocksdb.EncodedWriteBatch;
import io.eardrum.storage.embedded.rocksdb.StoreMetadata;
import io.eardrum.storage.embedded.rocksdb.UseGuard;
import io.eardrum.storage.embedded.settings.EmbeddedStorageSettings;
import io.eardrum.storage.embedded.settings.Fsync;
import io.eardrum.storage.series.SeriesIndex;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link LogSyncer}.
 */
class LogSyncerTests {

	private final WriteAvailability availability = new WriteAvailability();

	private final StoreCounters meters = new StoreCounters();

	@TempDir
	Path directory;

	private StoreOpener store;

	private Path mark;

	@BeforeEach
	void open() {
		this.store = new StoreOpener(EmbeddedStorageSettings.of(this.directory.resolve("store")));
		this.store.accept();
		this.mark = this.directory.resolve("store").resolve("eardrum.mark");
	}

	@AfterEach
	void close() {
		this.store.close();
	}

	@Test
	void whatWasWrittenIsSyncedAndNoted() throws Exception {
		byte[] before = Files.readAllBytes(this.mark);
		write();
		syncer(Fsync.ALWAYS).sync();
		byte[] after = Files.readAllBytes(this.mark);
		assertThat(after).isNotEqualTo(before);
		syncer(Fsync.ALWAYS).sync();
		assertThat(this.mark).hasBinaryContent(after);
	}

	@Test
	void whereNobodyAsksForItNothingIsSynced() throws Exception {
		byte[] before = Files.readAllBytes(this.mark);
		write();
		syncer(Fsync.NEVER).sync();
		assertThat(this.mark).hasBinaryContent(before);
		this.store.database().sync();
		syncer(Fsync.NEVER).sync();
		assertThat(Files.readAllBytes(this.mark)).isNotEqualTo(before);
	}

	@Test
	void syncThatFailsEndsThePuts() {
		this.store.database().close();
		syncer(Fsync.ALWAYS).sync();
		assertThat(this.availability.problem()).contains("is not open");
		// Nothing is left to do until the store has healed.
		syncer(Fsync.ALWAYS).sync();
	}

	@Test
	void directoryOfSomebodyElseIsLeftAlone() throws Exception {
		Path away = this.directory.resolve("away");
		Files.move(this.directory.resolve("store"), away);
		byte[] before = Files.readAllBytes(away.resolve("eardrum.mark"));
		write();
		syncer(Fsync.ALWAYS).sync();
		this.store.mark();
		assertThat(away.resolve("eardrum.mark")).hasBinaryContent(before);
		assertThat(this.directory.resolve("store")).doesNotExist();
	}

	private void write() {
		EncodedWriteBatch batch = new EncodedWriteBatch(64);
		StoreMetadata.POINTS.write(7, batch);
		this.store.database().write(batch, false);
	}

	private LogSyncer syncer(Fsync fsync) {
		Committer committer = new Committer(this.store.database(), new SeriesIndex<>(), new Heads(), this.availability,
				this.meters, fsync, () -> {
				});
		return new LogSyncer(this.store, committer, this.availability, new UseGuard(), fsync);
	}

}
