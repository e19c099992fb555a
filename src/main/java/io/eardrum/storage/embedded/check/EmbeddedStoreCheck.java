package io.eardrum.storage.embedded.check;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;

import org.jspecify.annotations.Nullable;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;

import io.eardrum.storage.StorageException;
import io.eardrum.storage.StoreCheck;
import io.eardrum.storage.StoreReport;
import io.eardrum.storage.embedded.codec.CorruptStoreException;
import io.eardrum.storage.embedded.directory.StoreReview;
import io.eardrum.storage.embedded.directory.seal.Finding;
import io.eardrum.storage.embedded.rocksdb.Database;
import io.eardrum.storage.embedded.rocksdb.OpenMode;
import io.eardrum.storage.embedded.rocksdb.StoreMetadata;
import io.eardrum.storage.embedded.rocksdb.TableChecksums;
import io.eardrum.storage.embedded.settings.EmbeddedStorageSettings;

/**
 * Checks an embedded store that no server is using, or a backup: the files and their
 * records, the checksums of all tables, and the content, down to each point. RocksDB is
 * opened only for reading, and only if a start would open it.
 * <p>
 * Used by one thread. In addition to the heap, RocksDB meanwhile keeps the points of the
 * write-ahead log in memory, and caches up to 64 MB.
 */
public final class EmbeddedStoreCheck implements StoreCheck {

	@Override
	public StoreReport check(Path directory, Progress progress) throws IOException {
		Path path = directory.toAbsolutePath().normalize();
		try (StoreReview review = StoreReview.of(path)) {
			if (!review.isStore()) {
				throw new StorageException("there is no store");
			}
			StoreReport report = new Run(path, review, progress).report();
			review.ensureUnused();
			return report;
		}
	}

	/**
	 * One check.
	 */
	private static final class Run {

		private final Path path;

		private final StoreReview review;

		private final Progress progress;

		private final List<String> problems = new ArrayList<>();

		/** What stops a start although the files look right. */
		private @Nullable String refusal;

		private @Nullable StoreContents contents;

		private long writes;

		private long done;

		Run(Path path, StoreReview review, Progress progress) {
			this.path = path;
			this.review = review;
			this.progress = progress;
		}

		StoreReport report() {
			for (Finding finding : this.review.findings()) {
				this.problems.add(finding.file() + " " + finding.problem());
			}
			String tail = this.review.tailRecovery();
			if (this.review.isMade()) {
				readFiles();
			}
			List<String> lines = new ArrayList<>();
			lines.add(
					(this.problems.isEmpty() ? "whole: " : "damaged: ") + this.path + ", which " + this.review.state());
			lines.add(facts());
			lines.addAll(this.problems);
			lines.add(start(tail));
			return new StoreReport(this.problems.isEmpty(), lines);
		}

		private void readFiles() {
			RocksDB.loadLibrary();
			Map<String, Long> tables = this.review.tables();
			long bytes = tables.values().stream().mapToLong(Long::longValue).sum();
			// Each table is read once for its checksums and once for its content.
			long total = 2 * bytes;
			tables.forEach((name, size) -> {
				this.progress.at(name, this.done, total);
				String problem = TableChecksums.check(this.review.files().resolve(name));
				if (problem != null) {
					this.problems.add(name + ": " + problem);
				}
				this.done += size;
			});
			if (this.review.isOpened()) {
				readContents(bytes, total);
			}
		}

		private void readContents(long bytes, long total) {
			this.progress.at("the log", this.done, total);
			try (Database database = new Database(this.review.files(), EmbeddedStorageSettings.of(this.review.files()),
					List.of())) {
				database.open(OpenMode.READ_ONLY);
				this.writes = database.writes();
				examine(database);
				StoreContents read = new StoreContents(database);
				read.readAsAStart();
				if (read.nextNumber() < this.review.expectedSeries()) {
					throw new CorruptStoreException(
							"it had " + this.review.expectedSeries() + " series, and has " + read.nextNumber());
				}
				this.contents = read;
				read.readChunks(this.progress, this.done, bytes, total);
				this.problems.addAll(read.problems());
			}
			catch (RocksDBException | StorageException ex) {
				this.refusal = String.valueOf(ex.getMessage());
				this.problems.add(this.refusal);
			}
		}

		private void examine(Database database) {
			long format = StoreMetadata.FORMAT.read(database, 0);
			if (format > StoreMetadata.CURRENT_FORMAT) {
				throw new StorageException("it was written by a newer Eardrum (format " + format + "; this one knows "
						+ StoreMetadata.CURRENT_FORMAT + ")");
			}
			if (format < 1) {
				throw new CorruptStoreException("it has no entry with its format");
			}
			if (database.writes() < this.review.expectedWrites()) {
				throw new CorruptStoreException("it held " + this.review.expectedWrites() + " writes, and holds "
						+ database.writes() + "; the end of its write-ahead log was cut, deleted or overwritten");
			}
			UUID stored = StoreMetadata.readId(database);
			if (this.review.isIdStored() && !String.valueOf(this.review.id()).equals(String.valueOf(stored))) {
				throw new CorruptStoreException("eardrum.store belongs to another store");
			}
		}

		private String facts() {
			List<String> facts = new ArrayList<>();
			UUID id = this.review.id();
			if (id != null) {
				facts.add("id " + id);
			}
			StoreContents read = this.contents;
			if (read != null) {
				facts.add(count(read.series(), "series", "series"));
				facts.add(count(read.chunkPoints(), "point in chunks", "points in chunks"));
				facts.add(count(read.logPoints(), "in the log", "in the log"));
				facts.add(count(this.writes, "write", "writes"));
			}
			else {
				facts.add(count(this.review.expectedWrites(), "write or more", "writes or more"));
			}
			facts.add(count(this.review.tables().size(), "table", "tables"));
			facts.add(count(this.review.walFiles(), "file of the write-ahead log", "files of the write-ahead log"));
			return String.join(", ", facts);
		}

		private static String count(long number, String one, String many) {
			return String.format(Locale.ROOT, "%d %s", number, (number == 1) ? one : many);
		}

		private String start(@Nullable String tail) {
			if (!this.review.isMade()) {
				return "A start creates it anew.";
			}
			if (tail != null) {
				return "A start refuses it. If the power failed, a start with eardrum.storage.recover=tail " + tail
						+ ".";
			}
			if (!this.review.isOpened() || this.refusal != null) {
				return "A start refuses it. Use a backup. If there is none, copy the directory, and start once with "
						+ "eardrum.storage.recover=accept, which takes what is left.";
			}
			return this.problems.isEmpty() ? "A start opens it."
					: "A start opens it, but operations that need the damaged parts fail. Use a backup.";
		}

	}

}
