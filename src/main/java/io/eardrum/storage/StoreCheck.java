package io.eardrum.storage;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ServiceLoader;

/**
 * Checks a store on the disk that no server uses, without changing anything. It needs no
 * configuration, so the command line can use it before anything else is set up.
 */
public interface StoreCheck {

	/**
	 * Finds the check for the store that keeps its points in a directory.
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
	 * @param progress called as the check goes on
	 * @return what was found
	 * @throws IOException if the directory or a file in it can't be read
	 * @throws StorageException if there is no store in the directory, or a server uses it
	 */
	StoreReport check(Path directory, Progress progress) throws IOException;

	/**
	 * Observes the progress of a check. The checking thread calls it.
	 */
	@FunctionalInterface
	interface Progress {

		/**
		 * The check has come this far.
		 * @param what what is being read
		 * @param bytes how much has been read
		 * @param totalBytes how much there is to be read
		 */
		void at(String what, long bytes, long totalBytes);

	}

}
