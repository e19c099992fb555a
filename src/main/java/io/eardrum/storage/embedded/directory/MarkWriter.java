package io.eardrum.storage.embedded.directory;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.TreeMap;
import java.util.UUID;

import org.jspecify.annotations.Nullable;

import io.eardrum.storage.embedded.directory.seal.DiskSync;
import io.eardrum.storage.embedded.directory.seal.DurableState;
import io.eardrum.storage.embedded.directory.seal.StoreFiles;
import io.eardrum.storage.embedded.directory.seal.StoreMark;

/**
 * Writes the marks of a store, each with the number after the last one.
 * <p>
 * Used by one thread at a time.
 */
final class MarkWriter {

	private final Path path;

	private @Nullable StoreMark last;

	/**
	 * Creates a writer.
	 * @param path the directory of the store
	 * @param last the existing mark, or {@code null} if there is none
	 */
	MarkWriter(Path path, @Nullable StoreMark last) {
		this.path = path;
		this.last = last;
	}

	/**
	 * Notes that the existing mark has been removed.
	 */
	void forget() {
		this.last = null;
	}

	/**
	 * Writes a first mark, which says nothing yet except that there is a mark.
	 * @param id the id of the store
	 * @throws IOException if that fails
	 */
	void writeFirst(UUID id) throws IOException {
		StoreMark first = new StoreMark(1, id, 0, 0, new DurableState(0, new TreeMap<>()));
		first.write(this.path, true);
		this.last = first;
	}

	/**
	 * Writes a mark if it differs from the last one, or if it has to be synced.
	 * @param id the id of the store
	 * @param durable what is safe
	 * @param sync whether to make the mark itself safe against power loss
	 * @throws IOException if that fails
	 */
	void write(UUID id, DurableState durable, boolean sync) throws IOException {
		StoreMark before = this.last;
		long manifest = 0;
		long manifestBytes = 0;
		Path current = this.path.resolve(StoreFiles.CURRENT);
		if (Files.exists(current)) {
			String name = Files.readString(current).strip();
			Path file = this.path.resolve(name);
			manifest = StoreFiles.number(name);
			manifestBytes = Files.size(file);
			boolean known = before != null && before.manifest() == manifest && before.manifestBytes() == manifestBytes;
			if (!known) {
				// RocksDB syncs what it adds, but possibly only a moment later.
				DiskSync.file(file);
			}
			else if (!sync && before != null && before.durable().equals(durable)) {
				return;
			}
		}
		StoreMark next = new StoreMark((before != null) ? before.number() + 1 : 1, id, manifest, manifestBytes,
				durable);
		next.write(this.path, sync);
		this.last = next;
	}

}
