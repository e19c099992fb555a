package io.eardrum.suite.damage;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Set;

import org.jspecify.annotations.Nullable;

/**
 * A copy of a store as it was at one moment, and what is known of it. Nobody changes it.
 *
 * @param name what it is called in reports: that of its store and a number that grows
 * with time
 * @param directory its files
 * @param fsync the policy of its store
 * @param history what was put into it
 * @param kept how many puts no damage may take from it without a word
 * @param made how many puts it holds as long as it is not damaged
 * @param state how it was left
 * @param lastLog the file of the write-ahead log that was written to last, if it was not
 * closed
 * @param synced how many bytes of that file no power failure could have torn
 */
record StoreImage(String name, Path directory, String fsync, PutHistory history, int kept, int made, State state,
		@Nullable String lastLog, long synced) {

	/**
	 * Returns the name of the store that it is a copy of.
	 * @return the same for all images of a store
	 */
	String store() {
		return this.name.substring(0, this.name.indexOf('/'));
	}

	/**
	 * Lists its files.
	 * @return their names, in order
	 */
	Set<String> fileNames() {
		try {
			return StoreFiles.names(this.directory);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * How a store was left.
	 */
	enum State {

		/** Closed in order. */
		CLOSED,

		/** Killed, so long ago that {@code kept} says much. */
		KILLED,

		/** Killed a moment after its points were put: good for making other damages. */
		EARLIER,

		/** Made by the server as a backup. */
		BACKUP

	}

}
