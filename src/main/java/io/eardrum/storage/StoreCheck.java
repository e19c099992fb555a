package io.eardrum.storage;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ServiceLoader;

/**
 * Reads a store on the disk that no server uses, and judges it without changing anything.
 * It needs no configuration, so the command line can use it before anything else is set
 * up.
 */
public interface StoreCheck {

	/**
	 * Finds the check of the store that has its own directory.
	 * @return the check
	 * @throws StorageException if it is not on the class path
	 */
	static StoreCheck find() {
		return ServiceLoader.load(StoreCheck.class, StoreCheck.class.getClassLoader())
			.findFirst()
			.orElseThrow(() -> new StorageException("no store can be checked"));
	}

	/**
	 * Checks a store.
	 * @param directory its directory, or that of a backup
	 * @param progress is told how far it has come
	 * @return what was found
	 * @throws IOException if the directory or a file in it can't be read
	 * @throws StorageException if there is no store, or a server uses it
	 */
	StoreReport check(Path directory, Progress progress) throws IOException;

	/**
	 * Observes how far a check has come. The thread that checks calls it.
	 */
	@FunctionalInterface
	interface Progress {

		/**
		 * Takes note of how far the check has come.
		 * @param what what is being read
		 * @param bytes how much has been read
		 * @param totalBytes how much there is to be read
		 */
		void at(String what, long bytes, long totalBytes);

	}

}
