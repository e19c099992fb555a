package io.eardrum.suite.damage;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;

import org.jspecify.annotations.Nullable;

import io.eardrum.metric.PointBatch;

/**
 * Something that opens stores as a server does at its start.
 */
interface StoreOpener {

	/**
	 * Opens a store.
	 * @param directory its directory
	 * @param fsync its policy
	 * @param recoverTail whether to start with {@code eardrum.storage.recover=tail}
	 * @return the store
	 * @throws RefusedException if it is not opened
	 * @throws HangsException if nothing comes of it
	 * @throws IOException if something else goes wrong
	 */
	OpenStore open(Path directory, String fsync, boolean recoverTail)
			throws RefusedException, HangsException, IOException;

	/**
	 * A store that was opened.
	 */
	interface OpenStore extends AutoCloseable {

		/**
		 * Reads all there is.
		 * @return what there is, and what could not be read
		 * @throws IOException if something goes wrong that says nothing about the store
		 */
		Contents read() throws IOException;

		/**
		 * Puts points.
		 * @param batch the points
		 * @return what the store says against it, or {@code null} if they are stored
		 * @throws IOException if something else goes wrong
		 */
		@Nullable String put(PointBatch batch) throws IOException;

		@Override
		void close() throws IOException;

	}

	/**
	 * What was read of a store.
	 *
	 * @param rows by key and timestamp the value, keys without points left out
	 * @param unreadable the keys of series that can't be read
	 * @param failure what was said about the first of them, or {@code null}
	 */
	record Contents(Map<String, Map<Long, Double>> rows, Set<String> unreadable, @Nullable String failure) {
	}

	/**
	 * A store is not opened as it is.
	 */
	@SuppressWarnings("serial")
	final class RefusedException extends Exception {

		/**
		 * Makes one.
		 * @param message all that an operator is told
		 */
		RefusedException(String message) {
			super(message);
		}

	}

	/**
	 * A start neither ends nor is ready. What it uses is not given back.
	 */
	@SuppressWarnings("serial")
	final class HangsException extends Exception {

		/**
		 * Makes one.
		 * @param message how long it has taken
		 */
		HangsException(String message) {
			super(message);
		}

	}

}
